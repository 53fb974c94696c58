"""Retries of stale decisions, with a clock of their own."""

import random
from dataclasses import dataclass, field

import pytest

from lambdas.domain.errors import StaleDecision, Transient
from lambdas.services import retry
from lambdas.services.retry import FIRST_PAUSE_S, MAX_ELAPSED_S, MAX_PAUSE_S, retry_stale


@dataclass
class Clock:
    """Stands still but for the pauses; `share` says how much of each maximum is slept."""

    now_s: float = 1_000.0
    share: float = 1.0
    bounds: list[tuple[float, float]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, pause_s: float) -> None:
        self.pauses.append(pause_s)
        self.now_s += pause_s

    def uniform(self, low: float, high: float) -> float:
        self.bounds.append((low, high))
        return low + self.share * (high - low)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    monkeypatch.setattr(retry, "jitter", clock)
    return clock


@dataclass
class Attempts:
    """Raises `error` the first `failures` times."""

    failures: float
    error: type[Exception] = StaleDecision
    made: int = 0

    def __call__(self) -> str:
        self.made += 1
        if self.made <= self.failures:
            raise self.error
        return "done"


def test_a_success_is_not_repeated(clock: Clock) -> None:
    attempts = Attempts(0)
    assert retry_stale(attempts) == "done"
    assert (attempts.made, clock.pauses) == (1, [])


def test_stale_decisions_are_repeated_until_one_succeeds(clock: Clock) -> None:
    attempts = Attempts(25)
    clock.share = 0.5
    assert retry_stale(attempts) == "done"
    assert attempts.made == 26
    assert clock.now_s - 1_000 <= MAX_ELAPSED_S


def test_it_gives_up_with_the_last_error_once_the_time_is_over(clock: Clock) -> None:
    attempts = Attempts(float("inf"))
    with pytest.raises(StaleDecision):
        retry_stale(attempts)
    elapsed_s = clock.now_s - 1_000
    assert MAX_ELAPSED_S <= elapsed_s <= MAX_ELAPSED_S + MAX_PAUSE_S
    assert attempts.made == len(clock.pauses) + 1


def test_pauses_have_full_jitter_below_a_maximum_that_doubles(clock: Clock) -> None:
    with pytest.raises(StaleDecision):
        retry_stale(Attempts(float("inf")))
    lows, highs = zip(*clock.bounds, strict=True)
    assert set(lows) == {0}
    assert highs[:4] == (FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S, 8 * FIRST_PAUSE_S)
    assert set(highs[6:]) == {MAX_PAUSE_S}


@pytest.mark.parametrize("error", [Transient, ValueError])
def test_other_errors_are_raised_at_once(clock: Clock, error: type[Exception]) -> None:
    attempts = Attempts(1, error)
    with pytest.raises(error):
        retry_stale(attempts)
    assert (attempts.made, clock.pauses) == (1, [])


def test_environments_restored_from_one_snapshot_pause_differently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clocks = Clock(), Clock()
    for clock in clocks:
        monkeypatch.setattr(retry, "time", clock)
        random.seed(1)  # as SnapStart restores it
        retry_stale(Attempts(3))
    assert clocks[0].pauses != clocks[1].pauses
