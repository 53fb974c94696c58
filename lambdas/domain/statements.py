"""Monthly statements of an account: what was posted in a month, the balances before and after it,
and the shares owned at its end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Final

from lambdas.domain import money
from lambdas.domain.ledger import Posting
from lambdas.domain.orders import Order, State

_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Minor units that can be spent, and that open orders reserve."""

    available_minor: int = 0
    held_minor: int = 0

    @property
    def total_minor(self) -> int:
        """All of the account's money."""
        return self.available_minor + self.held_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Shares of one company at the month's end. The price is the last one before that."""

    symbol: str
    quantity: Decimal
    cost_minor: int
    price: Decimal | None

    @property
    def value_minor(self) -> int | None:
        """What they were worth; None where no price is known."""
        return None if self.price is None else money.cost_minor(self.price, self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's month. `end` is the month's end, or the time of the request if that is earlier;
    `postings` are in the order of their numbers.
    """

    account_id: str
    month: str
    start: datetime
    end: datetime
    currency: str
    opening: Balance
    closing: Balance
    postings: tuple[Posting, ...]
    holdings: tuple[Holding, ...]


def parse_month(text: str) -> str | None:
    """`2026-11`; None for text that is no month of this century."""
    return text if _MONTH.fullmatch(text) else None


def month_bounds(month: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """Start of the month and of the next one, in that time zone."""
    year, number = (int(part) for part in month.split("-"))
    following = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, 1, tzinfo=zone), datetime(*following, 1, tzinfo=zone)


def balance_after(posting: Posting | None) -> Balance:
    """The balances after a posting; none before the first."""
    if posting is None:
        return Balance()
    return Balance(
        available_minor=posting.available_after_minor, held_minor=posting.held_after_minor
    )


def balances(
    postings: Sequence[Posting], start: datetime, end: datetime
) -> tuple[Balance, Balance, tuple[Posting, ...]]:
    """Opening and closing balance, and the postings in between, by number."""
    by_number = sorted(postings, key=lambda posting: posting.number)
    before = [posting for posting in by_number if posting.recorded_at < start]
    within = tuple(posting for posting in by_number if start <= posting.recorded_at < end)
    last_before = before[-1] if before else None
    last = within[-1] if within else last_before
    return balance_after(last_before), balance_after(last), within


def owned_at(orders: Iterable[Order], end: datetime) -> dict[str, tuple[Decimal, int]]:
    """Quantity and cost in minor units of each company's shares, bought before `end`."""
    owned: dict[str, tuple[Decimal, int]] = {}
    for order in orders:
        if order.state is State.ACCEPTED and order.ended_at is not None and order.ended_at < end:
            quantity, cost_minor = owned.get(order.symbol, (Decimal(0), 0))
            owned[order.symbol] = (quantity + order.quantity, cost_minor + order.cost_minor)
    return owned


def holdings(
    owned: Mapping[str, tuple[Decimal, int]], prices: Mapping[str, Decimal]
) -> tuple[Holding, ...]:
    """What is owned, by symbol, with the prices that are known."""
    return tuple(
        Holding(symbol=symbol, quantity=quantity, cost_minor=cost_minor, price=prices.get(symbol))
        for symbol, (quantity, cost_minor) in sorted(owned.items())
    )
