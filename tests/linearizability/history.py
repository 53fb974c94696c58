"""Operations with the times of their requests and responses, and a recorder that collects them."""

from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final

NEVER: Final = inf
"""Return time of an operation without a response: it may take effect at any later moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request of one client, and the response to it.

    Times are of any clock that all clients share. `response` is None for an operation whose result
    is unknown. `version` is the number of the state that the operation read or made, where the
    response tells it.
    """

    client: str
    request: Any
    response: Any
    call: float
    ret: float = NEVER
    partition: str = ""
    version: int | None = None
    is_write: bool = False


@dataclass
class Recorder:
    """Collects operations while they run. Every call takes the time; none is decided here."""

    operations: list[Operation] = field(default_factory=list)
    _pending: dict[int, Operation] = field(default_factory=dict)
    _calls: int = 0

    def call(self, client: str, request: Any, at: float, **more: Any) -> int:
        """A client sends a request. Returns the number to give to `ret`."""
        self._calls += 1
        self._pending[self._calls] = Operation(
            client=client, request=request, response=None, call=at, **more
        )
        return self._calls

    def ret(self, number: int, response: Any, at: float, **more: Any) -> None:
        """The response arrives; None if the client learns that there will be none."""
        operation = self._pending.pop(number)
        ended = NEVER if response is None else at
        self.operations.append(replace(operation, response=response, ret=ended, **more))

    def history(self) -> list[Operation]:
        """All operations by the time of their call, those without a response included."""
        return sorted([*self.operations, *self._pending.values()], key=lambda one: one.call)
