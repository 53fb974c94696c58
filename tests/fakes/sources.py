"""The ports that job types read, in memory."""

from dataclasses import dataclass

from lambdas.ports import Accounts, ActivityLog, Market, Orders
from tests.fakes.memory import (
    MemoryAccounts,
    MemoryActivityLog,
    MemoryMarket,
    MemoryOrders,
    MemoryStore,
)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """`JobSources` as a value."""

    market: Market
    activity: ActivityLog
    orders: Orders
    accounts: Accounts


def memory_sources(store: MemoryStore) -> Sources:
    """All ports over one store."""
    return Sources(
        market=MemoryMarket(store),
        activity=MemoryActivityLog(store),
        orders=MemoryOrders(store),
        accounts=MemoryAccounts(store),
    )
