"""The cost of a batch of prices in DynamoDB's capacity units, computed from the requests.

A unit of a write is 1 kB of one item, and twice that in a transaction; one of a consistent read is
4 kB of one item, also where there is none. (moto does not count them.)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pynamodb.connection import Connection

from lambdas.domain.market import Interval, Tick, opening_of
from lambdas.domain.money import MAX_PRICE, STEP
from lambdas.services.market import store_prices
from lambdas.storage.market import DynamoMarket
from tests.builders import NOW, ZONE, a_tick
from tests.fakes.aws import heard
from tests.fakes.capacity import size_of
from tests.fakes.dynamo import tables

DAY_HOURS = 24
MIDNIGHT = opening_of(NOW, Interval.DAY, ZONE)
COMPANIES = 2  # moto copies all of its tables for each transaction
WIDEST = MAX_PRICE - STEP
"""The price with the most digits."""


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    with tables(monkeypatch) as connection:
        yield connection


class Meter:
    """Counts the units of the requests that leave, and sees the largest item."""

    def __init__(self) -> None:
        self.written = self.read = self.largest = 0

    def __call__(self, operation: str, body: Any) -> None:
        """One request."""
        match operation:
            case "TransactWriteItems":
                for action in body["TransactItems"]:
                    size = size_of(action["Put"]["Item"])
                    self.largest = max(self.largest, size)
                    self.written += 2 * -(-size // 1024)
            case "BatchGetItem":
                for table in body["RequestItems"].values():
                    assert table["ConsistentRead"]
                    self.read += len(table["Keys"])  # none of our items is over 4 kB
            case other:
                raise AssertionError(f"a batch of prices calls {other}")


@contextmanager
def metered() -> Iterator[Meter]:
    meter = Meter()
    with heard(meter):
        yield meter


def batch(hour: int, **changes: Any) -> list[Tick]:
    """A price of each company, `hour` hours after the market's midnight."""
    return [
        a_tick(
            symbol=f"COMPANY{number:04d}.SN",
            observed_at=MIDNIGHT + timedelta(hours=hour),
            **changes,
        )
        for number in range(COMPANIES)
    ]


def test_a_batch_of_n_new_prices_is_8n_write_units_and_4n_read_units(
    connection: Connection,
) -> None:
    market = DynamoMarket(connection, ZONE)
    for hour in range(DAY_HOURS + 2):  # from an empty board to a full day and the next
        ticks = batch(hour, price=Decimal("1234.5678"), source="Nasdaq Real Time Price")
        with metered() as meter:
            store_prices(market, ticks)
        assert (meter.written, meter.read) == (8 * COMPANIES, 4 * COMPANIES)
        assert meter.largest <= 1024


def test_even_the_widest_prices_keep_every_item_under_a_unit(connection: Connection) -> None:
    for hour in range(DAY_HOURS):
        with metered() as meter:
            store_prices(DynamoMarket(connection, ZONE), batch(hour, price=WIDEST, name="N" * 100))
    assert meter.written == 8 * COMPANIES


def test_a_batch_that_repeats_is_4n_read_units_and_no_write(connection: Connection) -> None:
    store_prices(DynamoMarket(connection, ZONE), batch(0))
    with metered() as meter:
        store_prices(DynamoMarket(connection, ZONE), batch(0, price=Decimal(1)))
    assert (meter.written, meter.read) == (0, 4 * COMPANIES)


def test_a_batch_of_days_ago_is_6n_write_units(connection: Connection) -> None:
    for hour in range(-1, DAY_HOURS):
        store_prices(DynamoMarket(connection, ZONE), batch(hour))
    with metered() as meter:
        store_prices(DynamoMarket(connection, ZONE), [*batch(-24 * 30)])
    assert (meter.written, meter.read) == (6 * COMPANIES, 4 * COMPANIES)
