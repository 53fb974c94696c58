"""Queue `prices`: stores the exchange's prices in history, board and candles, and shows what has
changed to live connections and in the board's file.
"""

from collections.abc import Sequence, Set
from typing import Any, Final

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.api.live import prices_messages
from lambdas.api.market import board_of
from lambdas.domain.errors import Malformed, Transient
from lambdas.handlers.batch import process_batch
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.exchange import Envelope, parse_prices
from lambdas.names import Setting
from lambdas.observability import logger
from lambdas.services.live import push_to_everybody
from lambdas.services.market import publish_board, store_prices

MAX_FAULTS_NAMED: Final = 4
"""What an operator needs; more would not fit into the dead letter's reason."""

deps = bootstrap.dependencies("market")


@logger.inject_lambda_context(clear_state=True)
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    changed: set[str] = set()
    response = process_batch(
        event,
        context,
        process=lambda envelope: _process(envelope, changed),
        dead_letters=deps.dead_letters,
    )
    if changed or _is_redelivered(event):
        _publish(changed)
    return response


def _is_redelivered(event: dict[str, Any]) -> bool:
    """Whether an earlier run may have ended between storing prices and publishing them."""
    counts = [
        record["attributes"].get("ApproximateReceiveCount", "1") for record in event["Records"]
    ]
    return any(int(count) > 1 for count in counts)


def _publish(changed: Set[str]) -> None:
    """Pushes the changed quotes, and writes the board's file. The prices are stored: what fails
    here is no reason to process them again, and comes right with the next batch.
    """
    try:
        board, zone = deps.market.board(consistent=True), deps.market.zone
        quotes = [quote for quote in board if quote.symbol in changed]
        push_to_everybody(deps.push_queue, prices_messages(quotes, zone, now=deps.now()))
        publish_board(
            deps.market, deps.board_file, lambda it: msgspec.json.encode(board_of(it, zone))
        )
    except Transient as error:
        logger.warning("prices not published", reason=error.code)


def _process(envelope: Envelope, changed: set[str]) -> None:
    currency = deps.config.text(Setting.CURRENCY)
    prices = parse_prices(envelope.payload, envelope.received_at, currency)
    stored = store_prices(deps.market, prices.ticks)
    changed |= stored.changed
    logger.info(
        "prices stored",
        prices=len(prices.ticks),
        new=stored.ticks,
        quotes_changed=len(stored.changed),
    )
    if prices.faults:  # the valid ones are stored; an operator finds the message
        raise Malformed(_reason(prices.faults))


def _reason(faults: Sequence[str]) -> str:
    """The first faults, and how many more: a batch may have thousands."""
    named, more = faults[:MAX_FAULTS_NAMED], len(faults) - MAX_FAULTS_NAMED
    return "; ".join([*named, f"and {more} more"] if more > 0 else named)
