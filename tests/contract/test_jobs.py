"""What the port `Jobs` promises."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from lambdas.domain import jobs as decisions
from lambdas.domain.errors import InvalidInput, StaleDecision
from lambdas.domain.jobs import CHECK_AFTER, MAX_AGE, Job, Reason
from lambdas.names import Table
from tests.builders import ALICE, BRUNO, NOW
from tests.contract.conftest import Ports, add_unknown_attribute, has_unknown_attribute

LATER = NOW + timedelta(seconds=3)


def a_job(number: int = 1, account_id: str = ALICE) -> Job:
    at = NOW + timedelta(seconds=number)
    return decisions.new_job(account_id, UUID(int=number), "projection", '{"days":3}', at)


def ended(job: Job, *, well: bool) -> Job:
    reason = Reason(code="c", message="m", retry_at=LATER)
    after = decisions.finish(job, '{"a":1}', LATER) if well else decisions.fail(job, reason, LATER)
    assert after is not None
    return after


def test_a_job_is_read_as_it_was_written_in_every_state(ports: Ports) -> None:
    job = a_job()
    ports.jobs.create(job)
    assert ports.jobs.get(job.job_id) == job
    begun = decisions.start(job, LATER)
    assert begun is not None
    ports.jobs.update(job, begun)
    assert ports.jobs.get(job.job_id) == begun
    done = ended(begun, well=True)
    ports.jobs.update(begun, done)
    assert ports.jobs.get(job.job_id) == done


def test_a_failed_job_keeps_its_reason_and_when_to_retry(ports: Ports) -> None:
    job = a_job()
    ports.jobs.create(job)
    ports.jobs.update(job, ended(job, well=False))
    found = ports.jobs.get(job.job_id)
    assert found is not None
    assert found.reason == Reason(code="c", message="m", retry_at=LATER)


def test_a_job_is_created_once(ports: Ports) -> None:
    ports.jobs.create(a_job())
    with pytest.raises(StaleDecision):
        ports.jobs.create(a_job())


def test_an_update_of_another_version_is_stale(ports: Ports) -> None:
    job = a_job()
    ports.jobs.create(job)
    again = replace(job, restarts=1, version=2)
    ports.jobs.update(job, again)
    for stale in (job, replace(job, state=decisions.State.RUNNING)):
        with pytest.raises(StaleDecision):
            ports.jobs.update(stale, ended(stale, well=True))
    assert ports.jobs.get(job.job_id) == again


def test_a_job_that_does_not_exist_is_neither_read_nor_updated(ports: Ports) -> None:
    assert ports.jobs.get(a_job().job_id) is None
    with pytest.raises(StaleDecision):
        ports.jobs.update(a_job(), ended(a_job(), well=True))


def test_an_account_sees_its_own_jobs_page_by_page_newest_first(ports: Ports) -> None:
    mine = [a_job(number) for number in range(1, 6)]
    for job in (*mine, a_job(9, BRUNO)):
        ports.jobs.create(job)
    seen, cursor = [], None
    while True:
        page = ports.jobs.of_account(ALICE, 2, cursor)
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == mine[::-1]


def test_an_invalid_cursor_is_invalid_input(ports: Ports) -> None:
    with pytest.raises(InvalidInput):
        ports.jobs.of_account(ALICE, 2, "not ours")


def test_due_are_open_jobs_whose_check_is_due_longest_waiting_first(
    ports: Ports,
) -> None:
    one, two, three, done = (a_job(number) for number in (1, 2, 3, 4))
    for job in (three, one, two, done):
        ports.jobs.create(job)
    ports.jobs.update(done, ended(done, well=True))
    all_due = NOW + CHECK_AFTER + MAX_AGE
    assert ports.jobs.due(all_due, 10) == [one.job_id, two.job_id, three.job_id]
    assert ports.jobs.due(all_due, 2) == [one.job_id, two.job_id]
    assert ports.jobs.due(two.next_check_at, 10) == [one.job_id, two.job_id]
    assert ports.jobs.due(NOW, 10) == []


def test_the_pulse_has_the_last_ends_and_the_first_check(ports: Ports) -> None:
    empty = ports.jobs.pulse()
    assert (empty.last_finished_at, empty.last_failed_at, empty.due_since) == (None, None, None)
    good, bad, waiting = a_job(1), a_job(2), a_job(3)
    for job in (good, bad, waiting):
        ports.jobs.create(job)
    ports.jobs.update(good, ended(good, well=True))
    assert ports.jobs.pulse().last_failed_at is None
    ports.jobs.update(bad, ended(bad, well=False))
    pulse = ports.jobs.pulse()
    assert (pulse.last_finished_at, pulse.last_failed_at) == (LATER, LATER)
    assert pulse.due_since == waiting.next_check_at


def test_an_update_keeps_attributes_that_this_version_does_not_know(ports: Ports) -> None:
    job = a_job()
    ports.jobs.create(job)
    add_unknown_attribute(ports, Table.JOBS, {"job_id": job.job_id})
    ports.jobs.update(job, ended(job, well=True))
    assert has_unknown_attribute(ports, Table.JOBS, {"job_id": job.job_id})
