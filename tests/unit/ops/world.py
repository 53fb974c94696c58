"""A small system in memory, with people who trade in it, and an operator's terminal."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from typer.testing import CliRunner

from lambdas.domain import orders as decisions
from lambdas.domain.errors import StaleDecision
from lambdas.domain.orders import Event, Order, Snapshot, order_id_for
from ops.__main__ import app
from ops.ports import (
    Alarm,
    AuditStore,
    Backups,
    DeadLetterQueue,
    LogLine,
    QueueDepth,
    StageSettings,
    Tools,
)
from tests.builders import ALICE, NOW, POLICY, ZONE, a_deposit, a_placing, a_purchase, a_quote
from tests.fakes.memory import (
    MemoryAccounts,
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryStore,
)
from tests.fakes.operations import MemoryAuditStore, MemoryDeadLetterQueue, MemoryLogs


@dataclass
class World:
    """Ports over one store; `now` is the operator's time."""

    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOW
    put_aside: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    pauses: list[float] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    depths: list[QueueDepth] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)

    public_api: Any = None
    canary_user: Any = None

    def __post_init__(self) -> None:
        self.orders = MemoryOrders(self.store)
        self.accounts = MemoryAccounts(self.store)
        self.audit_store: AuditStore = MemoryAuditStore(self.store)
        self.dead_letters = MemoryDeadLetterQueue(self.put_aside, NOW - timedelta(hours=2))

    def deposit(
        self, account_id: str = ALICE, amount_minor: int = 10_000_00, number: int = 1
    ) -> str:
        account = self.accounts.get(account_id)
        decision = a_deposit(account_id, amount_minor, number, account)
        self.accounts.commit_deposit(decision)
        return decision.after.deposit_id

    def place(
        self, number: int, account_id: str = ALICE, symbol: str = "AAPL", shares: str = "2"
    ) -> Order:
        snapshot = Snapshot(
            account=self.accounts.get(account_id), quote=a_quote(symbol=symbol), order=None
        )
        decision = a_placing(
            snapshot,
            order_id=order_id_for(account_id, UUID(int=number)),
            purchase=a_purchase(symbol=symbol, quantity=Decimal(shares)),
        )
        self.orders.commit(decision)
        return decision.after

    def happen(self, order: Order, event: Event) -> Order:
        """The order after the event, as the functions write it."""
        current = self.store.orders[order.order_id]
        account = self.accounts.get(order.account_id)
        decision = decisions.apply(current, event, account, now=self.now)
        if decision.after != decision.before:
            self.orders.commit(decision)
        return decision.after

    def retry(self, order: Order, now: datetime) -> Order:
        decision = decisions.retry(self.store.orders[order.order_id], POLICY, now)
        if decision is None:
            raise StaleDecision
        self.orders.commit(decision)
        return decision.after

    def tools(self) -> Tools:
        def dead_letters(queue: str) -> DeadLetterQueue:
            assert queue in ("validations", "relay")
            return self.dead_letters

        return Tools(
            public_api=lambda: self.public_api,
            canary_user=lambda: self.canary_user,
            orders=self.orders,
            accounts=self.accounts,
            market=lambda: MemoryMarket(self.store),
            audit_store=self.audit_store,
            dead_letters=dead_letters,
            settings=lambda: StageSettings(
                group_id="3", overdue_after=timedelta(minutes=15), market_zone=ZONE
            ),
            logs=lambda: MemoryLogs(self.log),
            alarms=lambda: self.alarms,
            queue_depths=lambda: self.depths,
            backups=_no_backups,
            now=lambda: self.now,
            sleep=self.pauses.append,
        )

    def run(self, *arguments: str, answer: str = "") -> tuple[int, str]:
        """Status and output of a command. A bug's exception is raised."""
        ran = CliRunner().invoke(
            app, list(arguments), input=answer, obj=self.tools, catch_exceptions=False
        )
        return ran.exit_code, "\n".join(line.rstrip() for line in ran.output.split("\n"))


def _no_backups() -> Backups:
    raise NotImplementedError("tests/integration/ops has them, on tables")
