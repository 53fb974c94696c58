"""The dependencies of a function, in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from lambdas.config import Config
from lambdas.names import Setting
from lambdas.ports import (
    Accounts,
    ActivityLog,
    DeadLetters,
    JobQueue,
    Jobs,
    Market,
    Orders,
    Outbox,
    Workflow,
)
from tests.builders import NOW, POLICY
from tests.fakes.jobs import MemoryJobQueue, MemoryJobs, MemoryWorkflow
from tests.fakes.memory import (
    MemoryAccounts,
    MemoryActivityLog,
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryOutbox,
    MemoryStore,
)

SETTINGS = {
    Setting.STAGE: "test",
    Setting.GROUP_ID: "3",
    Setting.CURRENCY: "USD",
    Setting.MAX_DEPOSIT_MINOR: "10000000",
    Setting.LINK_SILENT_AFTER_S: "900",
    Setting.MAX_PRICE_AGE_S: str(int(POLICY.max_price_age.total_seconds())),
    Setting.FIRST_RETRY_AFTER_S: str(int(POLICY.first_retry_after.total_seconds())),
    Setting.MAX_RETRY_INTERVAL_S: str(int(POLICY.max_retry_interval.total_seconds())),
    Setting.OVERDUE_AFTER_S: str(int(POLICY.overdue_after.total_seconds())),
    Setting.RETRY_ORDERS: "on" if POLICY.retry_orders else "off",
}
MADE_KEY = UUID("99999999-9999-4999-8999-999999999999")


@dataclass
class FakeDependencies:
    """`lambdas.bootstrap.Dependencies` over one store in memory; every port may be replaced."""

    store: MemoryStore = field(default_factory=MemoryStore)
    config: Config = field(default_factory=lambda: Config(SETTINGS))
    now: Callable[[], datetime] = lambda: NOW
    new_key: Callable[[], UUID] = lambda: MADE_KEY

    def __post_init__(self) -> None:
        self.orders: Orders = MemoryOrders(self.store)
        self.accounts: Accounts = MemoryAccounts(self.store)
        self.market: Market = MemoryMarket(self.store)
        self.activity: ActivityLog = MemoryActivityLog(self.store)
        self.jobs: Jobs = MemoryJobs(self.store)
        self.job_queue: JobQueue = MemoryJobQueue()
        self.workflow: Workflow = MemoryWorkflow()
        self.outbox: Outbox = MemoryOutbox()
        self.dead_letters: DeadLetters = MemoryDeadLetters()
