"""The dependencies of handlers over in-memory ports, and the context that Lambda passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.config import Config
from lambdas.names import Setting
from tests.builders import NOW
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
    Setting.MAX_PRICE_AGE_S: "3600",
    Setting.MAX_DEPOSIT_MINOR: "10000000",
    Setting.OVERDUE_AFTER_S: "900",
    Setting.RETRY_ORDERS: "on",
    Setting.FIRST_RETRY_AFTER_S: "120",
    Setting.MAX_RETRY_INTERVAL_S: "3600",
    Setting.LINK_SILENT_AFTER_S: "900",
}


class MemoryDependencies:
    """Stands in for `bootstrap.Dependencies`: all ports over one store, and a clock to set."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = MemoryStore() if store is None else store
        self.config = Config(SETTINGS)
        self.now: Callable[[], datetime] = lambda: NOW
        self.new_key: Callable[[], UUID] = uuid4
        self.orders = MemoryOrders(self.store)
        self.accounts = MemoryAccounts(self.store)
        self.market = MemoryMarket(self.store)
        self.activity = MemoryActivityLog(self.store)
        self.jobs = MemoryJobs(self.store)
        self.outbox = MemoryOutbox()
        self.dead_letters = MemoryDeadLetters()
        self.job_queue = MemoryJobQueue()
        self.workflow = MemoryWorkflow()


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
