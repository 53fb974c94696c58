"""Checks a history whose responses carry version numbers, in n log n (as jepsen-io/tigerbeetle).

The versions give the order of all writes, so nothing has to be searched: the writes are replayed
on a sequential model in that order, every read is compared with the state of its version, and the
order is compared with real time. An operation that began after another one had returned must not
have an older version.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.linearizability.history import NEVER, Operation
from tests.linearizability.search import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Inconsistency:
    """What cannot be explained: the operation, the one that it contradicts, and why."""

    operation: Operation
    reason: str
    earlier: Operation | None = None
    state: Any = None


def check_versions(operations: Sequence[Operation], model: Model) -> Inconsistency | None:
    """None if the versions explain the history of one object.

    Every write must be present, also those whose response was lost (`ret` is NEVER then): read the
    whole log of writes at the end of a run to learn their versions. Reads without a version are
    left out: they need the search.
    """
    states, wrong = _replayed([one for one in operations if one.is_write], model)
    if wrong is not None:
        return wrong
    for read in operations:
        if not read.is_write and read.version is not None:
            if not 0 <= read.version < len(states):
                return Inconsistency(operation=read, reason="a version that was never written")
            state = states[read.version]
            if model.step(state, read) is None:
                reason = f"not what version {read.version} is"
                return Inconsistency(operation=read, reason=reason, state=state)
    return _against_real_time(operations)


def _replayed(writes: list[Operation], model: Model) -> tuple[list[Any], Inconsistency | None]:
    """The state after each version, from 0 on."""
    states: list[Any] = [model.initial()]
    for expected, write in enumerate(sorted(writes, key=lambda one: one.version or 0), start=1):
        if write.version != expected:
            reason = f"version {write.version} where {expected} was expected"
            return states, Inconsistency(operation=write, reason=reason)
        state = model.step(states[-1], write)
        if state is None:
            reason = f"impossible as version {expected}"
            return states, Inconsistency(operation=write, reason=reason, state=states[-1])
        states.append(state)
    return states, None


def _against_real_time(operations: Sequence[Operation]) -> Inconsistency | None:
    """Sweeps over the calls; a heap holds the operations that have not returned yet."""
    running: list[tuple[float, int, Operation]] = []
    newest: Operation | None = None
    versioned = [one for one in operations if one.version is not None]
    for number, operation in enumerate(sorted(versioned, key=lambda one: one.call)):
        while running and running[0][0] < operation.call:
            *_, returned = heapq.heappop(running)
            if newest is None or _version(returned) > _version(newest):
                newest = returned
        least = 0 if newest is None else _version(newest)
        if _version(operation) < least + operation.is_write:
            reason = "older than what was known before it began"
            return Inconsistency(operation=operation, reason=reason, earlier=newest)
        if operation.ret != NEVER:
            heapq.heappush(running, (operation.ret, number, operation))
    return None


def _version(operation: Operation) -> int:
    assert operation.version is not None, "only operations with a version are compared"
    return operation.version
