"""Causes faults, one after the other, and repairs each of them."""

import json
import time
from collections import Counter
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.chaos.parts import OVERFLOWED, Parts
from tests.chaos.plan import Cut, Fault, Kind, Plan
from tests.e2e.system import System, eventually

STRANGERS: Final = UUID("5d1f0a34-3f0e-4c5b-9d0c-5a9d3f8f1c77")


class Saboteur:
    """`done` counts the faults that have struck, `struck_s` is how long they lasted together."""

    def __init__(self, system: System, parts: Parts, plan: Plan) -> None:
        self.done: Counter[str] = Counter()
        self.struck_s = 0.0
        self._system = system
        self._parts = parts
        self._plan = plan

    def strike(self, fault: Fault) -> None:
        """Causes a fault, waits as long as it lasts, and repairs it."""
        began = time.monotonic()
        match fault.kind:
            case Kind.KILL_BRIDGE:
                self._kill_bridge(fault)
            case Kind.CUT:
                self._cut(fault)
            case Kind.KILL_BROKER:
                self._kill_broker(fault)
            case Kind.OVERFLOW:
                self._overflow(fault)
        self.struck_s += time.monotonic() - began
        self.done[fault.kind if fault.kind is not Kind.CUT else f"cut, {fault.cut}"] += 1

    def _kill_bridge(self, fault: Fault) -> None:
        self._parts.bridge.kill()
        time.sleep(fault.lasts_s)
        self._parts.bridge.start()

    def _cut(self, fault: Fault) -> None:
        for link in fault.links:
            self._parts.lines[link].cut(fault.cut)
        time.sleep(fault.lasts_s)
        for link in fault.links:
            if fault.cut is Cut.SILENCE:  # who hears nothing for long gives up the connection
                self._parts.lines[link].cut(Cut.RESET)
            self._parts.lines[link].restore()

    def _kill_broker(self, fault: Fault) -> None:
        self._parts.broker.kill()
        time.sleep(fault.lasts_s)
        self._parts.broker.start()
        eventually(self._parts.broker_answers, what="the broker again")

    def _overflow(self, fault: Fault) -> None:
        """Floods the topics while the bridge is down, until the broker drops messages."""
        before = self._parts.broker.said(OVERFLOWED)
        self._parts.bridge.kill()
        self._flood(3 * self._plan.broker_queue)
        eventually(
            lambda: self._parts.broker.said(OVERFLOWED) > before, what="an overflowing queue"
        )
        time.sleep(fault.lasts_s)
        self._parts.bridge.start()

    def _flood(self, messages: int) -> None:
        url = urlsplit(self._system.outputs["mqtt_url"])
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="flood")
        client.username_pw_set(url.username, url.password)
        client.connect(url.hostname or "", url.port or 1883)
        client.loop_start()
        topic = self._system.outputs["topics"]["request"]
        sent = [client.publish(topic, _stranger(n), qos=1) for n in range(messages)]
        for info in sent:
            info.wait_for_publish(30)
        client.disconnect()
        client.loop_stop()


def _stranger(number: int) -> bytes:
    """A purchase of a group that is not ours."""
    request: dict[str, Any] = {
        "request_id": str(UUID(int=STRANGERS.int + number)),
        "group_id": 7,
        "symbol": "AAPL",
        "quantity": 1,
        "datetime": "2023-10-29T19:32:51.123Z",
        "deposit_token": "",
        "seller": 0,
    }
    return json.dumps(request).encode()
