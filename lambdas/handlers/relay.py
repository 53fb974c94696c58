"""The orders' stream: every new order, and every order to be asked for again, into `outbound`.

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
    failed = set(ports.outbox.send(requests))
    for position, change in enumerate(changes):
        if position in failed:
            logger.warning("not queued", correlation_id=change.order_id)
        else:
            ways.add(change.order_id, "request relayed")
    ways.write()
    queued = (change for position, change in enumerate(changes) if position not in failed)
    if new := sum(change.asks == 0 for change in queued):
        counts.add(Metric.ORDERS_PLACED, new)
        counts.write()
    return {
        "batchItemFailures": [
            {"itemIdentifier": changes[position].sequence_number} for position in sorted(failed)
        ]
    }
