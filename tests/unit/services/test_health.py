"""Health of the market data and of the jobs."""

from datetime import timedelta
from uuid import UUID

from lambdas.domain import jobs as decisions
from lambdas.services.health import check_jobs, check_market, newest_price_age
from tests.builders import ALICE, NOW, a_quote
from tests.fakes.jobs import MemoryJobs, MemoryWorkflow
from tests.fakes.memory import MemoryMarket, MemoryStore

MINUTE = timedelta(minutes=1)


def is_alive(store: MemoryStore, later: timedelta = timedelta(0)) -> bool:
    return check_market(
        MemoryMarket(store), now=NOW + later, silent_after=timedelta(minutes=15)
    ).link_alive


def test_the_link_is_alive_while_prices_arrive() -> None:
    store = MemoryStore(quotes={"AAPL": a_quote()})
    assert is_alive(store)
    assert not is_alive(store, timedelta(hours=1))
    assert not is_alive(MemoryStore())


def test_the_link_is_alive_while_any_company_has_prices_however_old_their_own_time() -> None:
    old = a_quote(symbol="OLD", received_at=NOW - timedelta(days=1))
    fresh = a_quote(observed_at=NOW - timedelta(days=1), received_at=NOW)
    assert is_alive(MemoryStore(quotes={"OLD": old, "AAPL": fresh}))


def test_the_newest_price_has_an_age_and_no_price_has_none() -> None:
    quotes = {"AAPL": a_quote(), "OLD": a_quote(symbol="OLD", observed_at=NOW - timedelta(days=1))}
    market = MemoryMarket(MemoryStore(quotes=quotes))
    assert newest_price_age(market, now=NOW) == MINUTE
    assert newest_price_age(MemoryMarket(MemoryStore()), now=NOW) is None
    health = check_market(market, now=NOW, silent_after=MINUTE)
    assert health.newest_price_at == NOW - MINUTE


def test_jobs_are_alive_while_the_workflow_exists_and_the_sweep_runs() -> None:
    jobs, workflow = MemoryJobs(MemoryStore()), MemoryWorkflow()
    assert check_jobs(jobs, workflow, now=NOW).alive
    job = decisions.new_job(ALICE, UUID(int=1), "projection", "{}", NOW)
    jobs.create(job)
    assert check_jobs(jobs, workflow, now=job.next_check_at + 3 * MINUTE).alive
    late = job.next_check_at + 3 * MINUTE + timedelta(seconds=1)
    assert not check_jobs(jobs, workflow, now=late).alive
    workflow.is_missing = True
    assert not check_jobs(jobs, workflow, now=NOW).alive
