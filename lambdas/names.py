"""Strings that infrastructure and code must agree on: environment variables, tables, indexes.

The only file of `lambdas` that `cdk` may import; it imports nothing but the standard library.
"""

from enum import StrEnum
from typing import Final


class Setting(StrEnum):
    """Environment variables that the stacks set and `lambdas.runtime` reads."""

    STAGE = "STAGE"
    GROUP_ID = "GROUP_ID"
    CURRENCY = "CURRENCY"
    MAX_PRICE_AGE_S = "MAX_PRICE_AGE_S"
    MAX_DEPOSIT_MINOR = "MAX_DEPOSIT_MINOR"
    OVERDUE_AFTER_S = "OVERDUE_AFTER_S"
    ASK_AGAIN = "ASK_AGAIN"
    FIRST_ASK_AFTER_S = "FIRST_ASK_AFTER_S"
    LONGEST_ASK_INTERVAL_S = "LONGEST_ASK_INTERVAL_S"
    LINK_SILENT_AFTER_S = "LINK_SILENT_AFTER_S"
    QUOTES_TABLE = "QUOTES_TABLE"
    PRICES_TABLE = "PRICES_TABLE"
    CANDLES_TABLE = "CANDLES_TABLE"
    ORDERS_TABLE = "ORDERS_TABLE"
    ACCOUNTS_TABLE = "ACCOUNTS_TABLE"
    POSTINGS_TABLE = "POSTINGS_TABLE"
    ACTIVITY_TABLE = "ACTIVITY_TABLE"
    JOBS_TABLE = "JOBS_TABLE"
    OUTBOUND_QUEUE_URL = "OUTBOUND_QUEUE_URL"
    JOBS_QUEUE_URL = "JOBS_QUEUE_URL"
    REMINDERS_QUEUE_URL = "REMINDERS_QUEUE_URL"
    WORKFLOW_ARN = "WORKFLOW_ARN"
    DEAD_LETTER_QUEUE_URL = "DEAD_LETTER_QUEUE_URL"


class Function(StrEnum):
    """Deployed functions; the handler of each is `lambdas.handlers.<name>.handler`."""

    API = "api"
    PRICES = "prices"
    REQUESTS = "requests"
    VALIDATIONS = "validations"
    RELAY = "relay"
    SWEEP = "sweep"
    JOBS = "jobs"
    MASTER = "master"
    WORKER = "worker"


class Queue(StrEnum):
    """Queues, each with a dead-letter queue beside it: three from the bridge, one to it, one in
    front of the workflow, and one of orders that the sweep must look at."""

    PRICES = "prices"
    REQUESTS = "requests"
    VALIDATIONS = "validations"
    OUTBOUND = "outbound"
    JOBS = "jobs"
    REMINDERS = "reminders"


class Table(StrEnum):
    """One table per aggregate."""

    QUOTES = "quotes"
    PRICES = "prices"
    CANDLES = "candles"
    ORDERS = "orders"
    ACCOUNTS = "accounts"
    POSTINGS = "postings"
    ACTIVITY = "activity"
    JOBS = "jobs"


class Metric(StrEnum):
    """All that is counted: what alarms and the dashboard read."""

    NEWEST_PRICE_AGE = "NewestPriceAge"  # seconds, every minute; nothing while there is no price
    ORDERS_UNANSWERED = "OrdersUnanswered"  # every minute
    ORDERS_OVERDUE = "OrdersOverdue"  # every minute
    ORDERS_PLACED = "OrdersPlaced"  # new ones on their way to the exchange
    ORDERS_ACCEPTED = "OrdersAccepted"
    ORDERS_REJECTED = "OrdersRejected"
    ANSWERS_IN_CONFLICT = "AnswersInConflict"
    JOBS_FINISHED = "JobsFinished"
    JOBS_FAILED = "JobsFailed"  # also those that have no answer, as with too few prices
    JOBS_BROKEN = "JobsBroken"  # by a fault of ours: a step failed for good, or time ran out
    BRIDGE_CONNECTED = "BridgeConnected"  # 1 or 0, every minute; nothing while it does not run


METRICS_NAMESPACE: Final = "FintechAsync"
BRIDGE: Final = "bridge"  # what it is called among the services that count
USER_POOL_NAME: Final = "Arqui-pool2"

# Indexes. See docs/decisions/0003-tables-and-indexes.md for what each is for and what it costs.
ORDERS_BY_ACCOUNT: Final = "by_account"  # global, account_id + created_at, keys only
BOUGHT_ORDERS: Final = "bought"  # global and sparse, bought + ended_at, keys, quantity, created_at
POSTINGS_BY_TIME: Final = "by_time"  # local, account_id + recorded_at, all attributes
ACTIVITY_BY_SYMBOL: Final = "by_symbol"  # global and sparse, symbol + validated_at, all attributes
ACTIVITY_BY_DAY: Final = "by_day"  # global and sparse, day + validated_at, all attributes
JOBS_BY_ACCOUNT: Final = "by_account"  # global, account_id + created_at, keys only
OPEN_JOBS: Final = "open"  # global and sparse, open + look_at, keys only

TABLE_KEYS: Final[dict[Table, tuple[str, str | None]]] = {
    Table.QUOTES: ("board", "symbol"),
    Table.PRICES: ("symbol", "observed_at"),
    Table.CANDLES: ("series", "opened_at"),
    Table.ORDERS: ("order_id", None),
    Table.ACCOUNTS: ("account_id", None),
    Table.POSTINGS: ("account_id", "posting_id"),
    Table.ACTIVITY: ("request_id", None),
    Table.JOBS: ("job_id", None),
}
"""Partition and sort key of each table; every key attribute is a string."""

RETRIED_ERRORS: Final = (
    # Of our own: the name of a Python class, as AWS tells it.
    "Transient",
    "StaleDecision",
    # Whatever a function raises, as the local cloud tells it.
    "Runtime.HandlerError",
    # Lambda itself: too many at once, an environment that broke, a function that took too long.
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "States.Timeout",
)
"""Names under which the workflow hears of what may succeed another time."""


def metrics_namespace(stage: str) -> str:
    """Where the metrics of a stage are, so that no alarm hears another stage of the account."""
    return f"{METRICS_NAMESPACE}/{stage}"
