"""The tables as pynamodb models: the form of each item. Its meaning is in `lambdas.domain`.

Every deployment has its own table names: `client.connect` sets them.
"""

from decimal import Decimal
from typing import Any

from pynamodb.attributes import (
    Attribute,
    BooleanAttribute,
    ListAttribute,
    MapAttribute,
    UnicodeAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.constants import NUMBER
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    IncludeProjection,
    KeysOnlyProjection,
)
from pynamodb.models import Model

from lambdas import names


class IntegerAttribute(Attribute[int]):
    """An integer of at most 38 digits. Refuses floats, which NumberAttribute stores silently."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """Raises TypeError for anything but an int."""
        if type(value) is not int:
            raise TypeError("an integer is required")
        return str(value)

    def deserialize(self, value: str) -> int:
        """Raises ValueError for a stored number that is not an integer."""
        return int(value)


class MinorAttribute(IntegerAttribute):
    """Minor units of a currency."""


class DecimalAttribute(Attribute[Decimal]):
    """A finite decimal of at most 38 digits, which NumberAttribute refuses."""

    attr_type = NUMBER

    def serialize(self, value: Decimal) -> str:
        """Raises TypeError for anything but a finite Decimal."""
        if type(value) is not Decimal or not value.is_finite():
            raise TypeError("a finite Decimal is required")
        return f"{value:f}"

    def deserialize(self, value: str) -> Decimal:
        """Reads plain and scientific notation."""
        return Decimal(value)


class OrdersByAccount(GlobalSecondaryIndex["OrderItem"]):
    """Orders of an account by time of creation."""

    class Meta:
        """Keys only: the orders are read from the table, consistently."""

        index_name = names.ORDERS_BY_ACCOUNT
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class OpenOrders(GlobalSecondaryIndex["OrderItem"]):
    """Open orders by the time of their next attempt. Sparse: an ended order has no shard."""

    class Meta:
        """With the age: sweep, metrics and operator count without reading the orders."""

        index_name = names.OPEN_ORDERS
        projection = IncludeProjection(["created_at"])

    open_shard = UnicodeAttribute(hash_key=True)
    next_attempt_at = UTCDateTimeAttribute(range_key=True)


class OrderItem(Model):
    """One order."""

    class Meta:
        """Named by `client.connect`."""

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
    request_fingerprint = UnicodeAttribute()
    next_attempt_at = UTCDateTimeAttribute()
    attempts = IntegerAttribute()
    account_version = IntegerAttribute(null=True)
    open_shard = UnicodeAttribute(null=True)
    sent_at = UTCDateTimeAttribute(null=True)
    ended_at = UTCDateTimeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    conflict_event = UnicodeAttribute(null=True)
    conflict_at = UTCDateTimeAttribute(null=True)
    version = VersionAttribute()
    by_account = OrdersByAccount()
    open_orders = OpenOrders()


class AccountItem(Model):
    """Balances of an account. `version` is the number of its last posting."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.ACCOUNTS.value

    account_id = UnicodeAttribute(hash_key=True)
    available_minor = MinorAttribute()
    held_minor = MinorAttribute()
    posted_at = UTCDateTimeAttribute()
    version = VersionAttribute()


class LineMap(MapAttribute[str, object]):
    """One line of a posting."""

    account = UnicodeAttribute()
    amount_minor = MinorAttribute()


class PostingItem(Model):
    """One immutable ledger entry."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.POSTINGS.value

    account_id = UnicodeAttribute(hash_key=True)
    number = IntegerAttribute(range_key=True)
    kind = UnicodeAttribute()
    lines = ListAttribute(of=LineMap)
    available_after_minor = MinorAttribute()
    held_after_minor = MinorAttribute()
    cause_id = UnicodeAttribute()
    recorded_at = UTCDateTimeAttribute()
    symbol = UnicodeAttribute(null=True)


class PositionItem(Model):
    """Shares of one company that an account owns."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.POSITIONS.value

    account_id = UnicodeAttribute(hash_key=True)
    symbol = UnicodeAttribute(range_key=True)
    quantity = DecimalAttribute()
    cost_minor = MinorAttribute()


