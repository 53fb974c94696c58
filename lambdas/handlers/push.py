"""Queue `pushes`: prices for everybody, heartbeats, what comes from no stream, and retries; and, by
the clock, a heartbeat every 30 seconds while there are connections.
"""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import SQSEvent
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.api.live import heartbeat_message
from lambdas.bootstrap import Dependencies
from lambdas.domain.live import HeartbeatPush, HeartbeatRound, Push
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.live import parse_push
from lambdas.names import Metric
from lambdas.observability import count, logger, metrics
from lambdas.services.live import Courier, Delivered, parcels_of, send_heartbeats

deps = bootstrap.dependencies("connections", "sockets", "push_queue")


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point: one message of the queue, or the clock."""
    if "Records" not in event:
        send_heartbeats(deps.connections, deps.market, deps.push_queue, and_again=True)
        return
    for record in SQSEvent(event).records:
        _process(parse_push(record.body))


def _process(push: Push) -> None:
    if isinstance(push, HeartbeatRound):
        send_heartbeats(deps.connections, deps.market, deps.push_queue, and_again=False)
        return
    now = deps.now()
    parcels = parcels_of(
        push,
        deps.connections,
        deps.accounts,
        deps.push_queue,
        lambda account, board: heartbeat_message(account, board, now=now),
    )
    delivered = courier_of(deps).deliver(parcels, now)
    if isinstance(push, HeartbeatPush):
        count(Metric.LIVE_CONNECTIONS, len(parcels))
    count_delivered(delivered)


def courier_of(dependencies: Dependencies) -> Courier:
    """Delivers over these dependencies."""
    return Courier(dependencies.sockets, dependencies.connections, dependencies.push_queue)


def count_delivered(delivered: Delivered) -> None:
    """Counts messages, and logs those that were not delivered."""
    if delivered.sent:
        count(Metric.LIVE_MESSAGES, delivered.sent)
    if delivered.lost:
        count(Metric.LIVE_MESSAGES_LOST, delivered.lost)
    if delivered.gone or delivered.retried or delivered.lost:
        logger.info("not delivered", **delivered._asdict())
