"""The wallet: balances, deposits and the ledger."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from msgspec import Raw, Struct, field

from lambdas.api.requests import (
    Faults,
    Request,
    decode_body,
    optional_minor_in,
    parse_idempotency_key,
    parse_page,
    required,
)
from lambdas.api.responses import csv_response, json_response, page_response, read_pages
from lambdas.api.routing import CURSOR, IDEMPOTENCY_KEY, LIMIT, Route, table
from lambdas.api.schemas import Amount, Items, NumberIn, Time, Version
from lambdas.domain import deposits, ledger, money
from lambdas.domain.ledger import LineAccount, PostingKind
from lambdas.domain.times import format_utc
from lambdas.names import Setting
from lambdas.observability import logger
from lambdas.services import wallet as services


class Wallet(Struct, frozen=True, kw_only=True):
    """What can be spent, what open orders hold, and both together, after the account's posting
    number `account_version`.
    """

    available: Amount
    held: Amount
    total: Amount
    currency: str
    account_version: Version

    @classmethod
    def from_account(cls, account: ledger.Account, currency: str) -> Self:
        """The balances of an account."""
        return cls(
            available=money.major(account.available_minor),
            held=money.major(account.held_minor),
            total=money.major(account.available_minor + account.held_minor),
            currency=currency,
            account_version=account.version,
        )


class Deposit(Struct, frozen=True, kw_only=True):
    """Money that was put into the wallet, by the posting number `account_version`, which is null
    while there is none. Of two copies, the one with the greater `version` is newer.
    """

    deposit_id: str
    amount: Amount
    currency: str
    recorded_at: Time
    account_version: Version | None
    version: int

    @classmethod
    def from_deposit(cls, deposit: deposits.Deposit, currency: str) -> Self:
        """A deposit."""
        return cls(
            deposit_id=deposit.deposit_id,
            amount=money.major(deposit.amount_minor),
            currency=currency,
            recorded_at=format_utc(deposit.created_at),
            account_version=deposit.account_version,
            version=deposit.version,
        )


class Posting(Struct, frozen=True, kw_only=True):
    """One movement of the ledger: how much `available` and `held` changed, and for which order.

    The postings of an account are numbered from 1 without gaps: `account_version`.
    """

    posting_id: str
    account_version: Version
    kind: PostingKind
    available: Amount
    held: Amount
    currency: str
    order_id: str | None
    symbol: str | None
    recorded_at: Time

    @classmethod
    def from_posting(cls, posting: ledger.Posting, currency: str) -> Self:
        """One entry of the ledger."""
        is_of_order = posting.kind not in (PostingKind.DEPOSIT, PostingKind.REFUND)
        return cls(
            posting_id=posting.posting_id,
            account_version=posting.number,
            kind=posting.kind,
            available=money.major(posting.amount_of(LineAccount.AVAILABLE)),
            held=money.major(posting.amount_of(LineAccount.HELD)),
            currency=currency,
            order_id=posting.cause_id if is_of_order else None,
            symbol=posting.symbol,
            recorded_at=format_utc(posting.recorded_at),
        )


class NewDeposit(Struct, frozen=True, kw_only=True):
    """Money to put into the wallet."""

    RULES: ClassVar[Mapping[str, Any]] = {"required": ["amount"]}
    EXAMPLE: ClassVar[Mapping[str, Any]] = {"amount": "1000.00"}

    amount: NumberIn = field(default_factory=Raw)


def parse_deposit(body: bytes, key: str | None, *, max_minor: int) -> tuple[int, UUID | None]:
    """The amount of POST /wallet/deposits in minor units, and the Idempotency-Key."""
    fields = decode_body(body, NewDeposit)
    faults = Faults()
    parsed_key = faults.collect(lambda: parse_idempotency_key(key))
    amount_minor = faults.collect(
        lambda: optional_minor_in(required(fields.amount, "amount"), "amount", max_minor)
    )
    faults.check()
    assert amount_minor is not None, "a missing amount is a fault"
    return amount_minor, parsed_key


@table.add(
    Route(
        "GET",
        "/wallet",
        "What can be spent, and what open orders hold",
        Wallet,
        is_linearizable=True,
    )
)
def get_wallet(request: Request) -> Response[str]:
    """One read."""
    account = request.deps.accounts.get(request.account_id)
    return json_response(Wallet.from_account(account, request.currency))


@table.add(
    Route(
        "POST",
        "/wallet/deposits",
        "Put money into the wallet",
        Deposit,
        responses={201: "Deposited.", 200: "Deposited before under this key."},
        errors=(409, 413, 422),
        body=NewDeposit,
        parameters=(IDEMPOTENCY_KEY,),
    )
)
def make_deposit(request: Request) -> Response[str]:
    """201, or 200 with the same deposit for a retry."""
    amount_minor, key = parse_deposit(
        request.body,
        request.header("idempotency-key"),
        max_minor=request.deps.config.integer(Setting.MAX_DEPOSIT_MINOR),
    )
    deposit, is_new = services.make_deposit(
        request.deps.accounts,
        account_id=request.account_id,
        key=key or request.deps.new_key(),
        amount_minor=amount_minor,
        now=request.now,
    )
    logger.info("deposit", deposit_id=deposit.deposit_id, is_new=is_new)
    body = Deposit.from_deposit(deposit, request.currency)
    return json_response(body, status=201 if is_new else 200)


@table.add(
    Route(
        "GET",
        "/wallet/postings",
        "The ledger",
        Items[Posting],
        errors=(422,),
        parameters=(LIMIT, CURSOR),
        has_csv=True,
        is_linearizable=True,
    )
)
def list_postings(request: Request) -> Response[str]:
    """A page, or all of them as CSV."""
    faults = Faults()
    limit, cursor = parse_page(request.query, faults)
    faults.check()
    accounts, account_id = request.deps.accounts, request.account_id
    currency = request.currency
    if request.wants_csv:
        history = read_pages(lambda n, at: accounts.postings(account_id, n, at), cursor)
        rows = (Posting.from_posting(posting, currency) for posting in history.items)
        return csv_response("postings", Posting, rows, history.next_cursor)
    page = accounts.postings(account_id, limit, cursor)
    return page_response(page, lambda entry: Posting.from_posting(entry, currency))
