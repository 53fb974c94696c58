"""What each function gets: memory and time-out, settings, and rights on tables. Nothing else.

No function scans a table, and none may update or delete a posting. A transaction needs the right of
each of its parts (a read is GetItem, a new item PutItem); there is no right to the transaction
itself.
"""

from collections.abc import Mapping
from typing import Final

from aws_cdk import Duration

from cdk.constructs.function import Size
from cdk.constructs.table import Access
from cdk.stage import Stage
from lambdas.names import (
    ACTIVITY_BY_DAY,
    ACTIVITY_BY_SYMBOL,
    CONNECTIONS_BY_SHARD,
    JOBS_BY_ACCOUNT,
    OPEN_JOBS,
    OPEN_ORDERS,
    ORDERS_BY_ACCOUNT,
    Function,
    Setting,
    Table,
)

SIZES: Final[dict[Function, Size]] = {
    Function.API: Size(memory_mb=512, timeout=Duration.seconds(20)),
    Function.PRICES: Size(memory_mb=512, timeout=Duration.seconds(30)),
    Function.REQUESTS: Size(memory_mb=256, timeout=Duration.seconds(30)),
    Function.VALIDATIONS: Size(memory_mb=256, timeout=Duration.seconds(30)),
    Function.RELAY: Size(memory_mb=256, timeout=Duration.seconds(30)),
    Function.SWEEP: Size(memory_mb=512, timeout=Duration.seconds(50)),
    Function.JOBS: Size(memory_mb=256, timeout=Duration.seconds(120)),
    Function.MASTER: Size(memory_mb=512, timeout=Duration.seconds(20)),
    Function.WORKER: Size(memory_mb=1024, timeout=Duration.seconds(20)),
    Function.RECEIPTS: Size(memory_mb=512, timeout=Duration.seconds(30)),
    Function.LIVE: Size(memory_mb=256, timeout=Duration.seconds(10)),
    Function.NOTIFY: Size(memory_mb=512, timeout=Duration.seconds(30)),
    Function.PUSH: Size(memory_mb=1024, timeout=Duration.seconds(30)),
}
"""The API's calls end within its time-out, retries included, so that clients get a response.
A sweep ends before the next one starts. JOBS waits for a whole workflow.
"""

RIGHTS: Final[dict[Function, dict[Table, Access]]] = {
    Function.API: {
        Table.QUOTES: Access(actions=("GetItem", "BatchGetItem", "Query")),
        Table.PRICES: Access(actions=("Query",)),
        Table.CANDLES: Access(actions=("Query",)),
        Table.ACTIVITY: Access(queries=(ACTIVITY_BY_SYMBOL, ACTIVITY_BY_DAY)),
        Table.ORDERS: Access(
            actions=("GetItem", "BatchGetItem", "PutItem"), queries=(ORDERS_BY_ACCOUNT,)
        ),
        Table.ACCOUNTS: Access(actions=("GetItem", "UpdateItem")),
        Table.POSTINGS: Access(actions=("PutItem", "Query")),
        Table.POSITIONS: Access(actions=("Query",)),
        Table.DEPOSITS: Access(actions=("GetItem", "PutItem")),
        Table.JOBS: Access(
            actions=("GetItem", "BatchGetItem", "PutItem"), queries=(JOBS_BY_ACCOUNT, OPEN_JOBS)
        ),
        Table.PROFILES: Access(actions=("GetItem", "UpdateItem")),
        Table.RECEIPTS: Access(actions=("GetItem",)),
        Table.TICKETS: Access(actions=("PutItem",)),
    },
    Function.PRICES: {
        Table.PRICES: Access(actions=("BatchGetItem", "PutItem")),
        Table.CANDLES: Access(actions=("BatchGetItem", "PutItem")),
        Table.QUOTES: Access(actions=("BatchGetItem", "PutItem", "Query")),
    },
    Function.REQUESTS: {
        Table.ORDERS: Access(actions=("GetItem", "UpdateItem")),
        Table.ACTIVITY: Access(actions=("UpdateItem",)),
    },
    Function.VALIDATIONS: {
        Table.ORDERS: Access(actions=("GetItem", "UpdateItem")),
        Table.ACCOUNTS: Access(actions=("GetItem", "UpdateItem")),
        Table.POSTINGS: Access(actions=("PutItem",)),
        Table.POSITIONS: Access(actions=("UpdateItem",)),
        Table.ACTIVITY: Access(actions=("UpdateItem",)),
    },
    Function.RELAY: {},
    Function.SWEEP: {
        Table.ORDERS: Access(actions=("BatchGetItem", "UpdateItem"), queries=(OPEN_ORDERS,)),
        Table.QUOTES: Access(actions=("Query",)),
    },
    Function.JOBS: {Table.JOBS: Access(actions=("GetItem",))},
    Function.MASTER: {
        Table.JOBS: Access(actions=("GetItem", "UpdateItem"), queries=(OPEN_JOBS,)),
        Table.QUOTES: Access(actions=("GetItem", "Query")),
        Table.POSTINGS: Access(actions=("Query",)),
        Table.ACTIVITY: Access(queries=(ACTIVITY_BY_SYMBOL,)),
        Table.POSITIONS: Access(actions=("Query",)),
    },
    Function.WORKER: {
        Table.PRICES: Access(actions=("Query",)),
        Table.CANDLES: Access(actions=("Query",)),
        Table.ORDERS: Access(actions=("BatchGetItem",), queries=(ORDERS_BY_ACCOUNT,)),
        Table.POSTINGS: Access(actions=("Query",)),
    },
    Function.RECEIPTS: {
        Table.ORDERS: Access(actions=("GetItem",)),
        Table.QUOTES: Access(actions=("GetItem",)),
        Table.RECEIPTS: Access(actions=("GetItem", "PutItem", "UpdateItem")),
    },
    Function.LIVE: {
        Table.TICKETS: Access(actions=("DeleteItem",)),
        Table.CONNECTIONS: Access(
            actions=("PutItem", "DeleteItem", "Query"), queries=(CONNECTIONS_BY_SHARD,)
        ),
    },
    Function.NOTIFY: {
        Table.CONNECTIONS: Access(actions=("DeleteItem", "Query")),
    },
    Function.PUSH: {
        Table.CONNECTIONS: Access(actions=("DeleteItem", "Query"), queries=(CONNECTIONS_BY_SHARD,)),
        Table.ACCOUNTS: Access(actions=("BatchGetItem",)),
        Table.QUOTES: Access(actions=("Query",)),
    },
}

