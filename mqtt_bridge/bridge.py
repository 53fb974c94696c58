"""The whole bridge put together: one transport, the way inward, the way outward.

Draining keeps the order that loses nothing: take in no more, bring to SQS what is held, wait for
the broker's acknowledgements, delete, acknowledge, and only then say goodbye to the broker.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime

from awsjson.services import SECRETS_MANAGER, SQS
from mqtt_bridge.counters import Counters
from mqtt_bridge.credentials import Credentials
from mqtt_bridge.inward import Inward
from mqtt_bridge.limits import Limits
from mqtt_bridge.logs import log
from mqtt_bridge.metrics import embedded
from mqtt_bridge.outward import Outward
from mqtt_bridge.own_ids import OwnIds
from mqtt_bridge.paho_transport import PahoTransport
from mqtt_bridge.queues import Queues, make_client
from mqtt_bridge.settings import Scheme, Settings
from mqtt_bridge.threads import Alarm
from mqtt_bridge.transport import Transport


class Bridge:
    """Both directions of one process."""

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime], limits: Limits | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._metrics_namespace = settings.metrics_namespace
        self.alarm = Alarm()
        self.counters = Counters()
        self._queues = Queues(make_client(SQS))
        self.transport = choose_transport(settings, self.counters, self._limits, self.alarm)
        own_ids = OwnIds(self._limits.own_ids)
        self.inward = Inward(
            queues=self._queues,
            queue_urls=dict(settings.queue_urls),
            acknowledge=self.transport.acknowledge,
            counters=self.counters,
            limits=self._limits,
            own_ids=own_ids,
            clock=clock,
            alarm=self.alarm,
        )
        self.outward = Outward(
            queues=self._queues,
            queue_url=settings.outbound_queue_url,
            topic=settings.request_topic,
            transport=self.transport,
            counters=self.counters,
            limits=self._limits,
            own_ids=own_ids,
            alarm=self.alarm,
        )

    def start(self) -> None:
        """Begin both directions."""
        self.inward.start()
        self.transport.start(self.inward)
        self.outward.start()

    def drain(self) -> bool:
        """Finish what is in flight, within the limit; False when something is left over."""
        deadline = time.monotonic() + self._limits.drain_s
        self.inward.stop()
        self.outward.stop()
        self.inward.join(deadline - 1.0)
        in_doubt = self.outward.join(deadline - 1.0)
        self.transport.close(max(0.5, deadline - time.monotonic()))
        self._queues.close()
        left = self.inward.held + in_doubt
        if left:
            log(logging.WARNING, "left for the next start", messages=left)
        return left == 0

    def is_healthy(self) -> bool:
        """Connected, and both directions are moving."""
        return (
            not self.alarm.raised
            and self.transport.is_connected
            and self.inward.is_moving()
            and self.outward.is_moving()
        )

    def report(self) -> None:
        """Log the counters and the gauges, and the one metric that an alarm waits for."""
        is_connected = self.transport.is_connected
        namespace = self._metrics_namespace
        metrics = (
            embedded(namespace, self._clock(), BridgeConnected=int(is_connected))
            if namespace
            else {}
        )
        log(
            logging.INFO,
            "counts",
            **self.counters.snapshot(),
            held=self.inward.held,
            held_peak=self.inward.peak_held,
            publishing=self.outward.in_flight,
            connected_now=is_connected,
            **metrics,
        )


def choose_transport(
    settings: Settings, counters: Counters, limits: Limits, alarm: Alarm
) -> Transport:
    """Return awscrt for AWS IoT Core, paho for every other broker."""
    topics = tuple(settings.queue_urls)
    if settings.broker.scheme is Scheme.WSS:
        # Here, not above: 20 MB of native code that no other broker needs.
        from mqtt_bridge.crt_transport import CrtTransport

        return CrtTransport(
            broker=settings.broker,
            client_id=settings.client_id,
            topics=topics,
            login=settings.login,
            counters=counters,
            limits=limits,
            alarm=alarm,
        )
    secret_id = settings.secret_id
    credentials = (
        Credentials.of_secret(lambda: make_client(SECRETS_MANAGER), secret_id)
        if secret_id
        else Credentials(fixed=settings.login)
    )
    return PahoTransport(
        broker=settings.broker,
        client_id=settings.client_id,
        topics=topics,
        credentials=credentials,
        counters=counters,
        limits=limits,
        alarm=alarm,
    )
