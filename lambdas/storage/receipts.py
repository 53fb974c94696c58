"""Receipts in DynamoDB."""

from contextlib import suppress
from datetime import datetime

from pynamodb.connection import Connection

from lambdas.domain.errors import StaleDecision
from lambdas.domain.receipts import Receipt
from lambdas.storage.client import translated_errors
from lambdas.storage.models import ReceiptItem


class DynamoReceipts:
    """The port `Receipts` over the table receipts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection  # which names the table

    def get(self, number: str) -> Receipt | None:
        """One GetItem, consistent."""
        with translated_errors():
            try:
                return _receipt_of(ReceiptItem.get(number, consistent_read=True))
            except ReceiptItem.DoesNotExist:
                return None

    def create(self, receipt: Receipt) -> None:
        """One PutItem."""
        item = ReceiptItem(
            receipt_number=receipt.number,
            order_id=receipt.order_id,
            account_id=receipt.account_id,
            total_minor=receipt.total_minor,
            currency=receipt.currency,
            code=receipt.code,
            token=receipt.token,
        )
        with translated_errors():
            item.save(condition=ReceiptItem.receipt_number.does_not_exist())

    def mark_ready(self, receipt: Receipt, at: datetime) -> None:
        """One UpdateItem."""
        item = ReceiptItem(receipt.number)
        with suppress(StaleDecision), translated_errors():
            item.update(
                actions=[ReceiptItem.ready_at.set(at)],
                condition=ReceiptItem.receipt_number.exists()
                & ReceiptItem.ready_at.does_not_exist(),
            )


def _receipt_of(item: ReceiptItem) -> Receipt:
    return Receipt(
        number=item.receipt_number,
        order_id=item.order_id,
        account_id=item.account_id,
        total_minor=item.total_minor,
        currency=item.currency,
        code=item.code,
        token=item.token,
        ready_at=item.ready_at,
    )
