"""Queue `receipts`: makes the receipt of each accepted order, and tells its owner."""

from typing import Any

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext
from msgspec import Struct

from lambdas import bootstrap
from lambdas.api.live import receipt_message
from lambdas.domain.errors import Malformed, Transient
from lambdas.domain.live import AccountPush
from lambdas.domain.receipts import Receipt
from lambdas.handlers.batch import process_bodies
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.names import Metric
from lambdas.observability import count, logger, metrics
from lambdas.services.receipts import make_receipt

deps = bootstrap.dependencies("orders", "receipts", "market", "documents", "users", "typesetter")


class Message(Struct, frozen=True):
    """A message of the queue."""

    order_id: str


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Entry point."""
    return process_bodies(event, context, process=_process, dead_letters=deps.dead_letters)


def _process(body: str) -> None:
    order_id = _parse(body).order_id
    logger.append_keys(correlation_id=order_id)
    made = make_receipt(
        order_id,
        orders=deps.orders,
        receipts=deps.receipts,
        documents=deps.documents,
        market=deps.market,
        users=deps.users,
        typesetter=deps.typesetter,
        new_id=deps.new_key,
        now=deps.now(),
    )
    if made.is_new:
        count(Metric.RECEIPTS_MADE)
        _push(made.receipt)
    logger.info("receipt made" if made.is_new else "receipt repeated", number=made.receipt.number)


def _push(receipt: Receipt) -> None:
    """Enqueues the message to the owner. The receipt is stored: what fails here is no reason to
    make it again, and its owner finds it by asking.
    """
    message = receipt_message(receipt.order_id, now=deps.now())
    try:
        deps.push_queue.send([AccountPush(account_id=receipt.account_id, message=message)])
    except Transient as error:
        logger.warning("receipt not pushed", reason=error.code)


def _parse(body: str) -> Message:
    try:
        return msgspec.json.decode(body, type=Message)
    except msgspec.MsgspecError:
        raise Malformed("no order id") from None
