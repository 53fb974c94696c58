"""The live connection: tickets, and the messages that are pushed through it.

`data` of a message is the same whole object as over HTTP, never a difference.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import Struct

from lambdas.api.market import Stock
from lambdas.api.orders import Order
from lambdas.api.requests import Request
from lambdas.api.responses import json_response
from lambdas.api.routing import Route, table
from lambdas.api.schemas import Time, Version
from lambdas.api.wallet import Deposit, Wallet
from lambdas.domain import deposits, ledger, market, orders
from lambdas.domain.times import format_utc
from lambdas.names import Setting
from lambdas.services import live as services

MAX_PRICES_BYTES: Final = 24_000
"""Stocks of one message, below the 32 kB that API Gateway sends and bills as one."""


class LiveTicket(Struct, frozen=True, kw_only=True):
    """Opens one live connection at `url?ticket=…` before `expires_at`, once."""

    url: str
    ticket: str
    expires_at: Time


@table.add(
    Route(
        "POST",
        "/live/tickets",
        "A ticket that opens one live connection, once, within a minute; asyncapi.json describes"
        " the messages",
        LiveTicket,
        responses={201: "Issued."},
    )
)
def issue_live_ticket(request: Request) -> Response[str]:
    """One write."""
    config = request.deps.config
    issued = services.issue_ticket(
        request.deps.tickets,
        account_id=request.account_id,
        stage=config.text(Setting.STAGE),
        now=request.now,
    )
    ticket = LiveTicket(
        url=config.text(Setting.LIVE_URL),
        ticket=issued.secret,
        expires_at=format_utc(issued.expires_at),
    )
    return json_response(ticket, status=201)


class Message(Struct, frozen=True, kw_only=True, tag_field="type"):
    """What all messages have."""

    at: Time


class OrderMessage(Message, frozen=True, kw_only=True, tag="order"):
    """An order of the account was placed, or has changed."""

    account_version: Version
    data: Order


class WalletMessage(Message, frozen=True, kw_only=True, tag="wallet"):
    """The account's balances have changed."""

    account_version: Version
    data: Wallet


class DepositMessage(Message, frozen=True, kw_only=True, tag="deposit"):
    """A deposit of the account was made, or has changed."""

    account_version: Version | None
    data: Deposit


class Receipt(Struct, frozen=True, kw_only=True):
    """A receipt that can be fetched now (`GET /orders/{id}/receipt`)."""

    order_id: str


class ReceiptMessage(Message, frozen=True, kw_only=True, tag="receipt"):
    """The receipt of an accepted order is ready."""

    data: Receipt


class PricesMessage(Message, frozen=True, kw_only=True, tag="prices"):
    """The stocks whose price has changed; a large batch comes as several messages."""

    data: list[Stock]


class Versions(Struct, frozen=True, kw_only=True):
    """What a client compares with what it knows: `board_version` is the sum of the versions of all
    stocks.
    """

    board_version: int


class HeartbeatMessage(Message, frozen=True, kw_only=True, tag="heartbeat"):
    """Every 30 seconds: the newest versions. A client that knows less has missed a message, and
    reads again.
    """

    account_version: Version
    data: Versions


class Ping(Struct, frozen=True, kw_only=True, tag_field="type", tag="ping"):
    """Keeps an idle connection open. There is no reply."""


MESSAGES: Final[tuple[type[Message], ...]] = (
    OrderMessage,
    WalletMessage,
    DepositMessage,
    ReceiptMessage,
    PricesMessage,
    HeartbeatMessage,
)
"""Every message to a client."""


def order_message(order: orders.Order, *, now: datetime, overdue_after: timedelta) -> str:
    """An order in its current state."""
    data = Order.from_order(order, now=now, overdue_after=overdue_after)
    version = order.account_version
    return _text(OrderMessage(account_version=version, at=format_utc(now), data=data))


def wallet_message(account: ledger.Account, currency: str, *, now: datetime) -> str:
    """The account's balances."""
    data = Wallet.from_account(account, currency)
    return _text(WalletMessage(account_version=account.version, at=format_utc(now), data=data))


def deposit_message(deposit: deposits.Deposit, currency: str, *, now: datetime) -> str:
    """A deposit in its current state."""
    data = Deposit.from_deposit(deposit, currency)
    version = deposit.account_version
    return _text(DepositMessage(account_version=version, at=format_utc(now), data=data))


def receipt_message(order_id: str, *, now: datetime) -> str:
    """A receipt that is ready."""
    return _text(ReceiptMessage(at=format_utc(now), data=Receipt(order_id=order_id)))


def heartbeat_message(account_version: int, board_version: int, *, now: datetime) -> str:
    """The newest versions."""
    data = Versions(board_version=board_version)
    return _text(HeartbeatMessage(account_version=account_version, at=format_utc(now), data=data))


def prices_messages(quotes: Sequence[market.Quote], zone: tzinfo, *, now: datetime) -> list[str]:
    """The stocks of these quotes, in as few messages as they fit into."""
    stocks = [Stock.from_quote(quote, zone) for quote in quotes]
    return [_text(PricesMessage(at=format_utc(now), data=part)) for part in _parts(stocks)]


def _parts(stocks: Sequence[Stock]) -> Iterator[list[Stock]]:
    part: list[Stock] = []
    size = 0
    for stock in stocks:
        length = len(msgspec.json.encode(stock)) + 1
        if part and size + length > MAX_PRICES_BYTES:
            yield part
            part, size = [], 0
        part.append(stock)
        size += length
    if part:
        yield part


def _text(message: Message) -> str:
    return msgspec.json.encode(message).decode()
