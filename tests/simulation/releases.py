"""The functions' code of this tree, and that of the previous release beside it.

While a deployment lasts, old and new functions work on the same tables and queues. The previous
release is `previous_release.zip`, the folder `lambdas` of the commit that is deployed;
`make previous-release COMMIT=…` renews it after every deployment.
"""

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from lambdas.names import Function

ARCHIVE: Final = Path(__file__).with_name("previous_release.zip")
_PACKAGE: Final = "lambdas"


@dataclass(frozen=True, eq=False)
class Release:
    """One version of the package `lambdas`, by the names of its modules."""

    modules: Mapping[str, ModuleType]

    def __getitem__(self, name: str) -> Any:
        """The module `lambdas.<name>`."""
        return self.modules[f"{_PACKAGE}.{name}"]

    def handler_module(self, function: Function) -> ModuleType | None:
        """The module with a function's handler; None where this version has no such function."""
        return self.modules.get(f"{_PACKAGE}.handlers.{function.value}")


@cache
def this_release() -> Release:
    """The code of this tree."""
    for function in Function:
        importlib.import_module(f"{_PACKAGE}.handlers.{function.value}")
    return Release(_loaded())


@cache
def previous_release() -> Release:
    """The code of the archive, imported under the same names and put aside."""
    this_release()
    ours = _loaded()
    _forget(ours)
    sys.path.insert(0, str(ARCHIVE))
    try:
        names = importlib.import_module(f"{_PACKAGE}.names")
        for function in names.Function:
            importlib.import_module(f"{_PACKAGE}.handlers.{function.value}")
        theirs = _loaded()
    finally:
        sys.path.remove(str(ARCHIVE))
        _forget(_loaded())
        sys.modules.update(ours)
    return Release(theirs)


def _loaded() -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if name == _PACKAGE or name.startswith(f"{_PACKAGE}.")
    }


def _forget(modules: Mapping[str, ModuleType]) -> None:
    for name in modules:
        del sys.modules[name]


def is_expected(error: BaseException) -> bool:
    """Whether the error is of the family that is retried or answered, in any release."""
    return any(base.__name__ == "DomainError" for base in type(error).__mro__)
