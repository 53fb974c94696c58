"""An MQTT client that publishes what a test wants on the exchange's topics."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.e2e.system import System


class Speaker:
    """Publishes payloads with QoS 1."""

    def __init__(self, system: System, client: mqtt.Client) -> None:
        self._topics = system.outputs["topics"]
        self._client = client

    def say(self, topic: str, payload: object) -> None:
        """Publishes bytes and text as they are, anything else as JSON; waits for the PUBACK."""
        raw = payload if isinstance(payload, bytes | str) else json.dumps(payload)
        self._client.publish(self._topics[topic], raw, qos=1).wait_for_publish(10)


@contextmanager
def speaking(system: System) -> Iterator[Speaker]:
    """A connected client; it disconnects at the end of the block."""
    url = urlsplit(system.outputs["mqtt_url"])
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{uuid4()}")
    client.username_pw_set(url.username, url.password)
    client.connect(url.hostname or "", url.port or 1883)
    client.loop_start()
    try:
        yield Speaker(system, client)
    finally:
        client.disconnect()
        client.loop_stop()
