"""What each operation asks of AWS: calls, read units and write units, counted at moto on loopback.

A change that is meant changes EXPECTED in the same commit; `python -m bench costs` prints it.
"""

import pytest

from tests.regression.costs import FILLED_ORDER, Cost, measure

pytestmark = pytest.mark.timeout(300)

EXPECTED = {
    # operation: calls, read units, write units
    # With the board read before and after it is written to its file.
    "prices of 25 companies": Cost(
        "3 BatchGetItem, 3 Query, SendMessageBatch, TransactWriteItems", 109, 200
    ),
    "the same prices again": Cost("3 BatchGetItem", 100, 0),
    "deposit": Cost("TransactGetItems, TransactWriteItems", 4, 6),
    "the same deposit again": Cost("TransactGetItems", 4, 0),
    "order placed": Cost("TransactGetItems, TransactWriteItems", 6, 8),
    "order relayed": Cost("SendMessageBatch", 0, 0),
    "order sent": Cost("GetItem, UpdateItem", 1, 1),
    "order accepted": Cost("2 GetItem, TransactWriteItems, UpdateItem", 2, 12),
    "the same answer again": Cost("GetItem, UpdateItem", 1, 1),
    "order seen at the broker after its answer": Cost("GetItem", 1, 0),
    "the same order again": Cost("TransactGetItems", 6, 0),
    "order rejected": Cost("2 GetItem, TransactWriteItems", 2, 7),
    "sweep without open orders": Cost("5 Query", 3.5, 0),
    "sweep retries an order": Cost("BatchGetItem, 5 Query, UpdateItem", 4.5, 3),
    "another group's request": Cost("UpdateItem", 0, 1),
    "another group's answer": Cost("UpdateItem", 0, 3),
    "board": Cost("Query", 1.5, 0),
    "one company": Cost("GetItem", 0.5, 0),
    "a page of candles": Cost("Query", 0.5, 0),
    "wallet": Cost("GetItem", 1, 0),
    "a page of the ledger": Cost("Query", 2, 0),
    "a page of orders": Cost("BatchGetItem, Query", 8.5, 0),
    "portfolio of 5 companies": Cost("2 BatchGetItem, GetItem, 2 Query", 15, 0),
    "one order": Cost("GetItem", 1, 0),
    "projection asked for": Cost("PutItem, SendMessageBatch", 0, 3),
}


@pytest.fixture(scope="module")
def costs() -> dict[str, Cost]:
    return measure()


@pytest.mark.parametrize("operation", EXPECTED)
def test_an_operation_costs_what_is_written_here(costs: dict[str, Cost], operation: str) -> None:
    assert costs[operation] == EXPECTED[operation]


def test_no_operation_is_left_out(costs: dict[str, Cost]) -> None:
    assert costs.keys() == EXPECTED.keys()


def test_a_filled_order_writes_at_most_22_units() -> None:
    assert sum(EXPECTED[operation].write_units for operation in FILLED_ORDER) <= 22
