"""The ports that job types read, in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from lambdas.config import Config
from lambdas.ports import (
    Accounts,
    ActivityLog,
    Documents,
    Market,
    Orders,
    Typesetter,
    Users,
)
from tests.fakes.dependencies import MADE_KEY, SETTINGS
from tests.fakes.documents import MemoryDocuments, MemoryUsers, PlainTypesetter
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
    users: Users
    documents: Documents
    typesetter: Typesetter
    config: Config = field(default_factory=lambda: Config(SETTINGS))
    new_key: Callable[[], UUID] = lambda: MADE_KEY


def memory_sources(store: MemoryStore) -> Sources:
    """All ports over one store."""
    return Sources(
        market=MemoryMarket(store),
        activity=MemoryActivityLog(store),
        orders=MemoryOrders(store),
        accounts=MemoryAccounts(store),
        users=MemoryUsers(),
        documents=MemoryDocuments(),
        typesetter=PlainTypesetter(),
    )
