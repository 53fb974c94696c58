"""Queue `prices`: stores the exchange's prices in history, board and candles."""

from collections.abc import Sequence
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.domain.errors import Malformed
from lambdas.handlers.batch import process_batch
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.messaging.exchange import Envelope, parse_prices
from lambdas.names import Setting
from lambdas.observability import logger
from lambdas.services.market import store_prices

MAX_FAULTS_NAMED: Final = 4
"""What an operator needs; more would not fit into the dead letter's reason."""

deps = bootstrap.dependencies("market")


@logger.inject_lambda_context(clear_state=True)
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    return process_batch(event, context, process=_process, dead_letters=deps.dead_letters)


def _process(envelope: Envelope) -> None:
    currency = deps.config.text(Setting.CURRENCY)
    prices = parse_prices(envelope.payload, envelope.received_at, currency)
    stored = store_prices(deps.market, prices.ticks)
    logger.info(
        "prices stored",
        prices=len(prices.ticks),
        new=stored.ticks,
        quotes_changed=stored.quotes,
    )
    if prices.faults:  # the valid ones are stored; an operator finds the message
        raise Malformed(_reason(prices.faults))


def _reason(faults: Sequence[str]) -> str:
    """The first faults, and how many more: a batch may have thousands."""
    named, more = faults[:MAX_FAULTS_NAMED], len(faults) - MAX_FAULTS_NAMED
    return "; ".join([*named, f"and {more} more"] if more > 0 else named)
