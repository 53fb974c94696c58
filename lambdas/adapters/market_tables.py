"""The tables of prices and of what is traded, as pynamodb models. See `lambdas.adapters.tables`."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model

from lambdas import names
from lambdas.adapters.attributes import DecimalAttribute, IntegerAttribute

BOARD = "ALL"
"""The one partition of the quotes table: the whole board is one query."""


class QuoteItem(Model):
    """Latest price of a company. `closes` is one text, so that the item stays under 1 kB."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.QUOTES.value

    board = UnicodeAttribute(hash_key=True, default=BOARD)
    symbol = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    price = DecimalAttribute()
    currency = UnicodeAttribute()
    source = UnicodeAttribute(null=True)
    observed_at = UTCDateTimeAttribute()
    received_at = UTCDateTimeAttribute()
    previous_price = DecimalAttribute(null=True)
    previous_at = UTCDateTimeAttribute(null=True)
    closes = UnicodeAttribute(null=True)


class PriceItem(Model):
    """One price at one time."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.PRICES.value

    symbol = UnicodeAttribute(hash_key=True)
    observed_at = UTCDateTimeAttribute(range_key=True)
    name = UnicodeAttribute()
    price = DecimalAttribute()
    currency = UnicodeAttribute()
    source = UnicodeAttribute(null=True)
    received_at = UTCDateTimeAttribute()


class CandleItem(Model):
    """One candle. `series` is symbol#interval; the sums count from `opened_at`."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.CANDLES.value

    series = UnicodeAttribute(hash_key=True)
    opened_at = UTCDateTimeAttribute(range_key=True)
    open = DecimalAttribute()
    high = DecimalAttribute()
    low = DecimalAttribute()
    close = DecimalAttribute()
    first_at = UTCDateTimeAttribute()
    last_at = UTCDateTimeAttribute()
    n = IntegerAttribute()
    x = IntegerAttribute()
    y = IntegerAttribute()
    xx = IntegerAttribute()
    xy = IntegerAttribute()
    yy = IntegerAttribute()


class ActivityBySymbol(GlobalSecondaryIndex["ActivityItem"]):
    """Answered requests of a company, by time. Sparse: only items with both halves are in it."""

    class Meta:
        """All attributes: a company's feed is one query."""

        index_name = names.ACTIVITY_BY_SYMBOL
        projection = AllProjection()

    symbol = UnicodeAttribute(hash_key=True)
    validated_at = UTCDateTimeAttribute(range_key=True)


class ActivityByDay(GlobalSecondaryIndex["ActivityItem"]):
    """Answers of one day of UTC, by time; some know nothing of their request (yet)."""

    class Meta:
        """All attributes: a page of the feed is a query for each day that it spans."""

        index_name = names.ACTIVITY_BY_DAY
        projection = AllProjection()

    day = UnicodeAttribute(hash_key=True)
    validated_at = UTCDateTimeAttribute(range_key=True)


class ActivityItem(Model):
    """What a group asked for, and how it ended: either half may come first.

    Of our own group only what was bought is here, in one piece and without a `group_id`.
    """

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.ACTIVITY.value

    request_id = UnicodeAttribute(hash_key=True)
    group_id = UnicodeAttribute(null=True)
    symbol = UnicodeAttribute(null=True)
    quantity = DecimalAttribute(null=True)
    requested_at = UTCDateTimeAttribute(null=True)
    valid = BooleanAttribute(null=True)
    validated_at = UTCDateTimeAttribute(null=True)
    day = UnicodeAttribute(null=True)
    by_symbol = ActivityBySymbol()
    by_day = ActivityByDay()
