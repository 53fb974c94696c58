"""From HTTP to the model's operations: what was asked, and what the answer tells."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from lambdas.domain.deposits import deposit_id_for
from lambdas.domain.orders import Purchase, State, order_id_for
from tests.histories.operations import (
    Deposit,
    Deposited,
    OrderView,
    Place,
    PositionView,
    PostingPage,
    PostingView,
    ReadOrder,
    ReadPositions,
    ReadPostings,
    ReadWallet,
    Refused,
    Request,
    Response,
    Wallet,
)

_UNKNOWN: Final = (0, 429, 500, 502, 503, 504)
"""The request may have taken effect, or may not."""


def minor(text: str) -> int:
    """Cents of an amount in dollars."""
    return int(Decimal(text).scaleb(2))


def deposit_of(account_id: str, key: UUID, body: Mapping[str, Any]) -> Deposit:
    """POST /wallet/deposits."""
    return Deposit(deposit_id_for(account_id, key), minor(str(body["amount"])))


def place_of(
    account_id: str, key: UUID, body: Mapping[str, Any], prices: tuple[Decimal, ...] | None
) -> Place:
    """POST /orders."""
    purchase = Purchase(
        symbol=body["symbol"],
        quantity=Decimal(str(body["quantity"])) if "quantity" in body else None,
        amount_minor=minor(str(body["amount"])) if "amount" in body else None,
    )
    return Place(order_id_for(account_id, key), purchase, prices)


def response_of(request: Request, status: int, body: Any) -> Response:
    """What an answer tells; None where nobody knows what became of the request."""
    if status in _UNKNOWN or (status == 409 and body.get("code") == "conflict"):
        return None
    return Refused(body["code"]) if status >= 400 else _granted(request, status, body)


def _granted(request: Request, status: int, body: Any) -> Response:
    match request:
        case Deposit():
            return Deposited(
                minor(body["amount"]), is_new=status == 201, version=body.get("account_version")
            )
        case Place():
            return order_view(body, is_new=status == 202)
        case ReadOrder():
            return order_view(body)
        case ReadWallet():
            return Wallet(
                minor(body["available"]), minor(body["held"]), body.get("account_version")
            )
        case ReadPostings():
            return posting_page(body)
        case ReadPositions():
            return tuple(sorted(map(_position, body["positions"])))
    raise AssertionError(f"no client asks for {request}")


def order_view(body: Mapping[str, Any], *, is_new: bool = False) -> OrderView:
    """An order in an answer."""
    return OrderView(
        state=State(body["state"]),
        symbol=body["symbol"],
        quantity=Decimal(body["quantity"]),
        price=Decimal(body["price"]),
        cost_minor=minor(body["cost"]),
        version=body.get("account_version") or None,  # 0: stored before it was recorded
        is_new=is_new,
    )


def posting_page(body: Mapping[str, Any]) -> PostingPage:
    """A page of the ledger."""
    return PostingPage(
        tuple(_posting(item) for item in body["items"]), has_more=body["next_cursor"] is not None
    )


def _posting(item: Mapping[str, Any]) -> PostingView:
    return PostingView(
        posting_id=item["posting_id"],
        kind=item["kind"],
        available_minor=minor(item["available"]),
        held_minor=minor(item["held"]),
        number=item.get("account_version", 0),
    )


def _position(item: Mapping[str, Any]) -> PositionView:
    return PositionView(item["symbol"], Decimal(item["quantity"]), minor(item["cost"]))


def decoded(answer: Mapping[str, Any] | None) -> tuple[int, Any]:
    """Status and body of an answer of the function; 0 where there was none."""
    if answer is None:
        return 0, {}
    return int(answer["statusCode"]), json.loads(answer["body"])
