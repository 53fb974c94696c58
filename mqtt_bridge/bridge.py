"""The whole bridge: one transport, both directions, its state and its shutdown."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mqtt_bridge.aws import BrokerCredentials, Queues, make_client, read_secret
from mqtt_bridge.inbound import Inbound
from mqtt_bridge.observability import ConnectedMetric, Counters, RecentRequestIds, logger
from mqtt_bridge.outbound import Outbound
from mqtt_bridge.paho_transport import PahoTransport
from mqtt_bridge.settings import Limits, Scheme, Settings
from mqtt_bridge.transport import Transport
from mqtt_bridge.workers import Workers


class Bridge:
    """Both directions of one process."""

    def __init__(
        self, settings: Settings, *, clock: Callable[[], datetime], limits: Limits | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._metric = ConnectedMetric(settings.metrics_namespace)
        self.workers = Workers(self._limits.stuck_s)
        self.counters = Counters()
        self._queues = Queues(make_client("sqs", settings.region))
        self.transport = choose_transport(settings, self.counters, self._limits, self.workers)
        recent_request_ids = RecentRequestIds(self._limits.recent_request_ids)
        self.inbound = Inbound(
            queues=self._queues,
            queue_urls=dict(settings.queue_urls),
            acknowledge=self.transport.acknowledge,
            counters=self.counters,
            limits=self._limits,
            recent_request_ids=recent_request_ids,
            clock=clock,
            workers=self.workers,
        )
        self.outbound = Outbound(
            queues=self._queues,
            queue_url=settings.outbound_queue_url,
            topic=settings.request_topic,
            transport=self.transport,
            counters=self.counters,
            limits=self._limits,
            recent_request_ids=recent_request_ids,
            workers=self.workers,
        )

    def start(self) -> None:
        """Start both directions."""
        self.inbound.start()
        self.transport.start(self.inbound)
        self.outbound.start()

    def drain(self) -> bool:
        """Finish what is in flight, within the limit; False when something is left over.

        The order loses nothing: take no more messages, send the held ones to SQS, wait for the
        broker's acknowledgements, delete, acknowledge, and disconnect last.
        """
        deadline = time.monotonic() + self._limits.drain_s
        self.inbound.stop()
        self.outbound.stop()
        self.inbound.join(deadline - 1.0)
        unconfirmed = self.outbound.join(deadline - 1.0)
        self.transport.close(max(0.5, deadline - time.monotonic()))
        self._queues.close()
        left = self.inbound.held + unconfirmed
        if left:
            logger.warning("messages left for the next start", messages=left)
        return left == 0

    def is_healthy(self) -> bool:
        """Return whether every thread makes progress: what a restart of the task could mend."""
        return self.workers.make_progress()

    def is_connected(self) -> bool:
        """Return whether messages flow both ways: connected, acknowledged, accepted by SQS."""
        return (
            self.transport.is_connected
            and self.outbound.broker_acknowledges()
            and self.outbound.sqs_answers()
            and self.inbound.is_delivering()
        )

    def report(self) -> None:
        """Log counters, gauges and the metric that an alarm reads."""
        is_connected = self.is_connected()
        fields: dict[str, Any] = {
            **self.counters.snapshot(),
            "held": self.inbound.held,
            "held_peak": self.inbound.peak_held,
            "publishing": self.outbound.in_flight,
            "connected_now": is_connected,
            **self._metric.fields(is_connected=is_connected),
        }
        logger.info("counts", extra=fields)


def choose_transport(
    settings: Settings, counters: Counters, limits: Limits, workers: Workers
) -> Transport:
    """Return awscrt for AWS IoT Core, paho for every other broker."""
    topics = tuple(settings.queue_urls)
    if settings.broker.scheme is Scheme.WSS:
        # Not at the top: 20 MB of native code that no other broker needs.
        from mqtt_bridge.crt_transport import CrtTransport

        return CrtTransport(
            broker=settings.broker,
            client_id=settings.client_id,
            topics=topics,
            login=settings.login,
            counters=counters,
            limits=limits,
            workers=workers,
        )
    return PahoTransport(
        broker=settings.broker,
        client_id=settings.client_id,
        topics=topics,
        credentials=_credentials(settings),
        counters=counters,
        limits=limits,
        workers=workers,
    )


def _credentials(settings: Settings) -> BrokerCredentials:
    secret_id = settings.secret_id
    if secret_id is None:
        return BrokerCredentials(fixed=settings.login)
    client = make_client("secretsmanager", settings.region)
    return BrokerCredentials(fetch=lambda: read_secret(client, secret_id))
