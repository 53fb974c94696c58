"""Nothing that is somebody's own, secret, or merely came in, stands in any log: a whole story is
told with marked values in every place where something can be said, and then every log is read.
"""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.e2e.system import Person, System, eventually, http

MARK = f"zq{uuid4().hex[:10]}"
SYMBOL = f"Q{uuid4().hex[:6].upper()}"

# The emulator plays the post office too, and notes whom it would have sent a letter of Cognito's.
POST_OFFICE = "[ses] SES CognitoVerificationMessage"


@dataclass(kw_only=True)
class Told:
    """What was said where: each value must be in no log. The order's id may be."""

    values: dict[str, str] = field(default_factory=dict)
    order_id: str = ""

    def mark(self, where: str) -> str:
        """A new value that says where it was said."""
        value = f"{MARK}-{len(self.values)}-{where}"
        self.values[where] = value
        return value


@pytest.fixture(scope="module")
def publisher(system: System) -> Iterator[mqtt.Client]:
    """Somebody else on the exchange's broker."""
    url = urlsplit(system.outputs["mqtt_url"])
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"logs-{uuid4()}")
    client.username_pw_set(url.username, url.password)
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    yield client
    client.disconnect()
    client.loop_stop()


def good_messages(told: Told, order_id: str) -> list[tuple[str, Any]]:
    """Messages that are understood, with marks in whatever nobody asked for."""
    now = datetime.now(UTC).isoformat()
    stranger = str(uuid4())
    price = {"symbol": SYMBOL, "shortName": told.mark("name"), "price": 10, "currency": "USD"}
    asked = {"symbol": SYMBOL, "quantity": 1, "datetime": now, "seller": 0}
    return [
        (
            "info",
            {
                "stocks": json.dumps(
                    [price | {"source": told.mark("source"), "x": told.mark("x")}]
                ),
                "datetime": now,
                "extra": told.mark("info"),
            },
        ),
        (
            "request",
            asked
            | {"request_id": stranger, "group_id": "7", "deposit_token": told.mark("deposit token")}
            | {"extra": {"deep": told.mark("request")}},
        ),
        (
            "validation",
            {"request_id": stranger, "group_id": "7", "valid": True, "seller": 0}
            | {"extra": told.mark("validation")},
        ),
        # A contradiction to what the exchange said of our own order: a conflict.
        (
            "validation",
            {"request_id": order_id, "group_id": 3, "valid": False, "seller": 0}
            | {"extra": told.mark("conflict")},
        ),
    ]


def bad_messages(told: Told) -> list[tuple[str, Any]]:
    """Messages that are put aside: their reason is logged, their text is not."""
    return [
        ("info", told.mark("info, no JSON")),
        ("info", {"stocks": [{"symbol": told.mark("bad symbol").upper(), "price": 1}]}),
        ("info", {"stocks": [{"symbol": SYMBOL, "price": told.mark("bad price")}]}),
        ("info", {"stocks": told.mark("no list")}),
        ("request", told.mark("request, no JSON")),
        ("request", {"request_id": "", "extra": told.mark("request without id")}),
        ("request", {"request_id": str(uuid4()), "group_id": 7, "symbol": told.mark("symbol?!")}),
        ("validation", {"request_id": str(uuid4()), "valid": told.mark("verdict")}),
        ("validation", told.mark("validation, no JSON")),
    ]


def use_the_api(told: Told, person: Person) -> None:
    """Good and bad requests with marks in path, query, headers and body."""
    person.deposit("1000.00")
    for path in ("/wallet", "/orders", "/portfolio", "/me", "/wallet/postings", "/stocks"):
        person.call("GET", f"{path}?note={quote(told.mark('query of ' + path))}")
        person.call(
            "GET",
            path,
            Cookie=told.mark("cookie of " + path),
            Referer=told.mark("referer of " + path),
        )
    for body in (
        {"symbol": told.mark("wrong symbol"), "quantity": "1"},
        {"symbol": "AAPL", "quantity": told.mark("wrong quantity")},
        {"symbol": "AAPL", "quantity": "1", "note": told.mark("extra field")},
        {"symbol": "AAPL", "quantity": "1e9", "note": told.mark("refused")},
        told.mark("no JSON").encode(),
    ):
        person.call("POST", "/orders", body, key=uuid4())
    person.call("POST", "/orders", {}, key=told.mark("wrong key"))
    person.call("GET", f"/orders?cursor={quote(told.mark('cursor'))}&state={told.mark('state')}")
    http("GET", f"{person.system.api_url}/wallet", headers={"Authorization": told.mark("token")})


