"""A limit on everything: how much the bridge holds, waits and tries. Tests shrink them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one bridge process; the defaults fit a task of 0.25 vCPU and 512 MiB."""

    window_messages: int = 1_000  # received and not yet in SQS; then the socket is left unread
    window_bytes: int = 16 * 1024 * 1024
    senders_per_queue: int = 8  # batches in flight per queue: at 15 ms a call, 5,000 messages/s
    linger_s: float = 0.005  # how long a partial batch waits while another is in flight
    own_ids: int = 10_000  # of published messages, for the log: about 1 MB
    outbound_window: int = 100  # published, not yet acknowledged by the broker
    poll_s: int = 3  # long poll of `outbound`: SIGTERM waits for it; 864,000 calls a month
    visibility_s: int = 30  # when an unacknowledged outbound message comes again
    puback_s: float = 15.0  # below visibility_s: after it, the slot is free for others
    keepalive_s: int = 30
    connect_s: float = 5.0
    first_delay_s: float = 0.5  # reconnecting, and sending to SQS again
    longest_delay_s: float = 20.0
    settled_s: float = 10.0  # a connection that lasted this long starts the delays afresh
    drain_s: float = 8.0  # after SIGTERM; the container is killed after 10 s
    stuck_s: float = 60.0  # no movement for so long: not healthy
    tick_s: float = 2.0  # how often health is written
    report_s: float = 60.0  # how often counters are logged