class DepositsByPage(GlobalSecondaryIndex["DepositItem"]):
    """The deposit of a payment page's token. Sparse: only card payments have one."""

    class Meta:
        """Keys only: the deposit is read from the table, consistently."""

        index_name = names.DEPOSITS_BY_PAGE
        projection = KeysOnlyProjection()

    token = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class PendingDeposits(GlobalSecondaryIndex["DepositItem"]):
    """Pending deposits by the time of their next check. Sparse: an ended one has no shard."""

    class Meta:
        """With the age: the schedule and its metrics count without reading the deposits."""

        index_name = names.PENDING_DEPOSITS
        projection = IncludeProjection(["created_at"])

    pending_shard = UnicodeAttribute(hash_key=True)
    next_check_at = UTCDateTimeAttribute(range_key=True)


class DepositItem(Model):
    """One deposit; the attributes that may be missing are those of card payments."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.DEPOSITS.value

    account_id = UnicodeAttribute(hash_key=True)
    deposit_id = UnicodeAttribute(range_key=True)
    amount_minor = MinorAttribute()
    method = UnicodeAttribute()
    state = UnicodeAttribute()
    created_at = UTCDateTimeAttribute()
    account_version = IntegerAttribute(null=True)
    amount_clp = IntegerAttribute(null=True)
    clp_per_usd = DecimalAttribute(null=True)
    rate_date = UnicodeAttribute(null=True)
    buy_order = UnicodeAttribute(null=True)
    session_id = UnicodeAttribute(null=True)
    page_url = UnicodeAttribute(null=True)
    token = UnicodeAttribute(null=True)
    pending_shard = UnicodeAttribute(null=True)
    next_check_at = UTCDateTimeAttribute(null=True)
    claimed_at = UTCDateTimeAttribute(null=True)
    ended_at = UTCDateTimeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    authorization_code = UnicodeAttribute(null=True)
    refunded_minor = MinorAttribute(null=True)
    conflict_at = UTCDateTimeAttribute(null=True)
    version = VersionAttribute()
    by_page = DepositsByPage()
    pending = PendingDeposits()


BOARD = "ALL"
"""The only partition of the table quotes: the board is one query."""


class QuoteItem(Model):
    """Latest price of a company. `closes` is one text: the item stays below 1 kB."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.QUOTES.value

    board = UnicodeAttribute(hash_key=True, default=BOARD)
    symbol = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    price = DecimalAttribute()
    currency = UnicodeAttribute()
    source = UnicodeAttribute(null=True)
    observed_at = UTCDateTimeAttribute()
    received_at = UTCDateTimeAttribute()
    day_at = UTCDateTimeAttribute()
    open = DecimalAttribute()
    open_at = UTCDateTimeAttribute()
    high = DecimalAttribute()
    low = DecimalAttribute()
    previous_close = DecimalAttribute(null=True)
    previous_close_at = UTCDateTimeAttribute(null=True)
    closes = UnicodeAttribute(null=True)
    version = VersionAttribute()


class PriceItem(Model):
    """One price at one time."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.PRICES.value

    symbol = UnicodeAttribute(hash_key=True)
    observed_at = UTCDateTimeAttribute(range_key=True)
    name = UnicodeAttribute()
    price = DecimalAttribute()
    currency = UnicodeAttribute()
    source = UnicodeAttribute(null=True)
    received_at = UTCDateTimeAttribute()


class CandleItem(Model):
    """One candle. `series` is symbol#interval; times in the sums count from `opened_at`."""

    class Meta:
        """Named by `client.connect`."""

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
    version = VersionAttribute()


class ActivityBySymbol(GlobalSecondaryIndex["ActivityItem"]):
    """Answered requests of a company by time of the answer. Sparse: needs request and answer."""

    class Meta:
        """All attributes."""

        index_name = names.ACTIVITY_BY_SYMBOL
        projection = AllProjection()

    symbol = UnicodeAttribute(hash_key=True)
    validated_at = UTCDateTimeAttribute(range_key=True)


class ActivityByDay(GlobalSecondaryIndex["ActivityItem"]):
    """Answers of one UTC day by time; the request of some may be missing."""

    class Meta:
        """All attributes."""

        index_name = names.ACTIVITY_BY_DAY
        projection = AllProjection()

    day = UnicodeAttribute(hash_key=True)
    validated_at = UTCDateTimeAttribute(range_key=True)


