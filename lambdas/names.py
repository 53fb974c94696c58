"""Strings that infrastructure and code must agree on: settings, queues, tables, indexes, metrics.

The only file of `lambdas` that `cdk` may import; it imports nothing but the standard library.
"""

from enum import StrEnum
from typing import Final


class Setting(StrEnum):
    """Environment variables that the stacks set and `lambdas.config` reads."""

    STAGE = "STAGE"
    GROUP_ID = "GROUP_ID"
    CURRENCY = "CURRENCY"
    MARKET_ZONE = "MARKET_ZONE"
    MAX_PRICE_AGE_S = "MAX_PRICE_AGE_S"
    MAX_DEPOSIT_MINOR = "MAX_DEPOSIT_MINOR"
    OVERDUE_AFTER_S = "OVERDUE_AFTER_S"
    RETRY_ORDERS = "RETRY_ORDERS"
    FIRST_RETRY_AFTER_S = "FIRST_RETRY_AFTER_S"
    MAX_RETRY_INTERVAL_S = "MAX_RETRY_INTERVAL_S"
    LINK_SILENT_AFTER_S = "LINK_SILENT_AFTER_S"
    QUOTES_TABLE = "QUOTES_TABLE"
    PRICES_TABLE = "PRICES_TABLE"
    CANDLES_TABLE = "CANDLES_TABLE"
    ORDERS_TABLE = "ORDERS_TABLE"
    ACCOUNTS_TABLE = "ACCOUNTS_TABLE"
    POSTINGS_TABLE = "POSTINGS_TABLE"
    POSITIONS_TABLE = "POSITIONS_TABLE"
    DEPOSITS_TABLE = "DEPOSITS_TABLE"
    ACTIVITY_TABLE = "ACTIVITY_TABLE"
    JOBS_TABLE = "JOBS_TABLE"
    PROFILES_TABLE = "PROFILES_TABLE"
    CONNECTIONS_TABLE = "CONNECTIONS_TABLE"
    TICKETS_TABLE = "TICKETS_TABLE"
    OUTBOUND_QUEUE_URL = "OUTBOUND_QUEUE_URL"
    JOBS_QUEUE_URL = "JOBS_QUEUE_URL"
    PUSHES_QUEUE_URL = "PUSHES_QUEUE_URL"
    LIVE_URL = "LIVE_URL"
    LIVE_ENDPOINT_URL = "LIVE_ENDPOINT_URL"
    SITE_BUCKET = "SITE_BUCKET"
    WORKFLOW_ARN = "WORKFLOW_ARN"
    RECEIPTS_TABLE = "RECEIPTS_TABLE"
    RECEIPTS_QUEUE_URL = "RECEIPTS_QUEUE_URL"
    DOCUMENTS_BUCKET = "DOCUMENTS_BUCKET"
    USER_POOL_ID = "USER_POOL_ID"
    SITE_URL = "SITE_URL"
    HOME_ZONE = "HOME_ZONE"
    DEAD_LETTER_QUEUE_URL = "DEAD_LETTER_QUEUE_URL"


class Canary(StrEnum):
    """Environment variables of the canary, which is deployed where the stage wants it."""

    API_URL = "API_URL"
    USER_POOL_ID = "USER_POOL_ID"
    CLIENT_ID = "CLIENT_ID"
    SECRET_ID = "SECRET_ID"  # noqa: S105 - the name of a variable


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
    RECEIPTS = "receipts"
    LIVE = "live"
    NOTIFY = "notify"
    PUSH = "push"


class Queue(StrEnum):
    """Queues, each with a dead-letter queue: three from the bridge, one to it, one of jobs, one of
    receipts to make, one of messages to live connections.
    """

    PRICES = "prices"
    REQUESTS = "requests"
    VALIDATIONS = "validations"
    OUTBOUND = "outbound"
    JOBS = "jobs"
    RECEIPTS = "receipts"
    PUSHES = "pushes"


class Table(StrEnum):
    """One table per aggregate."""

    QUOTES = "quotes"
    PRICES = "prices"
    CANDLES = "candles"
    ORDERS = "orders"
    ACCOUNTS = "accounts"
    POSTINGS = "postings"
    POSITIONS = "positions"
    DEPOSITS = "deposits"
    ACTIVITY = "activity"
    JOBS = "jobs"
    PROFILES = "profiles"
    RECEIPTS = "receipts"
    CONNECTIONS = "connections"
    TICKETS = "tickets"


