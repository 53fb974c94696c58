"""The real bridge against a broker that takes publications and acknowledges none, for an hour.

The clock is the simulation's, so that the hour, the time-outs and the back-off are the real ones.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

import pytest

from lambdas.names import Queue
from mqtt_bridge.settings import Limits
from tests.simulation.bridge_process import BridgeProcess
from tests.simulation.broker import SimBroker
from tests.simulation.exchange import REQUEST
from tests.simulation.kernel import Kernel
from tests.simulation.sqs import Client, Message, all_queues, dead_letters_of

HOUR_S = 3600.0
ORDERS = 150  # more than the bridge holds at once


class Link:
    """Queues, bridge and broker, without anything else."""

    def __init__(self, seed: int) -> None:
        rng = Random(seed)
        self.taken: Counter[str] = Counter()
        self.kernel = Kernel(rng, {}, check=lambda: None)
        self.kernel.is_calm = True  # no doubled messages: each one is counted
        self.queues = all_queues(self.kernel, rng)
        self.client = Client(self.kernel, self.queues)
        self.broker = SimBroker(self.kernel, rng, REQUEST)
        self.broker.on_request = lambda payload: self.taken.update([payload.decode()])
        self.process = BridgeProcess(self.kernel, rng, self.broker, self._broken, Limits())

    def _broken(self, who: str, error: BaseException) -> None:
        raise AssertionError(who) from error

    @property
    def outbound(self) -> list[Message]:
        return self.queues[Queue.OUTBOUND].messages

    @property
    def dead_letters(self) -> list[Message]:
        return self.queues[dead_letters_of(Queue.OUTBOUND)].messages

    def order(self, first: int, last: int) -> None:
        for number in range(first, last):
            self.queues[Queue.OUTBOUND].put(f"order {number}")

    def run(self, for_s: float, look: Callable[[], None] = lambda: None) -> None:
        """Let time pass; look around every 20 s."""
        end_s = self.kernel.now_s + for_s

        def look_again() -> None:
            look()
            if self.kernel.now_s < end_s:
                self.kernel.at(20.0, look_again)

        self.kernel.at(20.0, look_again)
        while self.kernel.now_s < end_s and self.kernel.step():
            pass


@contextmanager
def running(seed: int) -> Iterator[Link]:
    link = Link(seed)
    with link.process.wired(link.client):
        link.process.start()
        try:
            link.run(10)
            yield link
        finally:
            link.kernel.close()


@pytest.mark.parametrize("seed", range(3))
def test_an_hour_without_acknowledgements_makes_no_dead_letter_and_every_order_goes_out(
    seed: int,
) -> None:
    with running(seed) as link:
        bridge = link.process.bridge
        assert bridge.is_connected()
        link.broker.acknowledges = False
        link.order(0, ORDERS)
        link.run(60)
        assert not bridge.is_connected()

        seen: list[tuple[bool, bool]] = []
        link.run(HOUR_S, lambda: seen.append((bridge.is_healthy(), bridge.is_connected())))
        assert set(seen) == {(True, False)}, "healthy, and never connected"
        assert link.dead_letters == []
        assert len(link.outbound) == ORDERS
        assert {message.receives for message in link.outbound} == {0, 1}, "no receive is wasted"
        probes = link.taken.total() - len(link.taken)
        assert 5 <= probes <= 60, "with back-off"

        link.broker.acknowledges = True
        before = link.taken.copy()
        link.run(600)
        assert bridge.is_connected()
        assert link.outbound == link.dead_letters == []
        assert (link.taken - before) == Counter(f"order {n}" for n in range(ORDERS)), "once each"


def test_a_day_without_acknowledgements_makes_no_dead_letter_either() -> None:
    with running(0) as link:
        link.broker.acknowledges = False
        link.order(0, 3)
        link.run(24 * HOUR_S)
        assert link.dead_letters == []
        assert max(message.receives for message in link.outbound) <= 7, "one in four hours"
        link.broker.acknowledges = True
        link.run(600)
        assert link.outbound == link.dead_letters == []


def test_a_broker_that_is_away_for_an_hour_costs_one_receive() -> None:
    with running(0) as link:
        link.broker.acknowledges = False  # so that the orders are still in flight when it dies
        link.order(0, 5)
        link.run(5)
        link.broker.die(HOUR_S, forgets=False)
        link.broker.acknowledges = True
        link.run(HOUR_S - 10)
        bridge = link.process.bridge
        assert (bridge.is_healthy(), bridge.is_connected()) == (True, False)
        assert {message.receives for message in link.outbound} == {1}
        link.run(120)
        assert bridge.is_connected()
        assert link.outbound == link.dead_letters == []
