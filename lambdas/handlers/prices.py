"""Queue `prices`: the exchange's prices into the history, the board and the candles."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import runtime
from lambdas.handlers.intake import take_all
from lambdas.handlers.lines import logger_of
from lambdas.names import Function
from lambdas.usecases.update_market import update_market
from lambdas.wire.envelope import Envelope
from lambdas.wire.exchange_prices import prices_in
from lambdas.wire.malformed import Malformed

logger = logger_of(Function.PRICES)
runtime.prepare(runtime.prices)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    return take_all(
        event,
        take=_take,
        dead_letters=runtime.prices().dead_letters,
        logger=logger,
    )


def _take(envelope: Envelope) -> None:
    ports = runtime.prices()
    prices = prices_in(envelope.payload, envelope.received_at, ports.currency)
    taken = update_market(ports.market, prices.ticks)
    logger.info(
        "prices taken",
        prices=len(prices.ticks),
        new=taken.ticks,
        quotes_changed=taken.quotes,
    )
    if prices.faults:  # the good ones are kept; the message goes where an operator finds it
        raise Malformed("; ".join(prices.faults))
