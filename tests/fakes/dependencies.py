"""The dependencies of functions over in-memory ports, and the context that Lambda passes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.config import Config
from lambdas.names import Setting
from tests.builders import NOW, POLICY, ZONE
from tests.fakes.documents import (
    MemoryDocuments,
    MemoryReceiptQueue,
    MemoryReceipts,
    MemoryUsers,
    PlainTypesetter,
)
from tests.fakes.jobs import MemoryJobQueue, MemoryJobs, MemoryWorkflow
from tests.fakes.live import (
    MemoryBoardFile,
    MemoryConnections,
    MemoryPushQueue,
    MemorySockets,
    MemoryTickets,
)
from tests.fakes.memory import (
    MemoryAccounts,
    MemoryActivityLog,
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryOutbox,
    MemoryProfiles,
    MemoryStore,
)

SETTINGS = {
    Setting.STAGE: "test",
    Setting.GROUP_ID: "3",
    Setting.CURRENCY: "USD",
    Setting.MARKET_ZONE: ZONE.key,
    Setting.MAX_DEPOSIT_MINOR: "10000000",
    Setting.LINK_SILENT_AFTER_S: "900",
    Setting.LIVE_URL: "wss://live.example/live",
    Setting.MAX_PRICE_AGE_S: str(int(POLICY.max_price_age.total_seconds())),
    Setting.FIRST_RETRY_AFTER_S: str(int(POLICY.first_retry_after.total_seconds())),
    Setting.MAX_RETRY_INTERVAL_S: str(int(POLICY.max_retry_interval.total_seconds())),
    Setting.OVERDUE_AFTER_S: str(int(POLICY.overdue_after.total_seconds())),
    Setting.RETRY_ORDERS: "on" if POLICY.retry_orders else "off",
    Setting.MARKET_ZONE: "America/New_York",
    Setting.HOME_ZONE: "America/Santiago",
    Setting.SITE_URL: "https://site.example",
}
MADE_KEY = UUID("99999999-9999-4999-8999-999999999999")


@dataclass
class MemoryDependencies:
    """`lambdas.bootstrap.Dependencies` over one store in memory; every port may be replaced."""

    store: MemoryStore = field(default_factory=MemoryStore)
    config: Config = field(default_factory=lambda: Config(SETTINGS))
    now: Callable[[], datetime] = lambda: NOW
    new_key: Callable[[], UUID] = lambda: MADE_KEY

    def __post_init__(self) -> None:
        self.orders = MemoryOrders(self.store)
        self.accounts = MemoryAccounts(self.store)
        self.market = MemoryMarket(self.store)
        self.activity = MemoryActivityLog(self.store)
        self.jobs = MemoryJobs(self.store)
        self.job_queue = MemoryJobQueue()
        self.workflow = MemoryWorkflow()
        self.profiles = MemoryProfiles(self.store)
        self.outbox = MemoryOutbox()
        self.dead_letters = MemoryDeadLetters()
        self.receipts = MemoryReceipts(self.store)
        self.receipt_queue = MemoryReceiptQueue()
        self.documents = MemoryDocuments()
        self.users = MemoryUsers()
        self.typesetter = PlainTypesetter()
        self.tickets = MemoryTickets()
        self.connections = MemoryConnections()
        self.sockets = MemorySockets()
        self.push_queue = MemoryPushQueue()
        self.board_file = MemoryBoardFile()


@dataclass
class Context(LambdaContext):
    """What Lambda says about an invocation; `remaining_ms` until it ends it."""

    remaining_ms: int = 30_000

    _function_name = "function"
    _memory_limit_in_mb = 256
    _invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:function"
    _aws_request_id = "11111111-2222-4333-8444-555555555555"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the time-out."""
        return self.remaining_ms
