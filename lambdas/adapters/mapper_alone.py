"""pynamodb without the client that it would make, since `dynamodb.LeanConnection` brings another.

To be able to make one of botocore's, pynamodb's lowest module imports botocore's configuration,
client and session, and they its parsers, waiters and documentation: a sixth of a cold start
(0128). For the time of that one import, modules that hold nothing but names stand in their places.
Whoever imports them afterwards, as boto3 does in an operator's command, finds the real ones.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, Final, NoReturn

import botocore
from botocore.exceptions import ClientError


def _no_session() -> NoReturn:
    raise RuntimeError("pynamodb has no client of its own here: connect by dynamodb.connect")


_MENTIONED: Final[dict[str, dict[str, Any]]] = {
    "botocore.config": {},
    "botocore.client": {"ClientError": ClientError},
    "botocore.session": {"Session": object, "get_session": _no_session},
    "pynamodb.connection._botocore_private": {"BotocoreBaseClientPrivate": object},
}
"""What pynamodb takes from each; a class is mentioned in an annotation, and no more."""


def load() -> None:
    """Imports it. Modules of botocore's that are there already are left in their places."""
    with _stood_in():
        import_module("pynamodb.connection.base")


@contextmanager
def _stood_in() -> Iterator[None]:
    modules = {name: ModuleType(name) for name in _MENTIONED if name not in sys.modules}
    for name, module in modules.items():
        vars(module).update(_MENTIONED[name])
        sys.modules[name] = module
    of_botocore = [name.partition(".")[2] for name in modules if name.startswith("botocore.")]
    for name in of_botocore:
        setattr(botocore, name, modules[f"botocore.{name}"])
    try:
        yield
    finally:
        for name in of_botocore:
            delattr(botocore, name)
        for name in modules:
            del sys.modules[name]
