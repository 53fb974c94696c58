"""What Outbound does when SQS fails in one operation only, with fakes of SQS and the broker."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mqtt_bridge.aws import Queues
from mqtt_bridge.observability import Counters, RecentRequestIds
from mqtt_bridge.outbound import Outbound
from mqtt_bridge.settings import Limits
from mqtt_bridge.workers import Workers

LIMITS = Limits(
    outbound_window=20,
    stuck_s=0.3,
    visibility_s=1,
    poll_s=0,
    drain_s=1,
    first_delay_s=0.01,
    longest_delay_s=0.05,
)


class Sqs:
    """An endless queue, of which single operations can be made to fail."""

    def __init__(self) -> None:
        self.failing: set[str] = set()
        self.received = 0
        self.extended: list[str] = []
        self.deleted: list[str] = []

    def _check(self, operation: str) -> None:
        if operation in self.failing:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, operation)

    def receive_message(self, **request: Any) -> dict[str, Any]:
        self._check("receive")
        time.sleep(0.01)
        numbers = range(self.received, self.received + request["MaxNumberOfMessages"])
        self.received = numbers.stop
        return {"Messages": [{"Body": f"order {n}", "ReceiptHandle": str(n)} for n in numbers]}

    def delete_message_batch(self, **request: Any) -> dict[str, Any]:
        self._check("delete")
        self.deleted += [entry["ReceiptHandle"] for entry in request["Entries"]]
        return {}

    def change_message_visibility_batch(self, **request: Any) -> dict[str, Any]:
        self._check("extend")
        self.extended += [entry["ReceiptHandle"] for entry in request["Entries"]]
        return {}


class Broker:
    """A transport that acknowledges every publication at once."""

    is_connected = True

    def wait_connected(self, timeout_s: float) -> bool:
        return True

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        future: Future[None] = Future()
        future.set_result(None)
        return future

    def reconnect(self) -> None:
        raise AssertionError("the broker acknowledges")


@pytest.fixture
def sqs() -> Sqs:
    return Sqs()


@pytest.fixture
def outbound(sqs: Sqs) -> Iterator[Outbound]:
    workers = Workers(stuck_s=60)
    broker: Any = Broker()
    outbound = Outbound(
        queues=Queues(sqs),
        queue_url="http://sqs/outbound",
        topic="stocks/request",
        transport=broker,
        counters=Counters(),
        limits=LIMITS,
        recent_request_ids=RecentRequestIds(1),
        workers=workers,
    )
    outbound.start()
    yield outbound
    sqs.failing.clear()
    outbound.stop()
    outbound.join(time.monotonic() + 2)
    assert not workers.has_fatal_error


def eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_while_deleting_fails_no_more_is_received_than_the_window_and_it_is_reported(
    outbound: Outbound, sqs: Sqs
) -> None:
    sqs.failing.add("delete")
    eventually(lambda: not outbound.sqs_answers())
    before = sqs.received
    time.sleep(0.7)
    assert sqs.received == before, "the window is full of messages to delete"
    assert len(set(sqs.extended)) == LIMITS.outbound_window, "they stay hidden in the queue"
    sqs.failing.clear()
    eventually(outbound.sqs_answers)
    eventually(lambda: len(sqs.deleted) > before)


def test_a_visibility_that_cannot_be_extended_is_retried(outbound: Outbound, sqs: Sqs) -> None:
    sqs.failing |= {"delete", "extend"}
    time.sleep(0.8)
    assert sqs.extended == []
    sqs.failing.discard("extend")
    eventually(lambda: len(set(sqs.extended)) == LIMITS.outbound_window)
