"""Runs a function of ours and lets its process die now and then, as if its machine had. Goes to the
local cloud as a layer of its own; imports nothing but the standard library.
"""

import importlib
import os
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

REAL: Final = "LOCAL_FAULTS_HANDLER"
RATE: Final = "LOCAL_FAULTS_RATE"
ONLY_STAGE: Final = "local"
LONGEST_S: Final = 0.08
"""A death in the midst comes within this time, about as long as a batch takes."""

Handler = Callable[[Any, Any], Any]


def wrapped(real: Handler, environ: Mapping[str, str], die: Callable[[], object]) -> Handler:
    """`real`, but in the share RATE of its calls it dies: before it begins, in the midst of its
    effects, or when all of them are done and nobody knows it yet. In every stage but the laptop's
    it is `real` itself.
    """
    if environ.get("STAGE") != ONLY_STAGE:
        return real
    rate = float(environ[RATE])

    def dying(event: Any, context: Any) -> Any:
        fate = random.random()  # noqa: S311 - a fate is no secret
        if fate < rate / 3:
            die()
        elif fate < rate * 2 / 3:
            threading.Timer(random.uniform(0, LONGEST_S), die).start()  # noqa: S311 - no secret
        result = real(event, context)
        if fate < rate:
            die()
        return result

    return dying


def _die() -> NoReturn:
    os._exit(1)  # no finally, no flush, no goodbye


if REAL in os.environ:
    _module, _, _name = os.environ[REAL].rpartition(".")
    handler = wrapped(getattr(importlib.import_module(_module), _name), os.environ, _die)
