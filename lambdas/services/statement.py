"""Job type `statement`: an account's month as a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from lambdas.domain.ledger import Posting
from lambdas.domain.orders import Order
from lambdas.domain.receipts import Language
from lambdas.domain.statements import Statement, balances, holdings, month_bounds, owned_at
from lambdas.names import Setting
from lambdas.ports import Accounts, Market, Orders
from lambdas.services.jobs import JobSources, Task

PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The month, as `2026-11`, and the document's language."""

    month: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A statement is made by one worker. The token makes the document's key hard to guess."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial:
    """What the worker made. Minor units as decimal texts, which may need more than 53 bits."""

    key: str
    opening_minor: str
    closing_minor: str
    postings: int
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A stored statement: balances are the whole money, held included."""

    parameters: Parameters
    key: str
    opening_minor: int
    closing_minor: int
    postings: int
    end: datetime


def plan(_: Task[Parameters], sources: JobSources) -> list[Shard]:
    """One shard."""
    return [Shard(token=sources.new_key().hex)]


def work(task: Task[Parameters], shard: Shard, sources: JobSources) -> Partial:
    """Makes the document and stores it; a second run leaves the first one."""
    statement = statement_of(task, sources)
    email = sources.users.email(task.account_id)
    language = task.parameters.language
    key = f"{task.account_id}/statements/{task.parameters.month}-{shard.token}.{language}.pdf"
    sources.documents.put(key, sources.typesetter.statement(statement, email, language))
    return Partial(
        key=key,
        opening_minor=str(statement.opening.total_minor),
        closing_minor=str(statement.closing.total_minor),
        postings=len(statement.postings),
        end=statement.end,
    )


def join(task: Task[Parameters], partials: Sequence[Partial], _: JobSources) -> Result:
    """The one partial result."""
    (partial,) = partials
    return Result(
        parameters=task.parameters,
        key=partial.key,
        opening_minor=int(partial.opening_minor),
        closing_minor=int(partial.closing_minor),
        postings=partial.postings,
        end=partial.end,
    )


def statement_of(task: Task[Parameters], sources: JobSources) -> Statement:
    """The account's month up to the time of the request."""
    start, next_month = month_bounds(task.parameters.month, sources.config.home_zone)
    end = min(next_month, task.now)
    opening, closing, postings = balances(
        _postings_since(sources.accounts, task.account_id, start), start, end
    )
    owned = owned_at(_orders(sources.orders, task.account_id), end)
    prices = {
        symbol: price
        for symbol in owned
        if (price := _last_price(sources.market, symbol, end)) is not None
    }
    return Statement(
        account_id=task.account_id,
        month=task.parameters.month,
        start=start,
        end=end,
        currency=sources.config.text(Setting.CURRENCY),
        opening=opening,
        closing=closing,
        postings=postings,
        holdings=holdings(owned, prices),
    )


def _postings_since(accounts: Accounts, account_id: str, start: datetime) -> list[Posting]:
    """All postings from `start` on, and the one before them."""
    postings: list[Posting] = []
    cursor = None
    while True:
        page = accounts.postings(account_id, PAGE, cursor)
        postings += page.items
        cursor = page.next_cursor
        if cursor is None or postings[-1].recorded_at < start:
            return postings


def _orders(orders: Orders, account_id: str) -> list[Order]:
    found: list[Order] = []
    cursor = None
    while True:
        page = orders.of_account(account_id, PAGE, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def _last_price(market: Market, symbol: str, end: datetime) -> Decimal | None:
    """The last price before `end`."""
    page = market.history(symbol, None, end, 1, None)
    return page.items[0].price if page.items else None
