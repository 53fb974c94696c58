"""Every handler with a fault at each of its effects, and its event delivered again: the result is
the same. A recorder finds the effects, so that a new one is covered too.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.domain.jobs import CHECK_AFTER, MAX_AGE
from lambdas.names import Function
from tests.simulation.kernel import What
from tests.simulation.script import Event, Kind, Mode
from tests.simulation.workbench import FAULTS, Bench
from tests.simulation.world import World

Case = Callable[[Bench], dict[str, Any]]


def market(bench: Bench) -> None:
    """Prices, and money for ana."""
    stocks = [{"symbol": "AAPL", "price": 190.25}, {"symbol": "KO", "price": 60}]
    bench.call(Function.PRICES, bench.messages(json.dumps({"stocks": stocks})))
    bench.call(Function.API, bench.post("/wallet/deposits", {"amount": "1000.00"}, 1))


def ordered(bench: Bench, number: int = 2) -> list[str]:
    """Some orders of ana."""
    market(bench)
    for key in range(2, 2 + number):
        bench.call(Function.API, bench.post("/orders", {"symbol": "AAPL", "quantity": "1"}, key))
    return bench.order_ids()


def a_deposit(bench: Bench) -> dict[str, Any]:
    return bench.post("/wallet/deposits", {"amount": "12.34"}, 9)


def an_order(bench: Bench) -> dict[str, Any]:
    market(bench)
    return bench.post("/orders", {"symbol": "AAPL", "amount": "100.00"}, 9)


def an_order_beyond_the_money(bench: Bench) -> dict[str, Any]:
    market(bench)
    return bench.post("/orders", {"symbol": "AAPL", "quantity": "6"}, 9)


def prices(bench: Bench) -> dict[str, Any]:
    """New, repeated, older, partly broken, and no prices at all."""
    market(bench)
    newer = {
        "stocks": json.dumps([{"symbol": "AAPL", "price": 191}, {"symbol": "MSFT", "price": 9}])
    }
    older = {"stocks": [{"symbol": "AAPL", "price": 1}], "datetime": "2026-03-04T10:00:00Z"}
    partly = {"stocks": [{"symbol": "KO", "price": 61}, {"symbol": "KO", "price": -1}]}
    texts = [json.dumps(message) for message in (newer, newer, older, partly)]
    return bench.messages(*texts, "undefined")


def requests(bench: Bench) -> dict[str, Any]:
    """Ours, ours again, another group's, a forged one, rubbish."""
    ours = ordered(bench)[0]
    message = {"request_id": ours, "group_id": "3", "symbol": "AAPL", "quantity": 1}
    others = {**message, "request_id": "other", "group_id": 7}
    forged = {**message, "request_id": "forged"}
    return bench.messages(*(json.dumps(m) for m in (message, others, message, forged)), "")


def validations(bench: Bench) -> dict[str, Any]:
    """A contradiction, a repetition, yes, another group's, a forged one, rubbish.

    One of them moves money: messages that are retried change places, and so would their postings.
    """
    first, second = ordered(bench)
    yes = {"request_id": first, "group_id": 3, "valid": True}
    bench.call(Function.VALIDATIONS, bench.messages(json.dumps(yes)))
    messages = (
        {**yes, "valid": False},
        yes,
        {**yes, "request_id": second},
        {**yes, "request_id": "other", "group_id": 7},
        {**yes, "request_id": "forged"},
    )
    return bench.messages(*(json.dumps(message) for message in messages), "{}")


def a_rejection(bench: Bench) -> dict[str, Any]:
    first, _ = ordered(bench)
    return bench.messages(json.dumps({"request_id": first, "group_id": 3, "valid": False}))


def relay(bench: Bench) -> dict[str, Any]:
    """Twelve new orders, more than one call of SQS takes, and two to publish again."""
    market(bench)
    for key in range(2, 14):
        bench.call(Function.API, bench.post("/orders", {"symbol": "KO", "quantity": "0.1"}, key))
    bench.recorder.now_s += 600
    bench.call(Function.SWEEP, {})
    return {"Records": bench.changes[:14]}


PROJECTION = {"kind": "projection", "symbol": "AAPL", "days": 1, "quantity": "2"}


def a_job(bench: Bench) -> dict[str, Any]:
    market(bench)
    return bench.post("/jobs", PROJECTION, 9)


def queued(bench: Bench, *keys: int) -> list[str]:
    """Jobs in the queue, over a history of two prices."""
    market(bench)
    later = {"stocks": [{"symbol": "AAPL", "price": 191}], "datetime": "2026-03-04T14:00:00Z"}
    bench.call(Function.PRICES, bench.messages(json.dumps(later)))
    answers = [bench.call(Function.API, bench.post("/jobs", PROJECTION, key)) for key in keys]
    return [json.loads(answer["body"])["job_id"] for answer in answers]


def a_run(bench: Bench) -> dict[str, Any]:
    (job_id,) = queued(bench, 9)
    return {"Records": [{"messageId": "1", "body": json.dumps({"job_id": job_id})}]}


def plan(bench: Bench) -> dict[str, Any]:
    return {"step": "plan", "job_id": queued(bench, 9)[0]}


def shard(bench: Bench) -> dict[str, Any]:
    planned, shards = bench.steps.planned(queued(bench, 9)[0])
    return planned | {"shard": shards[0]}


def join(bench: Bench) -> dict[str, Any]:
    (job_id,) = queued(bench, 9)
    planned, shards = bench.steps.planned(job_id)
    partials = [bench.steps.worked(planned, shard) for shard in shards]
    return {"step": "join", "job_id": job_id, "partials": partials}