def sign_in_wrongly(told: Told, person: Person) -> None:
    """With a password that is not the one."""
    stranger = Person(
        system=person.system, email=person.email, password=told.mark("wrong password") + "-A1"
    )
    with pytest.raises(person.cognito.exceptions.ClientError):
        stranger.sign_in()


def publish(system: System, client: mqtt.Client, messages: list[tuple[str, Any]]) -> None:
    for topic, message in messages:
        payload = message if isinstance(message, str) else json.dumps(message)
        client.publish(system.outputs["topics"][topic], payload, qos=1).wait_for_publish(10)


def logs(system: System) -> Iterator[tuple[str, str]]:
    """Every log there is: of the functions, and of every process of the run."""
    service = system.client("logs")
    for group in service.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        pages = service.get_paginator("filter_log_events").paginate(logGroupName=name)
        yield name, "\n".join(event["message"] for page in pages for event in page["events"])
    for path in [*(system.state / "logs").iterdir(), system.state.with_suffix(".log")]:
        lines = path.read_text(errors="replace").splitlines()
        yield path.name, "\n".join(line for line in lines if POST_OFFICE not in line)


def drain(system: System, queue: str) -> set[str]:
    """Take our own dead letters away again, so that other tests find only theirs."""
    sqs, url = system.client("sqs"), system.outputs["queues"][f"{queue}_dead_letters"]
    found = {}
    while letters := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2
    ).get("Messages", []):
        for letter in letters:
            if MARK in letter["Body"] or MARK.upper() in letter["Body"]:
                found[letter["MessageId"]] = letter["Body"]
                sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
    return set(found.values())


@pytest.fixture(scope="module")
def story(system: System, publisher: mqtt.Client) -> Told:
    """All of it told, and all of it applied or put aside."""
    told = Told()
    person = Person(
        system=system,
        email=f"{told.mark('address')}@example.com",
        password=f"{told.mark('Password')}-A1",
    )
    person.sign_up()
    assert system.run("confirm", f"EMAIL={person.email}").returncode == 0
    person.sign_in()
    sign_in_wrongly(told, person)
    person.wait_for_prices("AAPL")
    use_the_api(told, person)
    told.order_id = person.buy("AAPL", "0.1")["order_id"]
    person.ended(told.order_id)
    publish(system, publisher, bad_messages(told))
    publish(system, publisher, good_messages(told, told.order_id))
    eventually(lambda: person.call("GET", f"/stocks/{SYMBOL}").status == 200, what="a price")
    for queue, count in {"prices": 4, "requests": 3, "validations": 2}.items():
        letters: set[str] = set()
        eventually(
            lambda queue=queue, letters=letters, count=count: (  # type: ignore[misc]
                letters.update(drain(system, queue)) or len(letters) >= count
            ),
            what=f"{count} dead letters of {queue}",
        )
    told.values |= secrets_of(system, person)
    return told


def secrets_of(system: System, person: Person) -> dict[str, str]:
    """What nobody made up for this test, and what must be in no log either."""
    tokens = {
        f"{part} of the {kind}": person.tokens[kind].split(".")[part]
        for kind in ("IdToken", "AccessToken", "RefreshToken")
        for part in (1, 2)
    }
    return {**tokens, "password of the broker": urlsplit(system.outputs["mqtt_url"]).password or ""}


def test_no_log_says_what_came_in_or_who_it_was(system: System, story: Told) -> None:
    found = {
        (name, where)
        for name, text in logs(system)
        for where, value in story.values.items()
        if value.lower() in text.lower()
    }
    assert found == set()
    assert len(story.values) > 40


def test_the_logs_that_were_read_are_those_of_the_story(system: System, story: Told) -> None:
    texts = dict(logs(system))
    for function in ("Api", "Prices", "Requests", "Validations", "Relay"):
        (text,) = [text for name, text in texts.items() if f"/{function}Function" in name]
        assert '"level"' in text or '"_aws"' in text, f"{function} has logged nothing"
        assert story.order_id in text or function in ("Prices", "Relay")
    assert {"bridge.log", "broker.log", "exchange.log", "local-cloud.log"} <= texts.keys()
    assert '"service":"bridge"' in texts["bridge.log"]


def test_no_secret_stands_on_a_command_line(story: Told) -> None:
    # What stands there, everybody on the machine may read.
    listed = subprocess.run(
        ["ps", "-axww", "-o", "args="], capture_output=True, text=True, check=True
    )
    lines = listed.stdout.splitlines()
    assert [line for line in lines if "local.exchange" in line]
    assert [line for line in lines if story.values["password of the broker"] in line] == []
