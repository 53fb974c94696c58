"""Every example message of the exchange, through the real bridge and the real functions."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import paho.mqtt.client as mqtt
import pytest

from lambdas.domain.errors import Malformed
from lambdas.messaging.exchange import parse_envelope
from tests.e2e.system import Person, System, eventually

MESSAGES = Path(__file__).parents[1] / "messages"
PUT_ASIDE = {
    "info-not-json.bin": "no JSON",
    "info-one-bad-item.json": "stock 2",
    "request-empty.bin": "empty",
    "request-missing-keys.json": "request_id",
    "request-undefined.bin": "no JSON",
    "validation-no-verdict.json": "verdict",
}
QUEUES = {"info": "prices", "request": "requests", "validation": "validations"}


@pytest.fixture
def publisher(system: System) -> Iterator[mqtt.Client]:
    """Somebody else on the exchange's broker."""
    url = urlsplit(system.outputs["mqtt_url"])
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"test-{uuid4()}")
    client.username_pw_set(url.username, url.password)
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def publish(system: System, client: mqtt.Client, topic: str, payload: bytes | str) -> None:
    client.publish(system.outputs["topics"][topic], payload, qos=1).wait_for_publish(10)


def put_aside(system: System) -> Counter[tuple[str, str]]:
    """How often each example lies among the dead letters, by its name and the reason beside it.

    Other tests of the session leave letters of their own, some of them no envelopes at all.
    """
    time.sleep(1.5)  # a look at a queue hides for a second what it has shown
    names = {path.read_bytes(): path.name for path in MESSAGES.iterdir()}
    found: Counter[tuple[str, str]] = Counter()
    for queue in QUEUES.values():
        for letter in system.dead_letters(queue):
            with suppress(Malformed):
                name = names.get(parse_envelope(letter["body"]).payload)
                if name is not None:
                    found[name, str(letter["reason"])] += 1
    return found


def test_every_example_is_taken_or_put_aside_and_nothing_stops(
    system: System, publisher: mqtt.Client, person: Person
) -> None:
    before = put_aside(system)
    for path in sorted(MESSAGES.iterdir()):
        publish(system, publisher, path.name.split("-")[0].split(".")[0], path.read_bytes())
    found = eventually(
        lambda: len(new := put_aside(system) - before) >= len(PUT_ASIDE) and new,
        what="the broken ones put aside",
    )
    assert sorted(name for name, _ in found.elements()) == sorted(PUT_ASIDE), "each once, no others"
    for name, told in found:
        assert PUT_ASIDE[name] in told
    # What came behind the broken ones went through: a new price, and a whole purchase.
    fresh = {"stocks": [{"symbol": "ZZZ", "shortName": "Last, Inc.", "price": 3.5}]}
    publish(system, publisher, "info", json.dumps(fresh))
    eventually(
        lambda: person.call("GET", "/stocks/ZZZ").status == 200,
        what="a price behind the broken ones",
    )
    order = person.buy("ZZZ", "1")
    assert person.ended(order["order_id"])["state"] in ("ACCEPTED", "REJECTED")


def test_an_old_price_does_not_become_the_latest_nor_can_it_be_traded_on(
    system: System, publisher: mqtt.Client, person: Person
) -> None:
    old = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    stock = {"symbol": "OLDY", "shortName": "Old", "price": 1}
    publish(system, publisher, "info", json.dumps({"stocks": [stock], "datetime": old}))
    eventually(lambda: person.call("GET", "/stocks/OLDY").status == 200, what="the old company")
    answer = person.call("POST", "/orders", {"symbol": "OLDY", "quantity": 1}, key=uuid4())
    assert (answer.status, answer.code) == (409, "price_too_old")
    late = {"stocks": [{"symbol": "AAPL", "shortName": "Apple", "price": 0.01}], "datetime": old}
    publish(system, publisher, "info", json.dumps(late))
    eventually(
        lambda: any(
            price["price"] == "0.01"
            for price in person.get(f"/stocks/AAPL/prices?to={_later(old)}&limit=3")["items"]
        ),
        what="the late price in the history",
    )
    assert float(person.get("/stocks/AAPL")["price"]) > 1


def _later(text: str) -> str:
    at = datetime.fromisoformat(text) + timedelta(seconds=1)
    return at.isoformat().replace("+00:00", "Z")


def test_only_an_answer_in_our_own_name_is_noted_on_our_order_and_it_changes_nothing_else(
    system: System, publisher: mqtt.Client, person: Person
) -> None:
    order = person.buy("AAPL", "0.1")
    ended = person.ended(order["order_id"])
    verdict = {"request_id": order["order_id"], "seller": 0, "valid": ended["state"] != "ACCEPTED"}
    publish(system, publisher, "validation", json.dumps(verdict | {"group_id": 13}))
    time.sleep(3)  # long enough for it to have arrived: an answer usually takes half a second
    assert person.order(order["order_id"]) == ended
    # That the exchange contradicts itself is recorded, and makes the order's next version.
    publish(system, publisher, "validation", json.dumps(verdict | {"group_id": 3}))
    noted = eventually(
        lambda: _newer(person.order(order["order_id"]), ended["version"]),
        what="the contradiction on the order",
    )
    assert noted == ended | {"version": ended["version"] + 1}
    assert person.get("/wallet")["held"] == "0.00"


def _newer(order: Any, version: int) -> Any:
    return order if order["version"] > version else None