class ActivityItem(Model):
    """A purchase request of some group and the answer to it, in any order of arrival.

    Of our own group only accepted orders are stored, request and answer at once.
    """

    class Meta:
        """Named by `client.connect`."""

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


class JobsByAccount(GlobalSecondaryIndex["JobItem"]):
    """Jobs of an account by time of creation."""

    class Meta:
        """Keys only: the jobs are read from the table, consistently."""

        index_name = names.JOBS_BY_ACCOUNT
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class OpenJobs(GlobalSecondaryIndex["JobItem"]):
    """Open jobs by the time of their next check. Sparse: an ended job has no `open`."""

    class Meta:
        """Keys only: the sweep reads each job before it decides."""

        index_name = names.OPEN_JOBS
        projection = KeysOnlyProjection()

    open = UnicodeAttribute(hash_key=True)
    next_check_at = UTCDateTimeAttribute(range_key=True)


class JobItem(Model):
    """One job; or, under a key that is no job's id, the time when the last job ended."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.JOBS.value

    job_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(null=True)
    job_type = UnicodeAttribute(null=True)
    parameters = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    deadline_at = UTCDateTimeAttribute(null=True)
    next_check_at = UTCDateTimeAttribute(null=True)
    open = UnicodeAttribute(null=True)
    restarts = IntegerAttribute(null=True)
    started_at = UTCDateTimeAttribute(null=True)
    ended_at = UTCDateTimeAttribute(null=True)
    result = UnicodeAttribute(null=True)
    reason_code = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    retry_at = UTCDateTimeAttribute(null=True)
    by_account = JobsByAccount()
    open_jobs = OpenJobs()
    version = VersionAttribute()


class ProfileItem(Model):
    """Settings of an account."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.PROFILES.value

    account_id = UnicodeAttribute(hash_key=True)
    favourites: Any = ListAttribute(of=UnicodeAttribute)  # of texts; typed as of attributes
    language = UnicodeAttribute(null=True)
    theme = UnicodeAttribute(null=True)
    mails_on_orders = BooleanAttribute()
    version = VersionAttribute()


class ReceiptItem(Model):
    """The receipt of one order."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.RECEIPTS.value

    receipt_number = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute()
    account_id = UnicodeAttribute()
    total_minor = MinorAttribute()
    currency = UnicodeAttribute()
    code = UnicodeAttribute()
    token = UnicodeAttribute()
    ready_at = UTCDateTimeAttribute(null=True)


class ConnectionsByShard(GlobalSecondaryIndex["ConnectionItem"]):
    """Live connections of a shard."""

    class Meta:
        """Keys only: account and connection are all that a push needs."""

        index_name = names.CONNECTIONS_BY_SHARD
        projection = KeysOnlyProjection()

    shard = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)


class ConnectionItem(Model):
    """One open live connection."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.CONNECTIONS.value

    account_id = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    shard = UnicodeAttribute()
    opened_at = UTCDateTimeAttribute()
    expires_at_s = IntegerAttribute()
    by_shard = ConnectionsByShard()


class TicketItem(Model):
    """The right to open one live connection, once."""

    class Meta:
        """Named by `client.connect`."""

        table_name = names.Table.TICKETS.value

    ticket_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    stage = UnicodeAttribute()
    expires_at = UTCDateTimeAttribute()
    expires_at_s = IntegerAttribute()


MODELS: dict[names.Table, type[Model]] = {
    names.Table.QUOTES: QuoteItem,
    names.Table.PRICES: PriceItem,
    names.Table.CANDLES: CandleItem,
    names.Table.ORDERS: OrderItem,
    names.Table.ACCOUNTS: AccountItem,
    names.Table.POSTINGS: PostingItem,
    names.Table.POSITIONS: PositionItem,
    names.Table.DEPOSITS: DepositItem,
    names.Table.ACTIVITY: ActivityItem,
    names.Table.JOBS: JobItem,
    names.Table.PROFILES: ProfileItem,
    names.Table.RECEIPTS: ReceiptItem,
    names.Table.CONNECTIONS: ConnectionItem,
    names.Table.TICKETS: TicketItem,
}
