"""How long an order takes from the POST to ACCEPTED on a running `make up`, hop by hop:
`python -m bench.latency`.

The hops are cut where the order shows itself: the API's answer, our request and the exchange's
answer on the broker, and the time that the settlement wrote. All clocks are this machine's.
"""

import argparse
import json
import secrets
import statistics
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from local.deploy import Outputs
from local.options import CannotRun, Options
from local.users import Investor, confirm_sign_up

_PATIENCE_S = 30
_SYMBOL = "AAPL"


@dataclass(kw_only=True)
class Ear:
    """When each request and each answer was first on the broker."""

    requested_at: dict[str, float] = field(default_factory=dict)
    answered_at: dict[str, float] = field(default_factory=dict)
    ready: threading.Event = field(default_factory=threading.Event)

    def listen(self, outputs: Outputs) -> mqtt.Client:
        """Connect to the broker as one more participant."""
        url = urlsplit(outputs.mqtt_url)
        topics = outputs.topics
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"ear-{secrets.token_hex(4)}")
        client.username_pw_set(url.username, url.password)
        client.on_subscribe = lambda *_: self.ready.set()
        client.on_message = lambda _client, _data, message: self._hear(
            message, self.requested_at if message.topic == topics["request"] else self.answered_at
        )
        client.connect(url.hostname or "", url.port or 1883)
        client.loop_start()
        client.subscribe([(topics["request"], 1), (topics["validation"], 1)])
        self.ready.wait(_PATIENCE_S)
        return client

    def _hear(self, message: mqtt.MQTTMessage, times: dict[str, float]) -> None:
        try:
            times.setdefault(json.loads(message.payload)["request_id"], time.time())
        except (ValueError, KeyError, TypeError):  # somebody else's rubbish
            return


@dataclass(frozen=True, kw_only=True)
class Trip:
    """Seconds that one order spent in each hop; they add up to its whole time."""

    post_s: float
    to_broker_s: float
    exchange_s: float
    settle_s: float

    @property
    def total_s(self) -> float:
        """From the POST to ACCEPTED."""
        return self.post_s + self.to_broker_s + self.exchange_s + self.settle_s


HOPS = {
    "post_s": "POST → the API decides",
    "to_broker_s": "→ on the broker (commit, stream, relay, outbound, bridge)",
    "exchange_s": "the exchange thinks",
    "settle_s": "answer → the settlement decides (bridge, queue)",
    "total_s": "POST → ACCEPTED",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.latency", description=__doc__)
    parser.add_argument("--orders", type=int, default=50)
    parser.add_argument("--state", type=Path, default=Options().state, help="of the running system")
    given = parser.parse_args()
    try:
        outputs = Outputs.read(Options(state=given.state.resolve()))
    except CannotRun as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    investor = an_investor(outputs)
    ear = Ear()
    client = ear.listen(outputs)
    trips = [_trip(investor, ear) for _ in range(given.orders + 1)][1:]  # the first one warms up
    client.disconnect()
    client.loop_stop()
    _print(trips)
    return 0


def an_investor(outputs: Outputs) -> Investor:
    """Somebody with money, signed in."""
    investor = Investor(
        outputs, f"bench.{secrets.token_hex(4)}@example.com", f"Bench-{secrets.token_hex(8)}-1A"
    )
    investor.sign_up()
    confirm_sign_up(outputs, investor.email)
    investor.sign_in()
    investor.post("/wallet/deposits", {"amount": "100000.00"})
    return investor


def _trip(investor: Investor, ear: Ear) -> Trip:
    started_at = time.time()
    order = investor.post("/orders", {"symbol": _SYMBOL, "quantity": "0.01"})
    order_id = order["order_id"]
    ended = _ended(investor, order_id)
    stored_at = seconds_of(order["created_at"])
    requested_at, answered_at = ear.requested_at[order_id], ear.answered_at[order_id]
    return Trip(
        post_s=stored_at - started_at,
        to_broker_s=requested_at - stored_at,
        exchange_s=answered_at - requested_at,
        settle_s=seconds_of(ended["ended_at"]) - answered_at,
    )


def _ended(investor: Investor, order_id: str) -> Any:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        time.sleep(0.1)  # seldom enough not to disturb what is measured
        order = investor.get(f"/orders/{order_id}")
        if order["state"] == "ACCEPTED":
            return order
    raise SystemExit(
        f"Order {order_id} was not accepted within {_PATIENCE_S} s: is {_SYMBOL} refused?"
    )


def seconds_of(text: str) -> float:
    """A time of the API, since 1970."""
    return datetime.fromisoformat(text).timestamp()


def _print(trips: list[Trip]) -> None:
    whole = statistics.median(trip.total_s for trip in trips)
    print(f"{len(trips)} orders, one after the other; milliseconds\n")
    print(f"{'hop':58} {'median':>7} {'p10':>6} {'p90':>6}  share")
    for name, title in HOPS.items():
        values = [getattr(trip, name) * 1000 for trip in trips]
        tenths = statistics.quantiles(values, n=10)
        median = statistics.median(values)
        share = f"{median / whole / 10:6.0f} %"
        print(f"{title:58} {median:7.0f} {tenths[0]:6.0f} {tenths[-1]:6.0f} {share}")


if __name__ == "__main__":
    sys.exit(main())
