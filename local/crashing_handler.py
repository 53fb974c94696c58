"""Runs a Lambda function and ends its process in a share of its calls, as if its machine failed.

It is uploaded to the local cloud as a layer of its own (see `fault_injection`), so it imports
nothing but the standard library.
"""

import importlib
import os
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

REAL: Final = "LOCAL_FAULTS_HANDLER"
"""Variable with the name of the real handler."""

RATE: Final = "LOCAL_FAULTS_RATE"
"""Variable with the share of calls that crash, 0..1."""

ONLY_STAGE: Final = "local"
MAX_CRASH_DELAY_S: Final = 0.08
"""A crash during a call comes within this time, about as long as a batch takes."""

Handler = Callable[[Any, Any], Any]


def crashing(real: Handler, environ: Mapping[str, str], crash: Callable[[], object]) -> Handler:
    """`real`, except that `crash` is called in the share RATE of its calls: before the call, during
    it, or after it, each in a third of them. In every stage but `local` it is `real` itself.
    """
    if environ.get("STAGE") != ONLY_STAGE:
        return real
    rate = float(environ[RATE])

    def handler(event: Any, context: Any) -> Any:
        draw = random.random()  # noqa: S311 - protects no secret
        if draw < rate / 3:
            crash()
        elif draw < rate * 2 / 3:
            threading.Timer(random.uniform(0, MAX_CRASH_DELAY_S), crash).start()  # noqa: S311
        result = real(event, context)
        if draw < rate:
            crash()
        return result

    return handler


def _end_process() -> NoReturn:
    os._exit(1)  # without `finally` blocks, exit handlers or flushing


if REAL in os.environ:
    _module, _, _name = os.environ[REAL].rpartition(".")
    _real = getattr(importlib.import_module(_module), _name)
    handler = crashing(_real, os.environ, _end_process)
