"""A send buffer returns batches, oldest first; failed messages return to the front."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt_bridge.aws import MAX_BYTES, MAX_ENTRIES
from mqtt_bridge.send_buffer import BufferedMessage, SendBuffer, batch_length, linger_s
from mqtt_bridge.settings import Limits

LIMITS = Limits(linger_s=0.05, first_delay_s=0.1, longest_delay_s=0.1)


def message(body: str, received_at: float | None = None) -> BufferedMessage:
    return BufferedMessage(body, body, time.monotonic() if received_at is None else received_at)


def bodies(batch: list[BufferedMessage] | None) -> str:
    assert batch is not None
    return "".join(message.body for message in batch)


def take_within(buffer: SendBuffer, timeout_s: float) -> list[BufferedMessage] | None:
    """Take on another thread, so that a test can wait and give up."""
    taken: list[list[BufferedMessage] | None] = []
    thread = threading.Thread(target=lambda: taken.append(buffer.take()), daemon=True)
    thread.start()
    thread.join(timeout_s)
    return taken[0] if taken else None


def test_an_idle_buffer_returns_a_message_at_once() -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    buffer.put(message("a"))
    began = time.monotonic()
    assert bodies(buffer.take()) == "a"
    assert time.monotonic() - began < 0.04


def test_ten_are_a_batch_and_the_rest_waits_while_it_is_in_flight() -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    for letter in "abcdefghijkl":
        buffer.put(message(letter))
    assert bodies(buffer.take()) == "abcdefghij"
    began = time.monotonic()
    assert bodies(take_within(buffer, 1)) == "kl"
    assert time.monotonic() - began >= 0.03


def test_a_batch_that_is_full_by_bytes_does_not_wait() -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    buffer.put(message("a"))
    buffer.take()
    half = "x" * (MAX_BYTES // 2 + 1)
    buffer.put(message(half))
    buffer.put(message(half))
    batch = take_within(buffer, 0.04)
    assert batch is not None
    assert len(batch) == 1


def test_failed_messages_come_first_and_after_a_delay() -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    for letter in "abc":
        buffer.put(message(letter))
    batch = buffer.take()
    assert batch
    buffer.put(message("d"))
    buffer.settle(batch[:2], any_accepted=True)
    began = time.monotonic()
    assert bodies(buffer.take()) == "abd"
    assert time.monotonic() - began >= 0.009, "a tenth of the delay at least"


def test_the_age_of_the_oldest_includes_messages_being_sent() -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    assert buffer.oldest_s(100.0) == 0.0
    buffer.put(message("a", received_at=10.0))
    assert buffer.oldest_s(100.0) == 90.0
    batch = buffer.take()
    assert buffer.oldest_s(100.0) == 90.0
    buffer.settle([], any_accepted=True)
    assert batch
    assert buffer.oldest_s(100.0) == 0.0


def test_a_closed_buffer_returns_the_rest_and_ends() -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    for letter in "abcdefghijkl":
        buffer.put(message(letter))
    buffer.take()
    buffer.close()
    assert bodies(take_within(buffer, 0.04)) == "kl", "no waiting at the end"
    assert buffer.take() is None


def test_an_outage_is_logged_in_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    buffer = SendBuffer("http://sqs/prices", LIMITS)
    for _ in range(100):
        buffer.log_failure(10, "ServiceUnavailable")
    assert len(caplog.records) == 1


@given(st.lists(st.integers(1, MAX_BYTES), min_size=1, max_size=30))
def test_a_batch_is_as_large_as_sqs_allows_and_never_empty(sizes: list[int]) -> None:
    n = batch_length(sizes)
    assert 1 <= n <= MAX_ENTRIES
    assert sum(sizes[:n]) <= MAX_BYTES
    could_grow = n < min(len(sizes), MAX_ENTRIES)
    assert not could_grow or sum(sizes[: n + 1]) > MAX_BYTES


def test_no_messages_no_batch() -> None:
    assert batch_length([]) == 0


@pytest.mark.parametrize(
    ("is_full", "in_flight", "waited_s", "expected"),
    [
        (False, 0, 0.0, 0.0),  # idle: at once, alone
        (True, 3, 0.0, 0.0),  # full: at once
        (False, 1, 0.0, 0.005),  # a batch is in flight: more will arrive
        (False, 1, 0.002, 0.003),
        (False, 1, 1.0, 0.0),  # waited enough
    ],
)
def test_when_a_batch_is_sent(
    is_full: bool, in_flight: int, waited_s: float, expected: float
) -> None:
    left_s = linger_s(is_full=is_full, in_flight=in_flight, waited_s=waited_s, linger_s=0.005)
    assert left_s == pytest.approx(expected)
