"""Checks recorded histories of concurrent operations: is there one order that explains them all?

Needs nothing but the standard library. README.md says which checker to use when.
"""

from tests.linearizability.history import NEVER, Operation, Recorder
from tests.linearizability.registers import Reading, check_reading
from tests.linearizability.replay import Inconsistency, check_versions
from tests.linearizability.search import Model, Verdict, check, check_partitioned
from tests.linearizability.story import story

__all__ = [
    "NEVER",
    "Inconsistency",
    "Model",
    "Operation",
    "Reading",
    "Recorder",
    "Verdict",
    "check",
    "check_partitioned",
    "check_reading",
    "check_versions",
    "story",
]
