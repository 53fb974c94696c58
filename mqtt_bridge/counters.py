"""Counts per outcome, added from every thread, reported as one log line."""

from collections import Counter
from enum import StrEnum
from threading import Lock


class Count(StrEnum):
    """What the bridge counts; the names appear in the logs and, through them, in metrics."""

    RECEIVED = "received"  # taken in from the broker
    FORWARDED = "forwarded"  # accepted by SQS
    OVERSIZE = "oversize"  # dropped: larger than SQS takes
    REFUSED = "refused"  # dropped: SQS refused the content itself
    UNROUTABLE = "unroutable"  # dropped: no queue for that topic
    RETRIED = "retried"  # not accepted by SQS this time, kept and sent again
    STALE_ACKS = "stale_acks"  # connection gone before the acknowledgement: will come again
    PULLED = "pulled"  # received from `outbound`
    PUBLISHED = "published"  # acknowledged by the broker
    UNCONFIRMED = "unconfirmed"  # not acknowledged in time: will come again
    DELETED = "deleted"  # gone from `outbound`
    RELEASED = "released"  # given back to `outbound` at the end
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"


class Counters:
    """Totals since the start of the process."""

    def __init__(self) -> None:
        self._counts: Counter[Count] = Counter()
        self._lock = Lock()

    def add(self, count: Count, n: int = 1) -> None:
        """Count `n` more."""
        with self._lock:
            self._counts[count] += n

    def snapshot(self) -> dict[str, int]:
        """Every count, also those that are still zero."""
        with self._lock:
            return {count.value: self._counts[count] for count in Count}