class Metric(StrEnum):
    """CloudWatch metrics that alarms and the dashboard read."""

    NEWEST_PRICE_AGE = "NewestPriceAge"  # seconds, every minute; absent while there is no price
    ORDERS_UNANSWERED = "OrdersUnanswered"  # open orders older than the first retry, every minute
    ORDERS_OVERDUE = "OrdersOverdue"  # every minute
    ORDERS_PLACED = "OrdersPlaced"  # new orders relayed to the exchange
    ORDERS_ACCEPTED = "OrdersAccepted"
    ORDERS_REJECTED = "OrdersRejected"
    ANSWERS_IN_CONFLICT = "AnswersInConflict"
    JOBS_FINISHED = "JobsFinished"
    JOBS_FAILED = "JobsFailed"  # includes jobs without a result, for example too few prices
    RECEIPTS_MADE = "ReceiptsMade"
    JOBS_BROKEN = "JobsBroken"  # a step failed for good, or the job timed out
    LIVE_CONNECTIONS = "LiveConnections"  # open ones, every half minute while there are any
    LIVE_MESSAGES = "LiveMessages"  # delivered to live connections
    LIVE_MESSAGES_LOST = "LiveMessagesLost"  # given up after the last attempt
    BRIDGE_CONNECTED = "BridgeConnected"  # 1 or 0, every minute; absent while it does not run


METRICS_NAMESPACE: Final = "FintechAsync"
BRIDGE: Final = "bridge"  # the bridge's name in the metrics dimension `service`
USER_POOL_NAME: Final = "Arqui-pool2"

OPEN_ORDER_SHARDS: Final = 4
"""Partitions of the index of open orders: one partition takes about 1,000 writes a second."""

CONNECTION_SHARDS: Final = 4
"""Partitions of the index of live connections; a message to everybody is one push for each."""

BOARD_KEY: Final = "data/board.json"
"""Object of the site's bucket that holds the board, as GET /stocks answers it."""

PENDING_DEPOSIT_SHARDS: Final = 4
"""Partitions of the index of pending deposits, for the same reason."""

# Global secondary indexes, and what each projects. A sparse index holds only the items that have
# its partition key. What each is for: docs/decisions/, tables and indexes.
ORDERS_BY_ACCOUNT: Final = "by_account"  # account_id + created_at; keys only
DEPOSITS_BY_PAGE: Final = "by_page"  # sparse, token + created_at; keys only
PENDING_DEPOSITS: Final = "pending"  # sparse, pending_shard + next_check_at; keys, created_at
OPEN_ORDERS: Final = "open"  # sparse, open_shard + next_attempt_at; keys, created_at
ACTIVITY_BY_SYMBOL: Final = "by_symbol"  # sparse, symbol + validated_at; all attributes
ACTIVITY_BY_DAY: Final = "by_day"  # sparse, day + validated_at; all attributes
JOBS_BY_ACCOUNT: Final = "by_account"  # account_id + created_at; keys only
OPEN_JOBS: Final = "open"  # sparse, open + next_check_at; keys only
CONNECTIONS_BY_SHARD: Final = "by_shard"  # shard + connection_id; keys only

TABLE_KEYS: Final[dict[Table, tuple[str, str | None]]] = {
    Table.QUOTES: ("board", "symbol"),
    Table.PRICES: ("symbol", "observed_at"),
    Table.CANDLES: ("series", "opened_at"),
    Table.ORDERS: ("order_id", None),
    Table.ACCOUNTS: ("account_id", None),
    Table.POSTINGS: ("account_id", "number"),
    Table.POSITIONS: ("account_id", "symbol"),
    Table.DEPOSITS: ("account_id", "deposit_id"),
    Table.ACTIVITY: ("request_id", None),
    Table.JOBS: ("job_id", None),
    Table.PROFILES: ("account_id", None),
    Table.RECEIPTS: ("receipt_number", None),
    Table.CONNECTIONS: ("account_id", "connection_id"),
    Table.TICKETS: ("ticket_id", None),
}
"""Partition and sort key of each table. Every key attribute is a string, except NUMBER_KEYS."""

TIME_TO_LIVE: Final = "expires_at_s"
"""Attribute after whose time, in seconds since 1970, DynamoDB deletes an item for nothing."""

EXPIRING_TABLES: Final = frozenset({Table.CONNECTIONS, Table.TICKETS})

NUMBER_KEYS: Final = frozenset({"number"})
"""Key attributes of the DynamoDB type N."""

RETRIED_ERRORS: Final = (
    # Errors of ours: the name of the Python class, as AWS reports it.
    "Transient",
    "StaleDecision",
    # Any exception of a handler, as the local cloud reports it.
    "Runtime.HandlerError",
    # Lambda itself: throttled, a broken environment, a time-out.
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "States.Timeout",
)
"""Error names that the workflow retries."""


def metrics_namespace(stage: str) -> str:
    """Namespace of one stage's metrics: alarms of one stage never read another stage's metrics."""
    return f"{METRICS_NAMESPACE}/{stage}"
