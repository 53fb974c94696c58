"""Receipts of accepted orders: a link for their owner, a confirmation for anybody who has one."""

from collections.abc import Mapping
from typing import Final, Self

from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.orders import ORDER_ID
from lambdas.api.requests import Faults, Request, parse_path_id
from lambdas.api.responses import json_response
from lambdas.api.routing import Parameter, Route, table
from lambdas.api.schemas import Amount, Time
from lambdas.domain import money, receipts
from lambdas.domain.receipts import Language
from lambdas.domain.times import format_utc
from lambdas.observability import logger
from lambdas.services import receipts as services
from lambdas.services.receipts import OVERDUE_AFTER, Link, find_receipt, link_to

RETRY_AFTER_S: Final = 2

LANGUAGE: Final = Parameter(
    name="language",
    place="query",
    schema={"type": "string", "enum": list(Language), "default": Language.SPANISH.value},
    description="Language of the document.",
)
NUMBER: Final = Parameter(
    name="number",
    place="path",
    schema={"type": "string"},
    description="The receipt's number, as printed on it.",
)
CODE: Final = Parameter(
    name="code",
    place="query",
    schema={"type": "string"},
    description="The receipt's verification code, as printed on it.",
)
_FILE_NAMES: Final = {Language.SPANISH: "comprobante", Language.ENGLISH: "receipt"}
_MAX_TYPED: Final = 64


class ReceiptLink(Struct, frozen=True, kw_only=True):
    """Where the receipt can be downloaded until `expires_at`, by anybody who has the address."""

    number: str
    url: str
    expires_at: Time

    @classmethod
    def from_link(cls, number: str, link: Link) -> Self:
        """A link that was just made."""
        return cls(number=number, url=link.url, expires_at=format_utc(link.expires_at))


class ReceiptInPreparation(Struct, frozen=True, tag_field="state", tag="preparing"):
    """The receipt is being made: ask again after `Retry-After` seconds."""


class GenuineReceipt(Struct, frozen=True, kw_only=True):
    """A receipt of ours has this number, this verification code and this total."""

    number: str
    total: Amount
    currency: str

    @classmethod
    def from_receipt(cls, receipt: receipts.Receipt) -> Self:
        """What may be told to anybody who has the receipt."""
        return cls(
            number=receipt.number,
            total=money.major(receipt.total_minor),
            currency=receipt.currency,
        )


def parse_language(query: Mapping[str, str], faults: Faults) -> Language:
    """`language`, Spanish by default."""
    text = query.get("language", Language.SPANISH.value)
    if text not in list(Language):
        faults.add("language", "not_a_language", f"It must be one of: {', '.join(Language)}.")
        return Language.SPANISH
    return Language(text)


@table.add(
    Route(
        "GET",
        "/orders/{order_id}/receipt",
        "A link to the receipt of one of my accepted orders; it lives five minutes",
        ReceiptLink,
        other_returns={202: ReceiptInPreparation},
        responses={
            200: "The receipt can be downloaded.",
            202: "The receipt is being made; ask again after `Retry-After` seconds.",
        },
        errors=(404, 409, 422),
        parameters=(ORDER_ID, LANGUAGE),
    )
)
def get_receipt(request: Request, order_id: str) -> Response[str]:
    """200, or 202 while it is being made. One that is overdue is requested again."""
    faults = Faults()
    language = parse_language(request.query, faults)
    faults.check()
    order_id = parse_path_id(order_id, "order")
    deps = request.deps
    order, receipt = find_receipt(deps.orders, deps.receipts, request.account_id, order_id)
    if receipt is None:
        if order.ended_at is not None and request.now - order.ended_at >= OVERDUE_AFTER:
            failed = deps.receipt_queue.send([order_id])
            logger.warning("receipt overdue", correlation_id=order_id, is_enqueued=not failed)
        retry_after = {"Retry-After": str(RETRY_AFTER_S)}
        return json_response(ReceiptInPreparation(), status=202, headers=retry_after)
    file_name = f"{_FILE_NAMES[language]}-{receipt.number}.pdf"
    link = link_to(deps.documents, receipt.key(language), file_name, request.now)
    return json_response(ReceiptLink.from_link(receipt.number, link))


@table.add(
    Route(
        "GET",
        "/receipts/{number}",
        "Whether a receipt is genuine, for whoever has its number and verification code",
        GenuineReceipt,
        errors=(404, 422),
        parameters=(NUMBER, CODE),
        is_public=True,
    )
)
def confirm_receipt(request: Request, number: str) -> Response[str]:
    """One read. It says nothing about the order or its owner, nor which of the two was wrong."""
    receipt = services.confirm_receipt(
        request.deps.receipts,
        receipts.typed_number(number[:_MAX_TYPED]),
        request.query.get("code", "")[:_MAX_TYPED],
    )
    return json_response(GenuineReceipt.from_receipt(receipt))
