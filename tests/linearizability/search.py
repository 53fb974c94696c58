"""An exact search for an order that explains a history (Wing and Gong 1993; Lowe 2017).

The search takes one operation after the other whose call precedes every pending return, steps a
sequential model, and goes back where the model refuses. Configurations (the set of operations that
were taken, and the state they led to) are remembered, so that none is entered twice. Histories of
independent objects are searched one by one: a history is linearizable if and only if each part is
(Herlihy and Wing 1990).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from tests.linearizability.history import Operation

_HEAD: Final = -1
_END: Final = -2


class Model(Protocol):
    """A sequential object."""

    def initial(self) -> Hashable:
        """The state before the first operation."""

    def step(self, state: Any, operation: Operation) -> Hashable | None:
        """The state after the operation; None if its response is impossible in this state.

        With an unknown response (None) every operation is possible. States are compared with `==`.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Result of a search.

    `is_explained` is None if the search gave up. `order` is the explanation, or the longest that
    was found; `stuck` is the operation that none of the longest explanations leaves room for, and
    `states` are the states before and after each operation of `order`.
    """

    is_explained: bool | None
    order: Sequence[Operation]
    states: Sequence[Any]
    stuck: Operation | None
    steps: int


def check(
    operations: Iterable[Operation],
    model: Model,
    *,
    max_steps: int = 5_000_000,
    is_read: Callable[[Operation], bool] = lambda _: False,
) -> Verdict:
    """Searches for an explanation of the history of one object.

    `is_read`: whether an operation with this response never changes the state. Such a one is taken
    where it first fits, and no other place for it is tried: nothing that follows depends on it.
    """
    listed = list(operations)
    return _Search(listed, model, [is_read(one) for one in listed]).run(max_steps)


def check_partitioned(
    operations: Iterable[Operation], model: Model, *, max_steps: int = 5_000_000
) -> dict[str, Verdict]:
    """Searches each partition alone; the verdicts by partition."""
    parts: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        parts[operation.partition].append(operation)
    return {name: check(part, model, max_steps=max_steps) for name, part in sorted(parts.items())}


class _Search:
    """A doubly linked list of calls and returns in time order, from which operations are lifted.

    Entry `2 * n` is the call of operation n, `2 * n + 1` its return.
    """

    def __init__(self, operations: list[Operation], model: Model, reads: Sequence[bool]) -> None:
        self._operations = operations
        self._reads = reads
        self._model = model
        entries = [(one.call, 0, 2 * n) for n, one in enumerate(operations)]
        entries += [(one.ret, 1, 2 * n + 1) for n, one in enumerate(operations)]
        places = [entry for _, _, entry in sorted(entries)]
        self._after: dict[int, int] = dict(zip([_HEAD, *places], [*places, _END], strict=True))
        self._before: dict[int, int] = {after: before for before, after in self._after.items()}

    def run(self, max_steps: int) -> Verdict:
        """Depth first, without recursion."""
        after, operations, step = self._after, self._operations, self._model.step
        state: Any = self._model.initial()
        taken, stack, seen = 0, [], set()
        self._longest: list[tuple[int, Any]] = []
        stuck, steps, entry = None, 0, after[_HEAD]
        while after[_HEAD] != _END:
            if entry % 2 == 0:  # a call: may this operation be the next one?
                number = entry // 2
                steps += 1
                following = step(state, operations[number])
                key = (taken | 1 << number, following)
                if following is not None and key not in seen:
                    seen.add(key)
                    stack.append((number, state))
                    taken, state = key[0], following
                    self._lift(number)
                    entry = after[_HEAD]
                else:
                    entry = after[entry]
                if steps > max_steps:
                    return self._verdict(None, stack, state, stuck, steps)
                continue
            # A return is next: the operation had to be taken before it, and could not be.
            if len(stack) >= len(self._longest):
                self._longest, stuck = [*stack, (-1, state)], entry // 2
            is_settled = True
            while is_settled:
                if not stack:
                    return self._verdict(False, stack, state, stuck, steps)
                number, state = stack.pop()
                taken &= ~(1 << number)
                self._unlift(number)
                is_settled = self._reads[number]
            entry = after[2 * number]
        return self._verdict(True, stack, state, None, steps)

    def _lift(self, number: int) -> None:
        for entry in (2 * number, 2 * number + 1):
            before, after = self._before[entry], self._after[entry]
            self._after[before], self._before[after] = after, before

    def _unlift(self, number: int) -> None:
        for entry in (2 * number + 1, 2 * number):
            before, after = self._before[entry], self._after[entry]
            self._after[before] = self._before[after] = entry

    def _verdict(
        self,
        is_explained: bool | None,
        stack: list[tuple[int, Any]],
        state: Any,
        stuck: int | None,
        steps: int,
    ) -> Verdict:
        path = [*stack, (-1, state)] if is_explained else self._longest or [(-1, state)]
        return Verdict(
            is_explained=is_explained,
            order=[self._operations[number] for number, _ in path[:-1]],
            states=[reached for _, reached in path],
            stuck=None if stuck is None else self._operations[stuck],
            steps=steps,
        )