def fail(bench: Bench) -> dict[str, Any]:
    return {"step": "fail", "job_id": queued(bench, 9)[0], "error": {"Error": "States.Timeout"}}


def sweep_jobs(bench: Bench) -> dict[str, Any]:
    """Twelve jobs without progress, more than one call of SQS takes; one ended, one timed out."""
    queued(bench, 8)
    bench.recorder.now_s += MAX_AGE.total_seconds()
    ran, *_ = queued(bench, *range(9, 22))
    bench.steps.run(ran)
    bench.recorder.now_s += CHECK_AFTER.total_seconds()
    return SWEEP_JOBS


def sweep(bench: Bench) -> dict[str, Any]:
    """Four orders: one has ended, one is not due yet."""
    first, *_ = ordered(bench, 3)
    answer = {"request_id": first, "group_id": 3, "valid": False}
    bench.call(Function.VALIDATIONS, bench.messages(json.dumps(answer)))
    bench.recorder.now_s += 600
    bench.call(Function.API, bench.post("/orders", {"symbol": "KO", "quantity": "1"}, 8))
    return {}


CASES: dict[str, tuple[Function, Case]] = {
    "deposit": (Function.API, a_deposit),
    "order": (Function.API, an_order),
    "order beyond the money": (Function.API, an_order_beyond_the_money),
    "prices": (Function.PRICES, prices),
    "requests": (Function.REQUESTS, requests),
    "validations": (Function.VALIDATIONS, validations),
    "rejection": (Function.VALIDATIONS, a_rejection),
    "relay": (Function.RELAY, relay),
    "sweep": (Function.SWEEP, sweep),
    "job": (Function.API, a_job),
    "run of a job": (Function.JOBS, a_run),
    "plan of a job": (Function.MASTER, plan),
    "shard of a job": (Function.WORKER, shard),
    "join of a job": (Function.MASTER, join),
    "end of a job that cannot be done": (Function.MASTER, fail),
    "sweep of all jobs": (Function.MASTER, sweep_jobs),
}
SWEEP_JOBS = {"step": "sweep"}
STEPS = (Function.MASTER, Function.WORKER)


def outcome(name: str, fault: tuple[int, What] | None) -> tuple[dict[str, Any], list[str]]:
    """What remains after the case, and its effects.

    The answer of a step of the workflow is included: it is passed on. A job that could not be
    enqueued is enqueued by the next sweep of jobs, and the next sweep of orders retries what one
    left.
    """
    function, prepare = CASES[name]
    bench = Bench()
    with bench.open():
        event = prepare(bench)
        bench.recorder.fault = fault
        bench.recorder.is_recording = True
        answer = bench.deliver(function, event)
        if function is Function.SWEEP:
            bench.quietly(function, event)
        bench.recorder.now_s += CHECK_AFTER.total_seconds()
        bench.quietly(Function.MASTER, SWEEP_JOBS)
    remains = bench.state() | {"answer": answer if function in STEPS else None}
    return remains, bench.recorder.recorded


WITHOUT_MONEY = {Function.LIVE, Function.NOTIFY, Function.PUSH, Function.RECEIPTS}
"""Functions that write nothing that a law of money is about, and that the simulation does not run.
tests/unit/handlers/test_live.py and test_receipts.py repeat and interrupt them.
"""


def test_every_function_that_moves_money_has_a_case() -> None:
    assert {function for function, _ in CASES.values()} == set(Function) - WITHOUT_MONEY


@pytest.mark.parametrize("name", CASES)
def test_a_handler_with_a_fault_at_any_effect_ends_as_without_it(name: str) -> None:
    expected, effects = outcome(name, None)
    assert effects
    for number, label in enumerate(effects):
        for what in FAULTS:
            found, _ = outcome(name, (number, what))
            assert found == expected, f"{what}: effect {number}, {label}"


def scenario(*faults: Event) -> World:
    """Deposits, orders, answers: everything that a quiet system does, without chance."""
    order = {"symbol": "AAPL", "quantity": "1"}
    events = (
        Event(at_s=0.0, kind=Kind.PRICES, what=({"AAPL": "190.25"}, 0.0)),
        Event(at_s=1.0, kind=Kind.DEPOSIT, what=("ana", "1000.00", 1, 1)),
        Event(at_s=5.0, kind=Kind.ORDER, what=("ana", order, 2, 1)),
        Event(at_s=5.0, kind=Kind.ORDER, what=("ana", order, 3, 1)),
        Event(at_s=0.0, kind=Kind.MANNERS, what=(0, (("rejects", False),))),
        Event(at_s=0.0, kind=Kind.MANNERS, what=(1, (("rejects", True),))),
        Event(at_s=9.0, kind=Kind.TRADE, what=(7, "other", True)),
        Event(at_s=9.0, kind=Kind.FORGE, what=("forged",)),
    )
    world = World((*events, *faults), 0, Mode.FAST)
    world.run()
    return world


def test_the_whole_system_with_a_crash_at_any_effect_keeps_the_laws_and_comes_to_rest() -> None:
    """The bridge's own effects are among them: sending, publishing, acknowledging, deleting."""
    effects = scenario().kernel.counts
    assert {
        "publish",
        "acknowledge",
        "delete",
        "send outbound",
        "send validations",
    } <= set(effects)
    for kind, count in sorted(effects.items()):
        for number in range(1, count + 1):
            for what in (What.CRASH_BEFORE, What.CRASH_AFTER):
                fault = Event(at_s=0.0, kind=Kind.FAULT, what=(kind, number, what))
                scenario(fault)  # raises LawBroken
