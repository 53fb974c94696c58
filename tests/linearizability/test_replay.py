"""The replay by version and the weaker promises, on histories right or wrong on purpose."""

from random import Random

import pytest

from tests.linearizability import (
    NEVER,
    Operation,
    Reading,
    check,
    check_reading,
    check_versions,
)


class Counter:
    """Adds amounts; a read tells the sum."""

    def initial(self) -> int:
        return 0

    def step(self, state: int, operation: Operation) -> int | None:
        if operation.is_write:
            return state + int(operation.request)
        return state if operation.response in (None, state) else None


def write(call: float, ret: float, version: int, amount: int = 1) -> Operation:
    return Operation(
        client="w",
        request=amount,
        response="ok",
        call=call,
        ret=ret,
        version=version,
        is_write=True,
    )


def read(call: float, ret: float, version: int | None, value: int) -> Operation:
    return Operation(client="r", request=0, response=value, call=call, ret=ret, version=version)


def reason(*operations: Operation) -> str | None:
    found = check_versions(operations, Counter())
    return None if found is None else found.reason


def test_reads_of_the_versions_they_name() -> None:
    assert reason(write(0, 1, 1), read(2, 3, 1, 1)) is None
    assert reason(write(0, 1, 1), read(2, 3, 1, 7)) == "not what version 1 is"
    assert reason(write(0, 1, 1), read(2, 3, 2, 2)) == "a version that was never written"


def test_versions_are_numbered_without_gaps() -> None:
    assert reason(write(0, 1, 1), write(2, 3, 3)) == "version 3 where 2 was expected"
    assert reason(write(0, 1, 1), write(2, 3, 1)) == "version 1 where 2 was expected"


def test_a_stale_read_contradicts_what_was_known_before_it_began() -> None:
    stale = [write(0, 1, 1), write(2, 3, 2), read(4, 5, 1, 1)]
    assert reason(*stale) == "older than what was known before it began"
    assert reason(write(0, 1, 1), write(2, 4.5, 2), read(4, 5, 1, 1)) is None, "not yet known"


def test_a_read_from_the_future_is_found_where_the_write_begins() -> None:
    history = [read(0, 1, 1, 1), write(2, 3, 1)]
    assert reason(*history) == "older than what was known before it began"


def test_a_write_whose_answer_was_lost_still_has_its_version() -> None:
    assert reason(write(0, NEVER, 1), read(4, 5, 0, 0), read(6, 7, 1, 1)) is None


@pytest.mark.parametrize("seed", range(300))
def test_the_search_agrees_with_the_replay(seed: int) -> None:
    """Histories of unique amounts: the sum tells the version, so both have the same to say."""
    rng = Random(seed)
    operations: list[Operation] = []
    version, now = 0, 0.0
    for _ in range(12):
        call, ret = now - rng.random(), now + rng.random()
        if rng.random() < 0.5:
            version += 1
            operations.append(write(call, ret, version, 2**version))
        else:
            seen = max(0, version - (rng.random() < 0.2))
            operations.append(read(call, ret, seen, 2 ** (seen + 1) - 2))
        now += rng.random()
    by_version = check_versions(operations, Counter()) is None
    by_search = check(operations, Counter()).is_explained
    assert by_search or not by_version, "what the versions explain, the search explains too"
    writes_overlap = any(
        a.call < b.ret and b.call < a.ret
        for a in operations
        for b in operations
        if a is not b and a.is_write and b.is_write
    )
    if not writes_overlap:
        assert by_search is by_version


def reading(value: str, call: float, ret: float, session: str = "s") -> Reading:
    return Reading(session=session, value=value, call=call, ret=ret)


WRITTEN = [(0.0, "a"), (10.0, "b"), (20.0, "c")]


def test_a_read_that_may_lag_is_never_from_the_future_and_never_invented() -> None:
    assert check_reading(WRITTEN, [reading("a", 30, 31), reading("c", 19, 20)]) is None
    late = check_reading(WRITTEN, [reading("c", 15, 16)])
    assert late is not None
    assert late[1] == "from the future"
    invented = check_reading(WRITTEN, [reading("x", 15, 16)])
    assert invented is not None
    assert invented[1] == "never written"


def test_a_monotonic_session_never_goes_back() -> None:
    back = [reading("b", 30, 31), reading("a", 32, 33)]
    assert check_reading(WRITTEN, back) is None
    found = check_reading(WRITTEN, back, is_monotonic=True)
    assert found is not None
    assert found[0] is back[1]
    other = [back[0], reading("a", 32, 33, session="t")]
    assert check_reading(WRITTEN, other, is_monotonic=True) is None


def test_a_bounded_lag() -> None:
    assert check_reading(WRITTEN, [reading("a", 14, 14)], max_lag=5) is None
    found = check_reading(WRITTEN, [reading("a", 16, 16)], max_lag=5)
    assert found is not None
    assert found[1] == "replaced more than 5 before"
