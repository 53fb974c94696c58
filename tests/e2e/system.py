"""The whole system as `make up` starts it, on ports and a state folder of its own, and people who
use it through its public doors only.
"""

import json
import os
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import boto3
from botocore import UNSIGNED
from botocore.config import Config

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 240
STOPS_WITHIN_S = 60
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One HTTP answer."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        """The decoded JSON."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The error's `code`."""
        return str(self.body["code"])


def http(
    method: str, url: str, *, body: object = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request; bytes go as they are, anything else as JSON."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            return _answer(answer.status, answer.read(), answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error.read(), error.headers)


def _answer(status: int, body: bytes, headers: Message) -> Answer:
    lower = {name.lower(): value for name, value in headers.items()}
    return Answer(status=status, text=body.decode(), headers=lower)


def eventually(read: Callable[[], T], *, what: str, within_s: float = 30) -> T:
    """The first true value of `read`; an AssertionError that says what did not happen."""
    deadline = time.monotonic() + within_s
    while True:
        value = read()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        time.sleep(0.1)


@dataclass(kw_only=True)
class System:
    """A running system. `outputs` is what `outputs.json` says."""

    process: "subprocess.Popen[bytes]"
    make: tuple[str, ...]
    state: Path
    outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """Base URL of the HTTP API."""
        return str(self.outputs["api_url"])

    def client(self, service: str) -> Any:
        """An operator's AWS client."""
        return boto3.client(
            service,
            endpoint_url=self.outputs["aws_endpoint_url"],
            region_name=self.outputs["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def run(self, target: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Another make target against this system."""
        return subprocess.run(
            ["make", "--no-print-directory", target, *self.make, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def messages(self, queue: str) -> int:
        """Approximate number of messages in a queue: visible, in flight and delayed."""
        kinds = ("", "NotVisible", "Delayed")
        told = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["queues"][queue],
            AttributeNames=[f"ApproximateNumberOfMessages{kind}" for kind in kinds],
        )["Attributes"]
        return sum(map(int, told.values()))

    def dead_letters(self, queue: str) -> list[dict[str, Any]]:
        """Body and reason of each message in a dead-letter queue. They stay there."""
        sqs = self.client("sqs")
        url = self.outputs["queues"][f"{queue}_dead_letters"]
        found: dict[str, dict[str, Any]] = {}
        while True:
            messages = sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                MessageAttributeNames=["All"],
                VisibilityTimeout=1,
            ).get("Messages", [])
            new = [m for m in messages if m["MessageId"] not in found]
            if not new:
                return list(found.values())
            for message in new:
                attributes = message.get("MessageAttributes", {})
                reason = attributes.get("reason", {}).get("StringValue")
                found[message["MessageId"]] = {"body": message["Body"], "reason": reason}


@contextmanager
def running(
    *, cloud_port: int, mqtt_port: int, state: Path, options: tuple[str, ...] = ()
) -> Iterator[System]:
    """Runs `make up` until the block ends, then sends SIGINT; it must exit with 0."""
    make = (f"CLOUD_PORT={cloud_port}", f"MQTT_PORT={mqtt_port}", f"STATE={state}")
    log = state.with_suffix(".log")
    state.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "--no-print-directory", "up", *make, *options],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    system = System(process=process, make=make, state=state)
    try:
        _wait_until_ready(system, log)
        yield system
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        left_with = process.wait(STOPS_WITHIN_S)
    # `make` itself ends by the signal; what it ran has stopped everything in order.
    assert left_with in (0, -signal.SIGINT, 130), log.read_text()
    assert "local cloud stopped" in log.read_text()


def _wait_until_ready(system: System, log: Path) -> None:
    outputs = system.state / "outputs.json"
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not outputs.exists():
        assert system.process.poll() is None, f"make up ended:\n{log.read_text()}"
        assert time.monotonic() < deadline, f"make up is not ready:\n{log.read_text()}"
        time.sleep(0.2)
    system.outputs = json.loads(outputs.read_text())


@dataclass(kw_only=True)
class Person:
    """A user: signs up and in by Cognito's public calls, and calls the HTTP API with a token."""

    system: System
    email: str = field(default_factory=lambda: f"p{secrets.token_hex(5)}@example.com")
    password: str = field(default_factory=lambda: f"Pw-{secrets.token_hex(8)}-1A")
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def cognito(self) -> Any:
        """Without credentials, as a browser speaks to it."""
        return boto3.client(
            "cognito-idp",
            endpoint_url=self.system.outputs["aws_endpoint_url"],
            region_name=self.system.outputs["region"],
            config=Config(signature_version=UNSIGNED),
        )

    def sign_up(self) -> None:
        """Ask for an account."""
        self.cognito.sign_up(
            ClientId=self.system.outputs["user_pool_client_id"],
            Username=self.email,
            Password=self.password,
            UserAttributes=[{"Name": "email", "Value": self.email}],
        )

    def sign_in(self) -> None:
        """Get tokens; raises Cognito's own errors."""
        answer = self.cognito.initiate_auth(
            ClientId=self.system.outputs["user_pool_client_id"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": self.email, "PASSWORD": self.password},
        )
        self.tokens = answer["AuthenticationResult"]

    def call(
        self, method: str, path: str, body: object = None, key: object = None, **headers: str
    ) -> Answer:
        """One request with the token; `key` is the Idempotency-Key."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("Authorization", f"Bearer {self.tokens['IdToken']}")
        if key is not None:
            sent["Idempotency-Key"] = str(key)
        if body is not None:
            sent["Content-Type"] = "application/json"
        return http(method, self.system.api_url + path, body=body, headers=sent)

    def get(self, path: str) -> Any:
        """The body of a good answer."""
        answer = self.call("GET", path)
        assert answer.status == 200, answer.text
        return answer.body

    def wait_for_prices(self, *symbols: str) -> None:
        """Until these companies can be bought: the exchange begins with the prices of a day gone
        by, too old to trade on.
        """
        max_age = timedelta(seconds=self.get("/me")["limits"]["max_price_age_s"])

        def fresh() -> bool:
            since = datetime.now(UTC) - max_age
            board = self.get("/stocks")["items"]
            told = {it["symbol"]: datetime.fromisoformat(it["observed_at"]) for it in board}
            return all(symbol in told and told[symbol] > since for symbol in symbols)

        eventually(fresh, what=f"prices of now: {', '.join(symbols)}", within_s=60)

    def deposit(self, amount: str) -> None:
        """Put money in."""
        answer = self.call("POST", "/wallet/deposits", {"amount": amount}, key=uuid4())
        assert answer.status == 201, answer.text

    def buy(self, symbol: str, quantity: str) -> Any:
        """Place an order: the order, as answered."""
        body = {"symbol": symbol, "quantity": quantity}
        answer = self.call("POST", "/orders", body, key=uuid4())
        assert answer.status == 202, answer.text
        return answer.body

    def order(self, order_id: str) -> Any:
        """One of my orders."""
        return self.get(f"/orders/{order_id}")

    def ended(self, order_id: str, within_s: float = 30) -> Any:
        """Waits until the order has ended; returns it."""

        def end() -> Any:
            order = self.order(order_id)
            return order if order["state"] not in ("PENDING", "SENT") else None

        return eventually(end, what=f"an end of order {order_id}", within_s=within_s)


def a_person(system: System) -> Person:
    """A new user who has signed up, was confirmed by an operator, and has signed in."""
    person = Person(system=system)
    person.sign_up()
    system.client("cognito-idp").admin_confirm_sign_up(
        UserPoolId=system.outputs["user_pool_id"], Username=person.email
    )
    person.sign_in()
    return person
