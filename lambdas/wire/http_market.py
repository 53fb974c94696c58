"""The bodies about companies, their prices, and what all groups buy. See `lambdas.wire.http`."""

from msgspec import Struct

from lambdas.wire.http import Decimals, Time


class Stock(Struct, frozen=True, kw_only=True):
    """A company and its latest price. Changes are since the last price of an earlier day.

    `trend` holds the closes of the latest hours that have prices, oldest first, at most 24: the
    last one is the price itself.
    """

    symbol: str
    name: str
    price: Decimals
    currency: str
    change: Decimals | None
    change_percent: Decimals | None
    previous_price: Decimals | None
    observed_at: Time
    source: str | None
    trend: list[Decimals]


class Price(Struct, frozen=True, kw_only=True):
    """One price of one company at one time."""

    price: Decimals
    currency: str
    observed_at: Time
    source: str | None


class Candle(Struct, frozen=True, kw_only=True):
    """What a price did in one hour or day of UTC. `count` is how many prices it is made of."""

    opened_at: Time
    open: Decimals
    high: Decimals
    low: Decimals
    close: Decimals
    count: int


class Trade(Struct, frozen=True, kw_only=True):
    """What a group asked to buy, and whether the exchange found it valid.

    Of our own group (`own`) only what was bought is here.
    """

    group_id: str
    own: bool
    symbol: str
    quantity: Decimals
    valid: bool
    requested_at: Time
    validated_at: Time
