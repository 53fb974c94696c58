"""The tables as pynamodb models: what an item of each looks like. What it means stands in `domain`.

Table names are given by `dynamodb.connect`, since every deployment names its own.
"""

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
)
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    KeysOnlyProjection,
    LocalSecondaryIndex,
)
from pynamodb.models import Model

from lambdas import names
from lambdas.adapters.attributes import DecimalAttribute, MinorAttribute
from lambdas.adapters.job_tables import JobItem
from lambdas.adapters.market_tables import ActivityItem, CandleItem, PriceItem, QuoteItem


class OrdersByAccount(GlobalSecondaryIndex["OrderItem"]):
    """Which orders an account has, by time."""

    class Meta:
        """Keys only: the orders themselves are read from the table, consistently."""

        index_name = names.ORDERS_BY_ACCOUNT
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class OrderItem(Model):
    """One order."""

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
    by_account = OrdersByAccount()


class AccountItem(Model):
    """Balances of an account."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.ACCOUNTS.value

    account_id = UnicodeAttribute(hash_key=True)
    available_minor = MinorAttribute()
    held_minor = MinorAttribute()


class PostingsByTime(LocalSecondaryIndex["PostingItem"]):
    """The ledger in the order in which it was written."""

    class Meta:
        """All attributes: a page of the ledger is one query."""

        index_name = names.POSTINGS_BY_TIME
        projection = AllProjection()

    account_id = UnicodeAttribute(hash_key=True)
    recorded_at = UTCDateTimeAttribute(range_key=True)


class PostingItem(Model):
    """One immutable movement."""

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


class PositionItem(Model):
    """Shares of one company that an account owns."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.POSITIONS.value

    account_id = UnicodeAttribute(hash_key=True)
    symbol = UnicodeAttribute(range_key=True)
    quantity = DecimalAttribute()
    cost_minor = MinorAttribute()


MODELS: dict[names.Table, type[Model]] = {
    names.Table.QUOTES: QuoteItem,
    names.Table.PRICES: PriceItem,
    names.Table.CANDLES: CandleItem,
    names.Table.ORDERS: OrderItem,
    names.Table.ACCOUNTS: AccountItem,
    names.Table.POSTINGS: PostingItem,
    names.Table.POSITIONS: PositionItem,
    names.Table.ACTIVITY: ActivityItem,
    names.Table.JOBS: JobItem,
}
