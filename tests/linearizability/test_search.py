"""The search on a register whose histories are right or wrong on purpose, and against brute force
on small random ones.
"""

from itertools import permutations
from random import Random

import pytest

from tests.linearizability import NEVER, Operation, Recorder, check, check_partitioned, story


class Register:
    """A register with read, write and compare-and-set, beginning with 0."""

    def initial(self) -> int:
        return 0

    def step(self, state: int, operation: Operation) -> int | None:
        match operation.request:
            case ("read",):
                return state if operation.response in (None, state) else None
            case ("write", value):
                return int(value)
            case ("cas", old, new):
                succeeds = state == old
                if operation.response is not None and operation.response is not succeeds:
                    return None
                return int(new) if succeeds else state
        raise AssertionError(operation.request)


def op(
    call: float, ret: float, request: tuple[object, ...], response: object = "ok", part: str = ""
) -> Operation:
    return Operation(
        client="c", request=request, response=response, call=call, ret=ret, partition=part
    )


def is_explained(*operations: Operation) -> bool | None:
    return check(operations, Register()).is_explained


def test_one_after_the_other() -> None:
    assert is_explained(op(0, 1, ("write", 1)), op(2, 3, ("read",), 1))
    assert not is_explained(op(0, 1, ("write", 1)), op(2, 3, ("read",), 0))


def test_at_the_same_time_either_order_will_do() -> None:
    write = op(0, 3, ("write", 1))
    assert is_explained(write, op(1, 2, ("read",), 0))
    assert is_explained(write, op(1, 2, ("read",), 1))
    assert is_explained(write, op(0.5, 1, ("read",), 0), op(1.5, 2, ("read",), 1))
    assert not is_explained(write, op(0.5, 1, ("read",), 1), op(1.5, 2, ("read",), 0))


def test_an_operation_without_an_answer_may_happen_at_any_later_moment_or_never() -> None:
    lost = op(0, NEVER, ("write", 1), None)
    assert is_explained(lost, op(1, 2, ("read",), 0))
    assert is_explained(lost, op(1, 2, ("read",), 0), op(3, 4, ("read",), 1))
    assert not is_explained(lost, op(1, 2, ("read",), 1), op(3, 4, ("read",), 0))
    assert not is_explained(op(1, 2, ("read",), 1), op(3, NEVER, ("write", 1), None))


def test_two_clients_that_both_won_are_one_too_many() -> None:
    won = [op(n / 10, 1, ("cas", 0, n), True) for n in (1, 2)]
    assert not is_explained(*won)
    assert is_explained(won[0], op(0.2, 1, ("cas", 0, 2), False))


def test_parts_are_judged_alone() -> None:
    verdicts = check_partitioned(
        [
            op(0, 1, ("write", 1), part="a"),
            op(2, 3, ("read",), 0, part="b"),
            op(2, 3, ("read",), 0, part="a"),
        ],
        Register(),
    )
    assert {name: verdict.is_explained for name, verdict in verdicts.items()} == {
        "a": False,
        "b": True,
    }


def test_a_search_that_takes_too_long_says_so() -> None:
    writes = [op(0, NEVER, ("write", n), None) for n in range(12)]
    verdict = check([*writes, op(1, 2, ("read",), 99)], Register(), max_steps=100)
    assert verdict.is_explained is None


def test_the_recorder_knows_what_never_came_back() -> None:
    recorder = Recorder()
    first = recorder.call("ana", ("write", 1), 0.0)
    recorder.call("bruno", ("write", 2), 0.5)
    recorder.ret(first, "ok", 1.0)
    kept = recorder.history()
    assert [one.ret for one in kept] == [1.0, NEVER]
    assert check(kept, Register()).is_explained


def test_a_violation_is_told_in_a_few_lines() -> None:
    verdict = check(
        [op(0, 1, ("write", 1)), op(1.5, 2, ("read",), 1), op(2, 3, ("read",), 0)], Register()
    )
    text = story(verdict, lambda one: f"{one.request} → {one.response}", str)
    assert "✗ [2.000 – 3.000]  ('read',) → 0" in text
    assert "✓ [0.000 – 1.000]  ('write', 1) → ok" in text
    assert len(text.splitlines()) < 10


def _by_brute_force(operations: list[Operation]) -> bool:
    """Every order that respects real time."""
    for order in permutations(operations):
        if any(b.ret < a.call for n, a in enumerate(order) for b in order[n + 1 :]):
            continue
        state: int | None = 0
        for one in order:
            assert state is not None
            state = Register().step(state, one)
            if state is None:
                break
        else:
            return True
    return False


@pytest.mark.parametrize("first", range(0, 2000, 500))
def test_the_search_and_brute_force_agree(first: int) -> None:
    verdicts = []
    for seed in range(first, first + 500):
        rng = Random(seed)
        operations = []
        for _ in range(rng.randint(2, 6)):
            call = rng.random()
            request, response = rng.choice(
                [
                    (("read",), rng.randint(0, 2)),
                    (("write", rng.randint(0, 2)), "ok"),
                    (("cas", rng.randint(0, 2), rng.randint(0, 2)), rng.random() < 0.5),
                ]
            )
            is_lost = rng.random() < 0.15
            ret = NEVER if is_lost else call + rng.random() / 2
            operations.append(op(call, ret, request, None if is_lost else response))
        verdicts.append(is_explained(*operations))
        assert verdicts[-1] is _by_brute_force(operations), f"seed {seed}"
        is_read = lambda one: one.request == ("read",)  # noqa: E731
        assert check(operations, Register(), is_read=is_read).is_explained is verdicts[-1]
    assert 100 < sum(map(bool, verdicts)) < 400, "both verdicts occur often"
