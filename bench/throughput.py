"""How many orders a second the local cloud takes until one of its queues grows, and how long an
order takes at half of that, end to end.

Orders come at a fixed rate, whether the ones before are done or not. A rate is carried if the API
answers at that rate, and what lies in the queues at its end is less than PATIENCE_S of it.
"""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import boto3

from bench.latency import Ear, Trip, an_investor, seconds_of
from bench.local_cloud import local_cloud
from bench.spread import in_ms
from local.deploy import Outputs
from local.options import CannotRun
from local.users import Investor

RATES: Final = (1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36)
STEP_S: Final = 15
HALF_S: Final = 40
PATIENCE_S: Final = 3.0
DRAIN_S: Final = 60
PEOPLE: Final = 8
AT_ONCE: Final = 32
QUEUES: Final = ("outbound", "requests", "validations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened at one rate."""

    rate_per_s: float
    answered_per_s: float
    waiting: int

    @property
    def is_carried(self) -> bool:
        """Whether it could go on like this."""
        waits_s = self.waiting / self.rate_per_s
        return self.answered_per_s >= 0.9 * self.rate_per_s and waits_s < PATIENCE_S


class Bench:
    """Some people with money, an ear at the broker, an operator's view of the queues."""

    def __init__(self, outputs: Outputs) -> None:
        self._outputs = outputs
        self._people = [an_investor(outputs) for _ in range(PEOPLE)]
        self._ear = Ear()
        self._client = self._ear.listen(outputs)
        self._sqs: Any = boto3.client(
            "sqs",
            endpoint_url=outputs.aws_endpoint_url,
            region_name=outputs.region,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - of a cloud on this machine
        )

    def step(self, rate_per_s: float, seconds: float) -> tuple[Step, list[Trip]]:
        """Orders at that rate for so long; what each of them went through, once all have ended."""
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            placed = self._place(pool, rate_per_s, seconds)
            orders = [order for future in placed if (order := future.result()) is not None]
            took_s = time.monotonic() - began
            waiting = sum(self._depth(name) for name in QUEUES)
            waiting += sum(
                order["order_id"] not in self._ear.requested_at for _, _, order in orders
            )
            step = Step(
                rate_per_s=rate_per_s,
                answered_per_s=len(orders) / max(took_s, seconds),
                waiting=waiting,
            )
            trips = [trip for trip in pool.map(self._trip, orders) if trip is not None]
        return step, trips

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _place(self, pool: ThreadPoolExecutor, rate_per_s: float, seconds: float) -> list[Any]:
        began = time.monotonic()
        futures: list[Future[Any]] = []
        for number in range(round(rate_per_s * seconds)):
            time.sleep(max(0.0, began + number / rate_per_s - time.monotonic()))
            futures.append(pool.submit(_order, self._people[number % PEOPLE]))
        return futures

    def _depth(self, name: str) -> int:
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._outputs.queues[name],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        return sum(map(int, answer["Attributes"].values()))

    def _trip(self, placed: tuple[Investor, float, Any]) -> Trip | None:
        """None for an order that has not ended in time, or that nobody has heard of."""
        investor, started_at, order = placed
        order_id = order["order_id"]
        deadline = time.monotonic() + DRAIN_S
        while (ended := investor.get(f"/orders/{order_id}"))["state"] in ("PENDING", "SENT"):
            if time.monotonic() > deadline:
                return None
            time.sleep(1)
        stored_at = seconds_of(order["created_at"])
        requested_at = self._ear.requested_at.get(order_id)
        answered_at = self._ear.answered_at.get(order_id)
        if requested_at is None or answered_at is None:  # the ear was away for a moment
            return None
        return Trip(
            post_s=stored_at - started_at,
            to_broker_s=requested_at - stored_at,
            exchange_s=answered_at - requested_at,
            settle_s=seconds_of(ended["ended_at"]) - answered_at,
        )


def measure() -> dict[str, Any]:
    """The rates that were tried, the highest that was carried, and latency at half of it."""
    with local_cloud() as outputs:
        return _measure(Bench(outputs))


def _measure(bench: Bench) -> dict[str, Any]:
    try:
        bench.step(1, 5)  # functions are started
        steps = []
        for rate in RATES:
            step, _ = bench.step(rate, STEP_S)
            steps.append(step)
            if not step.is_carried:
                break
        carried = max((s.rate_per_s for s in steps if s.is_carried), default=0.5)
        _, trips = bench.step(carried / 2, HALF_S)
    finally:
        bench.close()
    return {
        "steps": [
            {
                "rate_per_s": step.rate_per_s,
                "answered_per_s": round(step.answered_per_s, 2),
                "waiting": step.waiting,
                "is_carried": step.is_carried,
            }
            for step in steps
        ],
        "carried_per_s": carried,
        "half_per_s": carried / 2,
        "half": {
            name: in_ms([getattr(trip, name) for trip in trips])
            for name in ("post_s", "to_broker_s", "exchange_s", "settle_s", "total_s")
        },
    }


def _order(investor: Investor) -> tuple[Investor, float, Any] | None:
    """None where the API did not answer well: it does not keep up."""
    started_at = time.time()
    try:
        order = investor.post("/orders", {"symbol": "AAPL", "quantity": "0.01"})
    except CannotRun:
        return None
    return investor, started_at, order
