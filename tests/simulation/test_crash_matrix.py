"""Every handler, struck at every one of its effects, and then delivered again: the end is the same.

The effects are not listed here: a recorder finds them, so that a new one is struck too.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.domain.jobs import LIFE, LOOK_AFTER
from lambdas.names import Function, Queue
from lambdas.usecases.hear_reminders import KEPT
from tests.simulation.kernel import What
from tests.simulation.script import Event, Kind, Mode
from tests.simulation.workbench import STRIKES, Bench
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
    """Yes, no, a contradiction, a repetition, another group's, a forged one, rubbish."""
    first, second, third = ordered(bench, 3)
    yes = {"request_id": first, "group_id": 3, "valid": True}
    bench.call(Function.VALIDATIONS, bench.messages(json.dumps(yes)))
    messages = (
        {**yes, "valid": False},
        yes,
        {**yes, "request_id": second},
        {**yes, "request_id": third, "valid": False},
        {**yes, "request_id": "other", "group_id": 7},
        {**yes, "request_id": "forged"},
    )
    return bench.messages(*(json.dumps(message) for message in messages), "{}")


def relay(bench: Bench) -> dict[str, Any]:
    """Twelve new orders, more than one call of SQS takes, and two that are asked for again."""
    market(bench)
    for key in range(2, 14):
        bench.call(Function.API, bench.post("/orders", {"symbol": "KO", "quantity": "0.1"}, key))
    for order_id in bench.order_ids()[:2]:
        bench.queues[Queue.REMINDERS].put(order_id)
    bench.recorder.now_s += 600
    bench.call(Function.SWEEP, {})
    bench.queues[Queue.REMINDERS].messages.clear()
    return {"Records": bench.changes[:14]}


QUESTION = {"kind": "projection", "symbol": "AAPL", "days": 1, "quantity": "2"}


def a_job(bench: Bench) -> dict[str, Any]:
    market(bench)
    return bench.post("/jobs", QUESTION, 9)


def asked(bench: Bench, *keys: int) -> list[str]:
    """Jobs that wait for their workflow, over a history of two prices."""
    market(bench)
    later = {"stocks": [{"symbol": "AAPL", "price": 191}], "datetime": "2026-03-04T14:00:00Z"}
    bench.call(Function.PRICES, bench.messages(json.dumps(later)))
    answers = [bench.call(Function.API, bench.post("/jobs", QUESTION, key)) for key in keys]
    return [json.loads(answer["body"])["job_id"] for answer in answers]


def a_run(bench: Bench) -> dict[str, Any]:
    (job_id,) = asked(bench, 9)
    return {"Records": [{"messageId": "1", "body": json.dumps({"job_id": job_id})}]}


def plan(bench: Bench) -> dict[str, Any]:
    return {"step": "plan", "job_id": asked(bench, 9)[0]}


def part(bench: Bench) -> dict[str, Any]:
    planned, parts = bench.steps.planned(asked(bench, 9)[0])
    return planned | {"part": parts[0]}


def join(bench: Bench) -> dict[str, Any]:
    (job_id,) = asked(bench, 9)
    planned, parts = bench.steps.planned(job_id)
    partials = [bench.steps.worked(planned, part) for part in parts]
    return {"step": "join", "job_id": job_id, "partials": partials}


def fail(bench: Bench) -> dict[str, Any]:
    return {"step": "fail", "job_id": asked(bench, 9)[0], "error": {"Error": "States.Timeout"}}


def look_at_jobs(bench: Bench) -> dict[str, Any]:
    """Twelve silent jobs, more than one call of SQS takes, one that ran, one beyond its time."""
    asked(bench, 8)
    bench.recorder.now_s += LIFE.total_seconds()
    ran, *_ = asked(bench, *range(9, 22))
    bench.steps.run(ran)
    bench.recorder.now_s += LOOK_AFTER.total_seconds()
    return LOOK


def sweep(bench: Bench) -> dict[str, Any]:
    """A reminder of four orders, of which one has ended, an old one of one of them, and one of no
    order.
    """
    first, second, *_ = ordered(bench, 4)
    answer = {"request_id": first, "group_id": 3, "valid": False}
    bench.call(Function.VALIDATIONS, bench.messages(json.dumps(answer)))
    bench.queues[Queue.REMINDERS].put(second)
    bench.recorder.now_s += KEPT.total_seconds()
    bench.call(Function.RELAY, {"Records": bench.changes})
    bench.queues[Queue.REMINDERS].put("of nobody")
    assert len(bench.queues[Queue.REMINDERS].messages) == 3
    bench.recorder.now_s += 600
    return {}


CASES: dict[str, tuple[Function, Case]] = {
    "deposit": (Function.API, a_deposit),
    "order": (Function.API, an_order),
    "order beyond the money": (Function.API, an_order_beyond_the_money),
    "prices": (Function.PRICES, prices),
    "requests": (Function.REQUESTS, requests),
    "validations": (Function.VALIDATIONS, validations),
    "relay": (Function.RELAY, relay),
    "sweep": (Function.SWEEP, sweep),
    "job": (Function.API, a_job),
    "run of a job": (Function.JOBS, a_run),
    "plan of a job": (Function.MASTER, plan),
    "part of a job": (Function.WORKER, part),
    "join of a job": (Function.MASTER, join),
    "end of a job that cannot be done": (Function.MASTER, fail),
    "look at all jobs": (Function.MASTER, look_at_jobs),
}
LOOK = {"step": "sweep"}
STEPS = (Function.MASTER, Function.WORKER)


def outcome(name: str, strike: tuple[int, What] | None) -> tuple[dict[str, Any], list[str]]:
    """What remains after the case, and its effects.

    The steps of the workflow pass their answers on, so an answer of theirs is among what remains;
    a job that could not be sent is sent when somebody next looks at all jobs, and what a sweep
    leaves, the next one does.
    """
    function, prepare = CASES[name]
    bench = Bench()
    with bench.open():
        event = prepare(bench)
        bench.recorder.strike = strike
        bench.recorder.is_recording = True
        answer = bench.deliver(function, event)
        if function is Function.SWEEP:
            bench.show_reminders()
            bench.quietly(function, event)
        bench.recorder.now_s += LOOK_AFTER.total_seconds()
        bench.quietly(Function.MASTER, LOOK)
    remains = bench.state() | {"answer": answer if function in STEPS else None}
    return remains, bench.recorder.recorded


def test_every_function_has_a_case() -> None:
    assert {function for function, _ in CASES.values()} == set(Function)


@pytest.mark.parametrize("name", CASES)
def test_a_handler_struck_at_any_effect_ends_as_if_it_had_not_been(name: str) -> None:
    expected, effects = outcome(name, None)
    assert effects
    for number, label in enumerate(effects):
        for what in STRIKES:
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


def test_the_whole_system_struck_at_any_effect_keeps_the_laws_and_comes_to_rest() -> None:
    """The bridge's own effects are among them: sending, publishing, acknowledging, deleting."""
    effects = scenario().kernel.counts
    assert {
        "publish",
        "acknowledge",
        "delete",
        "send outbound",
        "send reminders",
        "send validations",
    } <= set(effects)
    for kind, count in sorted(effects.items()):
        for number in range(1, count + 1):
            for what in (What.CRASH_BEFORE, What.CRASH_AFTER):
                fault = Event(at_s=0.0, kind=Kind.FAULT, what=(kind, number, what))
                scenario(fault)  # raises LawBroken
