"""The streams of orders, accounts and deposits: tells each change to its owner's connections."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.api.live import deposit_message, order_message, wallet_message
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.handlers.push import count_delivered, courier_of
from lambdas.names import Setting
from lambdas.observability import logger, metrics
from lambdas.services.live import parcels_for
from lambdas.storage.live import account_in, deposit_in, order_in

deps = bootstrap.dependencies("connections", "sockets", "push_queue")

Image = Mapping[str, Any]


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> None:
    """Entry point. A batch comes again as a whole: repeating a message is harmless."""
    messages: dict[str, list[str]] = defaultdict(list)
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage")
        if image is not None:
            account_id = image["account_id"]["S"]
            messages[account_id].append(_READERS[_reader_of(image)](image))
    parcels = parcels_for(deps.connections, messages)
    if parcels:
        count_delivered(courier_of(deps).deliver(parcels, deps.now()))


def _reader_of(image: Image) -> str:
    """The table of an image, by the key attribute that only it has."""
    return next(key for key in ("order_id", "deposit_id", "available_minor") if key in image)


def _order(image: Image) -> str:
    overdue_after = deps.config.seconds(Setting.OVERDUE_AFTER_S)
    return order_message(order_in(image), now=deps.now(), overdue_after=overdue_after)


def _wallet(image: Image) -> str:
    currency = deps.config.text(Setting.CURRENCY)
    return wallet_message(account_in(image), currency, now=deps.now())


def _deposit(image: Image) -> str:
    currency = deps.config.text(Setting.CURRENCY)
    return deposit_message(deposit_in(image), currency, now=deps.now())


_READERS: Final[dict[str, Callable[[Image], str]]] = {
    "order_id": _order,
    "deposit_id": _deposit,
    "available_minor": _wallet,
}
