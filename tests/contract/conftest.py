"""Every contract test runs on both forms of each port: in memory, and DynamoDB (moto)."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lambdas.adapters.activity import DynamoActivityLog
from lambdas.adapters.market import DynamoMarket
from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.ports import ActivityLog, Market, Orders, Wallets
from tests.fakes.dynamo import tables
from tests.fakes.memory import (
    MemoryActivityLog,
    MemoryMarket,
    MemoryOrders,
    MemoryStore,
    MemoryWallets,
)


@dataclass(frozen=True, kw_only=True)
class Ports:
    """One form of all ports over one store."""

    orders: Orders
    wallets: Wallets
    market: Market
    activity: ActivityLog


@pytest.fixture(params=["memory", "dynamodb"])
def ports(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ports]:
    if request.param == "memory":
        store = MemoryStore()
        yield Ports(
            orders=MemoryOrders(store),
            wallets=MemoryWallets(store),
            market=MemoryMarket(store),
            activity=MemoryActivityLog(store),
        )
        return
    with tables(monkeypatch) as connection:
        yield Ports(
            orders=DynamoOrders(connection),
            wallets=DynamoWallets(connection),
            market=DynamoMarket(connection),
            activity=DynamoActivityLog(),
        )
