"""A lane gives out batches, oldest first; what failed goes back to the front."""

import threading
import time

import pytest

from mqtt_bridge.lane import Lane, Waiting
from mqtt_bridge.limits import Limits
from mqtt_bridge.routing import MAX_BYTES

LIMITS = Limits(linger_s=0.05, first_delay_s=0.1, longest_delay_s=0.1)


def waiting(name: str, since: float | None = None) -> Waiting:
    return Waiting(name, name, time.monotonic() if since is None else since)


def names(batch: list[Waiting] | None) -> str:
    assert batch is not None
    return "".join(w.body for w in batch)


def take_within(lane: Lane, timeout_s: float) -> list[Waiting] | None:
    """Take on another thread, so that a test can wait and give up."""
    taken: list[list[Waiting] | None] = []
    thread = threading.Thread(target=lambda: taken.append(lane.take()), daemon=True)
    thread.start()
    thread.join(timeout_s)
    return taken[0] if taken else None


def test_an_idle_lane_gives_what_it_has_at_once() -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    lane.put(waiting("a"))
    began = time.monotonic()
    assert names(lane.take()) == "a"
    assert time.monotonic() - began < 0.04


def test_ten_are_a_batch_and_the_rest_lingers_while_it_is_in_flight() -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    for letter in "abcdefghijkl":
        lane.put(waiting(letter))
    assert names(lane.take()) == "abcdefghij"
    began = time.monotonic()
    assert names(take_within(lane, 1)) == "kl"
    assert time.monotonic() - began >= 0.03


def test_a_full_batch_by_bytes_does_not_linger() -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    lane.put(waiting("a"))
    lane.take()
    half = "x" * (MAX_BYTES // 2 + 1)
    lane.put(waiting(half))
    lane.put(waiting(half))
    batch = take_within(lane, 0.04)
    assert batch is not None
    assert len(batch) == 1


def test_what_failed_comes_first_and_after_a_delay() -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    for letter in "abc":
        lane.put(waiting(letter))
    batch = lane.take()
    assert batch
    lane.put(waiting("d"))
    lane.settle(batch[:2], any_accepted=True)
    began = time.monotonic()
    assert names(lane.take()) == "abd"
    assert time.monotonic() - began >= 0.009, "a tenth of the delay at least"


def test_the_age_of_the_oldest_counts_what_is_being_sent() -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    assert lane.oldest_s(100.0) == 0.0
    lane.put(waiting("a", since=10.0))
    assert lane.oldest_s(100.0) == 90.0
    batch = lane.take()
    assert lane.oldest_s(100.0) == 90.0
    lane.settle([], any_accepted=True)
    assert batch
    assert lane.oldest_s(100.0) == 0.0


def test_a_closed_lane_gives_out_the_rest_and_ends() -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    for letter in "abcdefghijkl":
        lane.put(waiting(letter))
    lane.take()
    lane.close()
    assert names(take_within(lane, 0.04)) == "kl", "no lingering at the end"
    assert lane.take() is None


def test_an_outage_is_said_in_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    lane = Lane("http://sqs/prices", LIMITS)
    for _ in range(100):
        lane.complain(10, "ServiceUnavailable")
    assert len(caplog.records) == 1
