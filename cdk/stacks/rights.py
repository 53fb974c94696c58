"""What each function may do with each table. Nothing else grants rights on data, and nothing scans.

A transaction needs the right to each of its writes (a save is PutItem); there is none to the
transaction as such.
"""

from typing import Final

from cdk.constructs.table import Access
from lambdas.names import (
    ACTIVITY_BY_DAY,
    ACTIVITY_BY_SYMBOL,
    BOUGHT_ORDERS,
    JOBS_BY_ACCOUNT,
    OPEN_JOBS,
    ORDERS_BY_ACCOUNT,
    POSTINGS_BY_TIME,
    Function,
    Table,
)

RIGHTS: Final[dict[Function, dict[Table, Access]]] = {
    Function.API: {
        Table.QUOTES: Access(actions=("GetItem", "BatchGetItem", "Query")),
        Table.PRICES: Access(actions=("Query",)),
        Table.CANDLES: Access(actions=("Query",)),
        Table.ACTIVITY: Access(queries=(ACTIVITY_BY_SYMBOL, ACTIVITY_BY_DAY)),
        Table.ORDERS: Access(
            actions=("GetItem", "BatchGetItem", "PutItem"),
            queries=(ORDERS_BY_ACCOUNT, BOUGHT_ORDERS),
        ),
        Table.ACCOUNTS: Access(actions=("GetItem", "BatchGetItem", "UpdateItem")),
        Table.POSTINGS: Access(actions=("GetItem", "PutItem"), queries=(POSTINGS_BY_TIME,)),
        Table.JOBS: Access(
            actions=("GetItem", "BatchGetItem", "PutItem"), queries=(JOBS_BY_ACCOUNT, OPEN_JOBS)
        ),
    },
    Function.PRICES: {
        Table.PRICES: Access(actions=("BatchGetItem", "PutItem")),
        Table.CANDLES: Access(actions=("BatchGetItem", "PutItem")),
        Table.QUOTES: Access(actions=("BatchGetItem", "PutItem")),
    },
    Function.REQUESTS: {
        Table.ORDERS: Access(actions=("GetItem", "PutItem")),
        Table.ACTIVITY: Access(actions=("UpdateItem",)),
    },
    Function.VALIDATIONS: {
        Table.ORDERS: Access(actions=("GetItem", "PutItem")),
        Table.ACCOUNTS: Access(actions=("UpdateItem",)),
        Table.POSTINGS: Access(actions=("PutItem",)),
        Table.ACTIVITY: Access(actions=("UpdateItem",)),
    },
    Function.RELAY: {},
    Function.SWEEP: {
        Table.ORDERS: Access(actions=("BatchGetItem", "PutItem")),
        Table.QUOTES: Access(actions=("Query",)),
    },
    Function.JOBS: {Table.JOBS: Access(actions=("GetItem",))},
    Function.MASTER: {
        Table.JOBS: Access(actions=("GetItem", "PutItem", "UpdateItem"), queries=(OPEN_JOBS,)),
        Table.QUOTES: Access(actions=("GetItem",)),
        Table.ACTIVITY: Access(queries=(ACTIVITY_BY_SYMBOL,)),
        Table.ORDERS: Access(queries=(BOUGHT_ORDERS,)),
        Table.ACCOUNTS: Access(actions=("GetItem",)),
    },
    Function.WORKER: {
        Table.PRICES: Access(actions=("Query",)),
        Table.CANDLES: Access(actions=("Query",)),
        Table.ORDERS: Access(actions=("BatchGetItem",), queries=(ORDERS_BY_ACCOUNT,)),
        Table.POSTINGS: Access(queries=(POSTINGS_BY_TIME,)),
    },
}
