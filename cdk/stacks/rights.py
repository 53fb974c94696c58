"""What each function may do with each table. Nothing else grants rights on data, and nothing scans.

A transaction needs the right to each of its writes; there is none to the transaction as such.
"""

from typing import Final

from cdk.constructs.table import READ, Access
from lambdas.names import OPEN_ORDERS, ORDERS_BY_ACCOUNT, POSTINGS_BY_TIME, Function, Table

WRITE: Final = ("PutItem", "UpdateItem", "ConditionCheckItem")

RIGHTS: Final[dict[Function, dict[Table, Access]]] = {
    Function.API: {
        Table.QUOTES: Access(actions=READ),
        Table.PRICES: Access(actions=READ),
        Table.POSITIONS: Access(actions=READ),
        Table.ORDERS: Access(actions=READ + WRITE, queries=(ORDERS_BY_ACCOUNT,)),
        Table.ACCOUNTS: Access(actions=READ + WRITE),
        Table.POSTINGS: Access(actions=READ + WRITE, queries=(POSTINGS_BY_TIME,)),
    },
    Function.PRICES: {
        Table.PRICES: Access(actions=("BatchWriteItem",)),
        Table.QUOTES: Access(actions=(*READ, "PutItem", "UpdateItem")),
    },
    Function.REQUESTS: {
        Table.ORDERS: Access(actions=("GetItem", "BatchGetItem", "UpdateItem")),
        Table.ACTIVITY: Access(actions=("PutItem", "UpdateItem")),
    },
    Function.VALIDATIONS: {
        Table.ORDERS: Access(actions=("GetItem", "BatchGetItem", "UpdateItem")),
        Table.ACCOUNTS: Access(actions=("UpdateItem",)),
        Table.POSITIONS: Access(actions=("UpdateItem",)),
        Table.POSTINGS: Access(actions=("PutItem",)),
        Table.ACTIVITY: Access(actions=("UpdateItem",)),
    },
    Function.RELAY: {},
    Function.SWEEP: {
        Table.ORDERS: Access(actions=("BatchGetItem", "UpdateItem"), queries=(OPEN_ORDERS,)),
    },
}
