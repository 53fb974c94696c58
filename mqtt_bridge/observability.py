"""Logs, counters and the metric: JSON lines on standard output, never a payload or a secret.

Text of an exception may quote what was being handled, so lines hold only its type and its place.
"""

import logging
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from threading import Lock
from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

SERVICE: Final = "bridge"
CONNECTED_METRIC: Final = "BridgeConnected"

logger: Final = Logger(
    service=SERVICE,
    level="INFO",
    utc=True,
    use_rfc3339=True,
    log_record_order=["level", "message", "timestamp"],
    location=None,  # a line costs by the byte
    xray_trace_id=None,
)

# Far longer than a request or an answer; longer messages are not searched.
_SEARCHED_BYTES: Final = 4096
_REQUEST_ID: Final = re.compile(rb'"request_id"\s*:\s*"([0-9A-Za-z-]{1,64})"')


def log_library_warnings() -> None:
    """Write the warnings of libraries as JSON lines too."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logger.registered_formatter)
    handler.addFilter(lambda record: record.name != SERVICE)  # those have a handler of their own
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def log_crash() -> None:
    """Log type and place of the exception that is being handled, but not its text."""
    kind, _, trace = sys.exc_info()
    assert kind is not None
    frames = traceback.extract_tb(trace)
    where = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
    logger.critical("crashed", error=kind.__name__, where=where)


def log_request_ids(message: str, request_ids: Iterable[str | None], **fields: object) -> None:
    """Log one line for a batch, with the ids of those messages that have one; else nothing."""
    found = [request_id for request_id in request_ids if request_id is not None]
    if found:
        logger.info(message, extra={**fields, "correlation_ids": found})


def request_id_of(payload: bytes) -> str | None:
    """Return the request id in a message. Used for the log only: routing never depends on it."""
    found = _REQUEST_ID.search(payload, 0, _SEARCHED_BYTES)
    return found[1].decode() if found else None


class RecentRequestIds:
    """Request ids that this process published recently; only their echoes are logged.

    Every group's messages arrive here, and a line for each would be most of the log. One thread
    adds; any thread may look up.
    """

    def __init__(self, max_count: int) -> None:
        self._max_count = max_count
        self._ids: dict[str, None] = {}

    def add(self, request_id: str) -> None:
        """Remember one more id and forget the oldest one above the limit."""
        self._ids[request_id] = None
        if len(self._ids) > self._max_count:
            del self._ids[next(iter(self._ids))]

    def __contains__(self, request_id: str | None) -> bool:
        return request_id in self._ids


class Count(StrEnum):
    """Names of the counters, as they appear in the log."""

    RECEIVED = "received"  # from the broker
    FORWARDED = "forwarded"  # accepted by SQS
    OVERSIZE = "oversize"  # dropped: larger than SQS accepts
    REFUSED = "refused"  # dropped: SQS rejected the content itself
    UNROUTABLE = "unroutable"  # dropped: no queue for that topic
    RETRIED = "retried"  # not accepted by SQS in this attempt
    STALE_ACKS = "stale_acks"  # the connection ended before the acknowledgement: redelivered
    OUTBOUND_RECEIVED = "outbound_received"  # from the queue `outbound`
    PUBLISHED = "published"  # acknowledged by the broker
    UNCONFIRMED = "unconfirmed"  # connection ended before the acknowledgement: published again
    DELETED = "deleted"  # from the queue `outbound`
    RELEASED = "released"  # returned to the queue `outbound` at shutdown
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Counters:
    """Totals since the start of the process; thread-safe."""

    def __init__(self) -> None:
        self._counts: Counter[Count] = Counter()
        self._lock = Lock()

    def add(self, count: Count, n: int = 1) -> None:
        """Add `n`."""
        with self._lock:
            self._counts[count] += n

    def snapshot(self) -> dict[str, int]:
        """Return every counter, including those that are zero."""
        with self._lock:
            return {count.value: self._counts[count] for count in Count}


class ConnectedMetric:
    """The metric that an alarm reads, in CloudWatch's embedded metric format.

    It is part of a log line, so it needs no call and no permission. A missing line means a missing
    bridge.
    """

    def __init__(self, namespace: str | None) -> None:
        self._metrics = namespace and EphemeralMetrics(namespace=namespace, service=SERVICE)

    def fields(self, *, is_connected: bool) -> dict[str, Any]:
        """Return the fields that a log line needs to carry the metric; none without a namespace."""
        if not self._metrics:
            return {}
        self._metrics.add_metric(CONNECTED_METRIC, MetricUnit.Count, int(is_connected))
        fields = dict(self._metrics.serialize_metric_set())
        self._metrics.clear_metrics()
        return fields