_ORDER_POLICY: Final = (
    Setting.MAX_PRICE_AGE_S,
    Setting.OVERDUE_AFTER_S,
    Setting.RETRY_ORDERS,
    Setting.FIRST_RETRY_AFTER_S,
    Setting.MAX_RETRY_INTERVAL_S,
)

_SETTINGS: Final[dict[Function, tuple[Setting, ...]]] = {
    Function.API: (
        Setting.GROUP_ID,
        Setting.CURRENCY,
        Setting.MARKET_ZONE,
        Setting.MAX_DEPOSIT_MINOR,
        Setting.LINK_SILENT_AFTER_S,
        *_ORDER_POLICY,
    ),
    Function.PRICES: (Setting.CURRENCY, Setting.MARKET_ZONE),
    Function.REQUESTS: (Setting.GROUP_ID,),
    Function.VALIDATIONS: (Setting.GROUP_ID,),
    Function.RELAY: (Setting.GROUP_ID,),
    Function.SWEEP: (Setting.MARKET_ZONE, *_ORDER_POLICY),
    Function.JOBS: (),
    Function.MASTER: (Setting.CURRENCY, Setting.MARKET_ZONE),
    Function.WORKER: (
        Setting.GROUP_ID,
        Setting.CURRENCY,
        Setting.MARKET_ZONE,
        Setting.HOME_ZONE,
    ),
    Function.RECEIPTS: (Setting.GROUP_ID, Setting.MARKET_ZONE, Setting.HOME_ZONE),
    Function.LIVE: (),
    Function.NOTIFY: (Setting.CURRENCY, Setting.OVERDUE_AFTER_S),
    Function.PUSH: (Setting.MARKET_ZONE,),
}
"""Settings that a function reads, besides STAGE, its tables and its queues."""


def settings_of(
    function: Function, stage: Stage, table_names: Mapping[Table, str]
) -> dict[Setting, str]:
    """The stage's values of the function's settings, and the names of its tables."""
    values = {
        Setting.GROUP_ID: stage.group_id,
        Setting.CURRENCY: stage.currency,
        Setting.MARKET_ZONE: stage.market_zone,
        Setting.MAX_PRICE_AGE_S: str(stage.max_price_age_s),
        Setting.MAX_DEPOSIT_MINOR: str(stage.max_deposit_minor),
        Setting.OVERDUE_AFTER_S: str(stage.overdue_after_s),
        Setting.RETRY_ORDERS: "on" if stage.retry_orders else "off",
        Setting.FIRST_RETRY_AFTER_S: str(stage.first_retry_after_s),
        Setting.MAX_RETRY_INTERVAL_S: str(stage.max_retry_interval_s),
        Setting.LINK_SILENT_AFTER_S: str(stage.link_silent_after_s),
        Setting.HOME_ZONE: stage.home_zone,
    }
    own = {setting: values[setting] for setting in _SETTINGS[function]}
    tables = {Setting(f"{table.name}_TABLE"): table_names[table] for table in RIGHTS[function]}
    return own | tables
