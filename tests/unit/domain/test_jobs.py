"""States of a job: the transition table, and the sweep."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest

from lambdas.domain import jobs
from lambdas.domain.jobs import CHECK_AFTER, MAX_AGE, OPEN, TRANSITIONS, Event, Job, Reason, State
from tests.builders import ALICE, BRUNO, NOW

KEY = UUID(int=7)
REASON = Reason(code="c", message="m")
LATER = NOW + timedelta(seconds=1)
APPLY: dict[Event, Callable[[Job, datetime], Job | None]] = {
    Event.START: jobs.start,
    Event.FINISH: lambda job, now: jobs.finish(job, '{"a":1}', now),
    Event.FAIL: lambda job, now: jobs.fail(job, REASON, now),
}


def a_job(state: State = State.QUEUED) -> Job:
    return replace(jobs.new_job(ALICE, KEY, "projection", "{}", NOW), state=state)


def test_the_table_is_total() -> None:
    assert set(TRANSITIONS) == set(product(State, Event))


@pytest.mark.parametrize(("state", "event"), list(TRANSITIONS))
def test_every_event_in_every_state_does_what_the_table_says(state: State, event: Event) -> None:
    after = APPLY[event](a_job(state), LATER)
    expected = TRANSITIONS[state, event]
    assert (state if after is None else after.state) is expected
    if state not in OPEN:
        assert after is None, "what has ended never changes"
    elif expected not in OPEN:
        assert after is not None
        assert after.ended_at == LATER


def test_the_same_key_of_another_account_is_another_job() -> None:
    assert jobs.job_id_for(ALICE, KEY) != jobs.job_id_for(BRUNO, KEY)
    assert jobs.job_id_for(ALICE, KEY) == jobs.job_id_for(ALICE, KEY)


@pytest.mark.parametrize("state", OPEN)
def test_an_open_job_is_failed_at_its_deadline_whatever_it_was_doing(state: State) -> None:
    job = a_job(state)
    ended = jobs.sweep(job, NOW + MAX_AGE)
    assert ended is not None
    assert (ended.state, ended.reason) == (State.FAILED, jobs.TIMED_OUT)
    just_before = jobs.sweep(job, NOW + MAX_AGE - timedelta(microseconds=1))
    assert just_before is not None
    assert just_before.state is state


@pytest.mark.parametrize("state", OPEN)
def test_a_job_without_progress_is_restarted_at_growing_intervals(state: State) -> None:
    job, waits = a_job(state), []
    while (next_job := jobs.sweep(job, job.next_check_at)) is not None and next_job.is_open:
        assert next_job.state is state
        waits.append(next_job.next_check_at - job.next_check_at)
        job = next_job
    assert waits[:2] == [2 * CHECK_AFTER, 4 * CHECK_AFTER]
    assert job.next_check_at == job.deadline_at
    assert job.restarts == len(waits)


def test_nothing_is_due_before_the_check_or_after_the_end() -> None:
    assert jobs.sweep(a_job(), NOW + CHECK_AFTER - timedelta(microseconds=1)) is None
    for state in set(State) - OPEN:
        assert jobs.sweep(a_job(state), NOW + timedelta(days=9)) is None


def test_starting_a_job_postpones_its_check() -> None:
    begun = jobs.start(a_job(), NOW + timedelta(minutes=1))
    assert begun is not None
    assert begun.next_check_at == NOW + timedelta(minutes=1) + CHECK_AFTER
    late = jobs.start(a_job(), NOW + MAX_AGE - timedelta(seconds=1))
    assert late is not None
    assert late.next_check_at == late.deadline_at
