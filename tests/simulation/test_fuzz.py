"""Ten thousand hostile payloads for each topic, through envelope, parser and handler: each is
either processed or put aside with a reason, none is retried, and none creates or loses money.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.domain.errors import Malformed
from lambdas.messaging.exchange import (
    parse_envelope,
    parse_prices,
    parse_request,
    parse_validation,
)
from lambdas.names import Function, Queue, Table
from mqtt_bridge.inbound import envelope
from tests.simulation import fuzz
from tests.simulation.functions import sqs_record
from tests.simulation.kernel import START
from tests.simulation.sqs import Message, dead_letters_of
from tests.simulation.workbench import Bench

PAYLOADS = 10_000
BATCH = 10
STATES = ("PENDING", "SENT", "ACCEPTED", "REJECTED")


def fault_of_prices(body: str) -> str | None:
    """Why a message of prices has to be put aside; None where it has not."""
    read = parse_envelope(body)
    faults = parse_prices(read.payload, read.received_at, "USD").faults
    return "; ".join(faults) or None


def fault_of_request(body: str) -> str | None:
    """Why a request has to be put aside."""
    request = parse_request(parse_envelope(body).payload, START)
    return _unexplained(request.group_id, request.request_id)


def fault_of_validation(body: str) -> str | None:
    """Why an answer has to be put aside."""
    validation = parse_validation(parse_envelope(body).payload, START)
    return _unexplained(validation.group_id, validation.request_id)


def _unexplained(group_id: str, request_id: str) -> str | None:
    is_forged = group_id == "3" and request_id not in IDS
    return "no order of ours" if is_forged else None


IDS: list[str] = []  # of the orders that exist; filled by the test
TOPICS: dict[str, tuple[Queue, Function, Callable[[str], str | None]]] = {
    "info": (Queue.PRICES, Function.PRICES, fault_of_prices),
    "request": (Queue.REQUESTS, Function.REQUESTS, fault_of_request),
    "validation": (Queue.VALIDATIONS, Function.VALIDATIONS, fault_of_validation),
}


def prepared(bench: Bench) -> None:
    """An account with an open order in it."""
    stocks = [{"symbol": "AAPL", "price": 190.25}]
    bench.call(Function.PRICES, bench.messages(json.dumps({"stocks": stocks})))
    bench.call(Function.API, bench.post("/wallet/deposits", {"amount": "1000.00"}, 1))
    for key in (2, 3):
        bench.call(Function.API, bench.post("/orders", {"symbol": "AAPL", "quantity": "1"}, key))
    IDS[:] = bench.order_ids()


def reason_for(fault: Callable[[str], str | None], body: str) -> str | None:
    """What the wire format itself says of a message; it may raise nothing but Malformed."""
    try:
        return fault(body)
    except Malformed as error:
        return error.reason


def conserved(bench: Bench) -> None:
    """No payload has made or lost money: what was paid in is available, held or spent."""
    account = bench.tables.of(Table.ACCOUNTS)[("11111111-1111-4111-8111-111111111111",)]
    orders = bench.tables.of(Table.ORDERS).values()
    spent = sum(int(o["cost_minor"]["N"]) for o in orders if o["state"]["S"] == "ACCEPTED")
    held = sum(int(o["cost_minor"]["N"]) for o in orders if o["state"]["S"] in ("PENDING", "SENT"))
    assert int(account["held_minor"]["N"]) == held
    assert int(account["available_minor"]["N"]) + held + spent == 1_000_00


@pytest.mark.parametrize("topic", TOPICS)
def test_a_hostile_payload_is_understood_or_put_aside_with_its_reason(topic: str) -> None:
    queue, function, fault = TOPICS[topic]
    bench = Bench()
    letters = bench.queues[dead_letters_of(queue)].messages
    understood = aside = 0
    with bench.open():
        prepared(bench)
        letters.clear()
        for start in range(0, PAYLOADS, BATCH):
            numbers = range(start, start + BATCH)
            payloads = [fuzz.payload(topic, number, IDS) for number in numbers]
            bodies = [envelope(topic, payload, START) for payload in payloads]
            reasons = [reason_for(fault, body) for body in bodies]
            assert answered(bench, function, bodies) == []
            expected = [body for body, reason in zip(bodies, reasons, strict=True) if reason]
            assert [letter.body for letter in letters] == expected, f"payloads from {start}"
            assert all(letter.reason for letter in letters)
            aside += len(letters)
            understood += BATCH - len(letters)
            letters.clear()
        conserved(bench)
    assert min(understood, aside) > PAYLOADS / 20, (understood, aside)


def answered(bench: Bench, function: Function, bodies: list[str]) -> list[Any]:
    """The failures that the handler reports for a batch."""
    records = [sqs_record(Message(number, body, 0.0)) for number, body in enumerate(bodies)]
    failures: list[Any] = bench.call(function, {"Records": records})["batchItemFailures"]
    return failures
