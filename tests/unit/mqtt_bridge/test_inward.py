"""What the way inward takes, leaves and drops, with queues that are never asked."""

from datetime import UTC, datetime

from mqtt_bridge.counters import Counters
from mqtt_bridge.inward import Inward
from mqtt_bridge.limits import Limits
from mqtt_bridge.own_ids import OwnIds
from mqtt_bridge.queues import Queues
from mqtt_bridge.routing import MAX_BYTES
from mqtt_bridge.threads import Alarm
from mqtt_bridge.transport import Arrival


class Made:
    """An Inward whose senders are not started, so everything that it takes stays."""

    def __init__(self, **limits: int) -> None:
        self.acknowledged: list[object] = []
        self.counters = Counters()
        self.inward = Inward(
            queues=Queues(None),
            queue_urls={"stocks/info": "http://sqs/prices"},
            acknowledge=self.acknowledged.extend,
            counters=self.counters,
            limits=Limits(**limits),
            own_ids=OwnIds(1),
            clock=lambda: datetime(2023, 10, 29, tzinfo=UTC),
            alarm=Alarm(),
        )

    def offer(self, payload: bytes, topic: str = "stocks/info") -> None:
        self.inward.offer(Arrival(topic, payload, payload))


def test_room_ends_with_the_number_of_messages() -> None:
    made = Made(window_messages=2)
    for payload in (b"a", b"b"):
        assert made.inward.has_room()
        made.offer(payload)
    assert not made.inward.has_room()
    assert made.inward.held == made.inward.peak_held == 2
    assert made.acknowledged == []


def test_room_ends_with_the_bytes() -> None:
    made = Made(window_bytes=1_000)
    made.offer(b"x" * 500)
    assert made.inward.has_room()
    made.offer(b"x" * 500)
    assert not made.inward.has_room()


def test_after_the_stop_a_message_is_left_with_the_broker() -> None:
    made = Made()
    made.inward.stop()
    made.offer(b"late")
    assert made.acknowledged == []
    assert made.counters.snapshot()["received"] == 0


def test_what_can_never_be_sent_is_counted_and_acknowledged() -> None:
    made = Made()
    made.offer(b"lost", topic="elsewhere")
    made.offer(b"x" * MAX_BYTES)
    assert made.acknowledged == [b"lost", b"x" * MAX_BYTES]
    assert made.counters.snapshot()["unroutable"] == made.counters.snapshot()["oversize"] == 1
    assert made.inward.held == 0
