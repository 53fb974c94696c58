"""The whole system on this machine: how soon `make up` is ready, how soon an order is ACCEPTED.

It is reached by its public doors alone, which `outputs.json` names.
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import boto3
import urllib3

from bench.page import spread

STATE: Final = Path(".local-bench").resolve()
PLACE: Final = ("CLOUD_PORT=5006", "MQTT_PORT=2306", f"STATE={STATE}")
COMMAND: Final = ("make", "up", *PLACE, "EXCHANGE_OPTIONS=--interval 3 --delay 0.1 --groups 0")


class User:
    """Signed up, confirmed by an operator, signed in."""

    def __init__(self, outputs: dict[str, Any]) -> None:
        self._api_url = outputs["api_url"]
        cognito: Any = boto3.client(
            "cognito-idp",
            outputs["region"],
            endpoint_url=outputs["aws_endpoint_url"],
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - of a cloud on this machine
        )
        name, password = f"{secrets.token_hex(4)}@example.com", f"Bench-{secrets.token_hex(8)}-1A"
        client = {"ClientId": outputs["user_pool_client_id"]}
        email = [{"Name": "email", "Value": name}]
        cognito.sign_up(**client, Username=name, Password=password, UserAttributes=email)
        cognito.admin_confirm_sign_up(UserPoolId=outputs["user_pool_id"], Username=name)
        login = {"USERNAME": name, "PASSWORD": password}
        flow = {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": login}
        answer = cognito.initiate_auth(**client, **flow)
        self._token = answer["AuthenticationResult"]["IdToken"]

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The body of a good answer."""
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": str(uuid4())}
        answer = urllib3.request(method, self._api_url + path, json=body, headers=headers)
        assert answer.status < 300, f"{method} {path} answered {answer.status}"
        return answer.json()

    def buy(self) -> float:
        """Seconds from the POST to the time that ACCEPTED was decided."""
        began = time.time()
        order = self.call("POST", "/orders", {"symbol": "AAPL", "quantity": "0.01"})
        while order["state"] in ("PENDING", "SENT"):
            assert time.time() - began < 30, f"order {order['order_id']} has no answer"
            time.sleep(0.1)  # seldom enough not to disturb what is measured
            order = self.call("GET", f"/orders/{order['order_id']}")
        assert order["state"] == "ACCEPTED", order["state"]
        return datetime.fromisoformat(order["ended_at"]).timestamp() - began


@contextmanager
def make_up() -> Iterator[tuple[dict[str, Any], float]]:
    """A run of its own with an empty state: its outputs, and the seconds until they were there."""
    shutil.rmtree(STATE, ignore_errors=True)
    outputs, log = STATE / "outputs.json", Path(".build/make-up.log")
    began = time.monotonic()
    with (
        log.open("w") as out,
        subprocess.Popen(COMMAND, stdout=out, stderr=out, start_new_session=True) as process,
    ):
        try:
            while not outputs.exists():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() - began < 240, log.read_text()
                time.sleep(0.1)
            yield json.loads(outputs.read_text()), time.monotonic() - began
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def measure(rounds: int) -> dict[str, Any]:
    """Everything is installed and built before: this is the warm start."""
    with make_up() as (outputs, ready_s):
        time.sleep(8)  # the exchange first sends the prices of a past day
        user = User(outputs)
        user.call("POST", "/wallet/deposits", {"amount": "1000.00"})
        user.buy()  # starts the functions
        times_s = [user.buy() for _ in range(3 * rounds)]
    return {"ready_s": round(ready_s, 1), "accepted_s": spread(times_s)}
