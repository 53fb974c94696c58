"""An MQTT broker with one persistent session, and the bridge's connection to it.

The transport is the one part of the bridge that is a model instead of the real code. It keeps the
rules of `mqtt_bridge.transport` and uses the real order of acknowledgements.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from random import Random

from mqtt_bridge.transport import (
    AckOrder,
    InboundMessage,
    NotConfirmed,
    PendingAck,
    Receiver,
)
from tests.simulation.green import Condition
from tests.simulation.kernel import Kernel
from tests.simulation.sometimes import FORGOTTEN


@dataclass(eq=False)
class Kept:
    """A message that the broker keeps for the bridge's session until it is acknowledged."""

    topic: str
    payload: bytes


class SimBroker:
    """QoS 1 both ways. `on_request` is called with what is published to the request topic."""

    def __init__(self, kernel: Kernel, rng: Random, request_topic: str) -> None:
        self.kernel = kernel
        self.rng = rng
        self.session: list[Kept] = []
        self.connection: SimTransport | None = None
        self.on_request: Callable[[bytes], None] = lambda _: None
        self.is_up = True
        self.acknowledges = True  # while False, it takes publications and sends no PUBACK
        self.epoch = 0  # grows with every crash of the broker, which loses the messages in flight
        self._request_topic = request_topic

    def delay_s(self, longest_s: float = 1.0) -> float:
        """Return a random delay, mostly short."""
        return 0.01 if self.kernel.is_calm else self.rng.random() ** 3 * longest_s

    def publish(self, topic: str, payload: bytes) -> None:
        """Publish from any client. Subscribers get it later, and sometimes twice."""
        if topic == self._request_topic:
            self._hand_on(lambda: self.on_request(payload))
        kept = Kept(topic, payload)
        self.session.append(kept)
        self._deliver(kept)

    def _hand_on(self, do: Callable[[], None]) -> None:
        epoch = self.epoch
        copies = 2 if not self.kernel.is_calm and self.rng.random() < 0.05 else 1
        for _ in range(copies):
            self.kernel.at(self.delay_s(), lambda: do() if self.epoch == epoch else None)

    def _deliver(self, kept: Kept) -> None:
        connection = self.connection
        if connection is not None:
            self._hand_on(lambda: connection.arrive(kept))

    def attach(self, connection: "SimTransport") -> None:
        """Continue the session: redeliver everything that was not acknowledged."""
        self.connection = connection
        for kept in list(self.session):
            self._deliver(kept)

    def acknowledged(self, kept: Kept) -> None:
        """Forget a message that the bridge acknowledged."""
        if kept in self.session:
            self.session.remove(kept)

    def cut(self) -> None:
        """Cut the connection between bridge and broker."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.cut()

    def die(self, for_s: float, *, forgets: bool) -> None:
        """Crash, restart after that time; `forgets` loses the session and messages in flight."""
        self.is_up = False
        self.cut()
        if forgets:
            self.kernel.say(f"broker: forgets {len(self.session)} messages")
            if self.session:
                self.kernel.reached.add(FORGOTTEN)
            self.session.clear()
            self.epoch += 1
        self.kernel.at(for_s, self._rise)

    def _rise(self) -> None:
        self.is_up = True


class SimTransport:
    """One process's MQTT session; a `mqtt_bridge.transport.Transport`."""

    def __init__(self, broker: SimBroker, kernel: Kernel) -> None:
        self._broker = broker
        self._kernel = kernel
        self._changed = Condition(kernel)
        self._order: AckOrder | None = None
        self._receiver: Receiver | None = None
        self._published: list[Future[None]] = []
        self._is_over = False

    @property
    def is_connected(self) -> bool:
        """Whether it is connected and subscribed."""
        return self._order is not None

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait longer than asked, so that a bridge without a broker takes few steps."""
        self._changed.wait_for(lambda: self.is_connected, timeout_s * 50)
        return self.is_connected

    def start(self, receiver: Receiver) -> None:
        """Connect a little later, and again whenever the connection ends."""
        self._receiver = receiver
        self._kernel.at(self._broker.delay_s(), self._connect)

    def _connect(self) -> None:
        if self._is_over or self.is_connected:
            return
        if not self._broker.is_up:
            self._kernel.at(1.0 + self._broker.delay_s(5.0), self._connect)
            return
        self._order = AckOrder()
        self._kernel.say("bridge: connected")
        self._broker.attach(self)
        self._changed.notify_all()

    def arrive(self, kept: Kept) -> None:
        """Receive a message from the broker, unless this connection has ended."""
        if self._order is None or self._is_over:
            return
        assert self._receiver is not None
        if self._receiver.has_room():
            pending = self._order.add(kept)
            self._kernel.say(f"bridge: hears {kept.topic}")
            self._receiver.offer(InboundMessage(kept.topic, kept.payload, pending))

    def publish(self, topic: str, payload: bytes) -> "Future[None]":
        """Publish: it arrives after a delay, the PUBACK after another; a cut may come between."""
        return self._kernel.effect("publish", "publishes", lambda: self._send(topic, payload))

    def _send(self, topic: str, payload: bytes) -> "Future[None]":
        future: Future[None] = Future()
        if self._order is None:
            future.set_exception(NotConfirmed())
            return future
        self._published.append(future)
        self._kernel.at(self._broker.delay_s(), lambda: self._reach(topic, payload, future))
        return future

    def _reach(self, topic: str, payload: bytes, future: "Future[None]") -> None:
        if future.done() or self._is_over:
            return
        self._kernel.say(f"broker: takes {payload.decode()[:56]}…")
        self._broker.publish(topic, payload)
        if self._broker.acknowledges:
            self._kernel.at(self._broker.delay_s(), lambda: self._confirm(future))

    def _confirm(self, future: "Future[None]") -> None:
        if not future.done() and not self._is_over:
            self._published.remove(future)
            future.set_result(None)

    def acknowledge(self, tokens: Sequence[object]) -> None:
        """Acknowledge: it reaches the broker after a delay, in the order of arrival."""

        def mark() -> None:
            for token in tokens:
                assert isinstance(token, PendingAck)
                token.is_done = True
            self._kernel.at(self._broker.delay_s(0.1), self._send_ready)

        if (
            self._kernel.current is None
        ):  # called while a message is being received, when no other task runs
            mark()
        else:
            self._kernel.effect("acknowledge", f"acknowledges {len(tokens)}", mark)

    def _send_ready(self) -> None:
        if self._order is None or self._is_over:
            return
        for kept in self._order.ready():
            self._broker.acknowledged(kept)

    def reconnect(self) -> None:
        """End the connection and make a new one."""
        if self.is_connected:
            self._broker.cut()

    def cut(self) -> None:
        """End the connection; connect again after a while."""
        self._order = None
        published, self._published = self._published, []
        for future in published:
            future.set_exception(NotConfirmed())
        if not self._is_over:
            self._kernel.at(0.5 + self._broker.delay_s(10.0), self._connect)

    def vanish(self) -> None:
        """End with the process: none of its pending events happens any more."""
        self._is_over = True
        self._order = None
        if self._broker.connection is self:
            self._broker.connection = None

    def close(self, timeout_s: float) -> None:
        """Send the acknowledgements that wait, then disconnect."""
        self._send_ready()
        self.vanish()
