"""Threads that die or hang are noticed; delays grow with jitter."""

import threading
import time

import pytest

from mqtt_bridge.workers import Backoff, Workers


def test_a_bug_on_a_thread_is_a_fatal_error(caplog: pytest.LogCaptureFixture) -> None:
    workers = Workers(stuck_s=60)
    assert workers.make_progress()
    workers.start("broken", lambda: [][0]).join(5)
    assert workers.has_fatal_error
    assert not workers.make_progress()
    assert "crashed" in caplog.text


def test_a_step_that_takes_too_long_is_no_progress_until_it_ends() -> None:
    workers = Workers(stuck_s=0.1)
    release, begun = threading.Event(), threading.Event()

    def work() -> None:
        with workers.step():
            begun.set()
            release.wait(5)

    thread = workers.start("slow", work)
    assert begun.wait(5)
    assert workers.make_progress()
    time.sleep(0.15)
    assert not workers.make_progress()
    release.set()
    thread.join(5)
    assert workers.make_progress()
    assert not workers.has_fatal_error


def test_a_thread_that_waits_for_work_makes_progress() -> None:
    workers = Workers(stuck_s=0.01)
    release = threading.Event()

    def work() -> None:
        release.wait(5)

    thread = workers.start("idle", work)
    time.sleep(0.05)
    assert workers.make_progress()
    release.set()
    thread.join(5)


def test_delays_grow_to_a_ceiling_with_jitter_and_reset() -> None:
    backoff = Backoff(first_s=0.5, longest_s=20.0)
    for ceiling in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0):
        assert ceiling / 10 <= backoff.next_s() <= ceiling
    backoff.reset()
    assert backoff.next_s() <= 0.5
    assert len({Backoff(first_s=1, longest_s=9).next_s() for _ in range(20)}) > 1


def test_thousands_of_failures_do_not_overflow() -> None:
    backoff = Backoff(first_s=0.5, longest_s=20.0)
    assert max(backoff.next_s() for _ in range(5_000)) <= 20.0
