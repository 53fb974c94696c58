"""The orders' stream: every new order, and every order to be asked for again, into `outbound`; and
of each new one a reminder, so that the sweep looks whether it has got its answer.

The orders table is the outbox: what is stored will be sent, and nothing is sent that is not stored.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.domain import money
from lambdas.handlers.lines import Counts, Ways, logger_of
from lambdas.names import Function, Metric
from lambdas.wire.exchange import request_out

logger = logger_of(Function.RELAY)
counts = Counts(Function.RELAY, logger)
ways = Ways(logger)
runtime.prepare(runtime.relay)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point. Answers where in the stream to go on: at the first order that was not queued."""
    ports = runtime.relay()
    found = [ports.to_publish(record) for record in event["Records"]]
    changes = [change for change in found if change is not None]
    requests = [
        request_out(
            change.order_id,
            change.symbol,
            money.plain(change.quantity),
            change.created_at,
            ports.group_id,
        )
        for change in changes
    ]
    unsent = set(ports.outbox.send(requests))
    new = {place: change.order_id for place, change in enumerate(changes) if change.asks == 0}
    failed = unsent | _not_reminded(ports, new)
    for position, change in enumerate(changes):
        if position in failed:
            logger.warning("not queued", correlation_id=change.order_id)
        else:
            ways.add(change.order_id, "request relayed")
    ways.write()
    again = min(failed, default=len(changes))  # from where on the stream is read once more
    if placed := sum(place < again for place in new):
        counts.add(Metric.ORDERS_PLACED, placed)
        counts.write()
    return {
        "batchItemFailures": [
            {"itemIdentifier": changes[position].sequence_number} for position in sorted(failed)
        ]
    }


def _not_reminded(ports: runtime.Relay, new: dict[int, str]) -> set[int]:
    """After the requests. An order that is asked for again has its reminder still."""
    positions = list(new)
    failed = ports.reminders.send(list(new.values()), ports.first_ask_after)
    return {positions[place] for place in failed}
