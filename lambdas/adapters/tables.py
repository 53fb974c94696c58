"""The tables as pynamodb models: what an item of each looks like. What it means stands in `domain`.

Table names are given by `dynamodb.connect`, since every deployment names its own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    IncludeProjection,
    KeysOnlyProjection,
    LocalSecondaryIndex,
)
from pynamodb.models import Model

from lambdas import names
from lambdas.adapters.attributes import DecimalAttribute, MinorAttribute
from lambdas.adapters.job_tables import JobItem
from lambdas.adapters.market_tables import ActivityItem, CandleItem, PriceItem, QuoteItem

SHARES: Final = "shares#"
COST: Final = "cost#"


class OrdersByAccount(GlobalSecondaryIndex["OrderItem"]):
    """Which orders an account has, by time."""

    class Meta:
        """Keys only: the orders themselves are read from the table, consistently."""

        index_name = names.ORDERS_BY_ACCOUNT
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class BoughtOrders(GlobalSecondaryIndex["OrderItem"]):
    """Accepted orders of a company, by the time of the answer. Sparse."""

    class Meta:
        """With what is told of a purchase: nothing of it ever changes."""

        index_name = names.BOUGHT_ORDERS
        projection = IncludeProjection(["quantity", "created_at"])

    bought = UnicodeAttribute(hash_key=True)
    ended_at = UTCDateTimeAttribute(range_key=True)


class OrderItem(Model):
    """One order. It is its own ledger: see `lambdas.domain.movements`."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.ORDERS.value

    order_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    symbol = UnicodeAttribute()
    quantity = DecimalAttribute()
    price = DecimalAttribute()
    cost_minor = MinorAttribute()
    currency = UnicodeAttribute()
    state = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    asked_for = UnicodeAttribute()
    ask_at = UTCDateTimeAttribute()
    asks = NumberAttribute()
    sent_at = UTCDateTimeAttribute(null=True)
    ended_at = UTCDateTimeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    conflict_event = UnicodeAttribute(null=True)
    conflict_at = UTCDateTimeAttribute(null=True)
    bought = UnicodeAttribute(null=True)
    by_account = OrdersByAccount()
    purchases = BoughtOrders()


class AccountItem(Model):
    """Balances of an account, and what it owns: two numbers for each company.

    They are attributes named by the company, since DynamoDB adds to attributes of an item only.
    """

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.ACCOUNTS.value

    account_id = UnicodeAttribute(hash_key=True)
    available_minor = MinorAttribute()
    held_minor = MinorAttribute()
    raw: Mapping[str, Any] = MappingProxyType({})

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """Keeps what the positions are read from, where anybody wants them."""
        item = super().from_raw_data(data)
        item.raw = data
        return item


def shares_of(symbol: str) -> DecimalAttribute:
    """The attribute of an account that counts its shares of a company."""
    return DecimalAttribute(attr_name=f"{SHARES}{symbol}")


def cost_of(symbol: str) -> MinorAttribute:
    """The attribute of an account that says what its shares of a company cost."""
    return MinorAttribute(attr_name=f"{COST}{symbol}")


class PostingsByTime(LocalSecondaryIndex["PostingItem"]):
    """The ledger in the order in which it was written."""

    class Meta:
        """All attributes: a page of the ledger is one query."""

        index_name = names.POSTINGS_BY_TIME
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    recorded_at = UTCDateTimeAttribute(range_key=True)


class PostingItem(Model):
    """One immutable movement that no order tells by itself: a deposit, or an end that came late."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.POSTINGS.value

    account_id = UnicodeAttribute(hash_key=True)
    posting_id = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    available_minor = MinorAttribute()
    held_minor = MinorAttribute()
    cause_id = UnicodeAttribute()
    recorded_at = UTCDateTimeAttribute()
    symbol = UnicodeAttribute(null=True)
    by_time = PostingsByTime()


MODELS: dict[names.Table, type[Model]] = {
    names.Table.QUOTES: QuoteItem,
    names.Table.PRICES: PriceItem,
    names.Table.CANDLES: CandleItem,
    names.Table.ORDERS: OrderItem,
    names.Table.ACCOUNTS: AccountItem,
    names.Table.POSTINGS: PostingItem,
    names.Table.ACTIVITY: ActivityItem,
    names.Table.JOBS: JobItem,
}
