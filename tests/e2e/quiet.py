"""A system in which nothing happens by itself: no bridge, no exchange. A test says what the bridge
would have put into the queues, and when.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID

from lambdas.domain.orders import order_id_for
from tests.e2e.system import Person, System, a_person, eventually

T = TypeVar("T")


def hear(system: System, queue: str, *payloads: str) -> None:
    """The messages that the bridge would have handed over."""
    sqs = system.client("sqs")
    for start in range(0, len(payloads), 10):
        entries = [
            {"Id": str(place), "MessageBody": envelope(queue, payload)}
            for place, payload in enumerate(payloads[start : start + 10])
        ]
        answer = sqs.send_message_batch(QueueUrl=system.outputs["queues"][queue], Entries=entries)
        assert not answer.get("Failed")


def envelope(queue: str, payload: str) -> str:
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"v": 1, "topic": queue, "payload": payload, "received_at": at})


def verdict(order_id: str, *, valid: bool) -> str:
    return json.dumps({"request_id": order_id, "group_id": 3, "seller": 0, "valid": valid})


def set_price(system: System, person: Person, symbol: str, price: str) -> None:
    stock = {"symbol": symbol, "shortName": symbol.title(), "price": float(price)}
    hear(system, "prices", json.dumps({"stocks": [stock]}))

    def is_there() -> bool:
        answer = person.call("GET", f"/stocks/{symbol}")
        return answer.status == 200 and float(answer.body["price"]) == float(price)

    eventually(is_there, what=f"{symbol} at {price}")


def rich(system: System, amount: str) -> Person:
    """A new user who has deposited that amount."""
    person = a_person(system)
    if amount != "0":
        person.deposit(amount)
    return person


def order_id_of(person: Person, key: UUID) -> str:
    """The id that an order of this person under this key has, or will have."""
    return order_id_for(str(person.get("/me")["account_id"]), key)


def at_once(*calls: Any) -> list[Any]:
    """Runs the calls at the same time; returns their results in the order of the calls."""
    start = Barrier(len(calls))

    def call(one: Any) -> Any:
        start.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))
