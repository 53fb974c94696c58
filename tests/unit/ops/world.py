"""A small system in memory, with people who trade in it, and an operator's terminal."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

from lambdas.domain import trading
from lambdas.domain.orders import Event, Order, order_id_for
from lambdas.domain.trading import Snapshot
from ops.__main__ import attempt, run
from ops.arguments import parse
from ops.console import Console
from ops.ports import Alarm, Depth, Letters, LogLine, Settings, Tools
from tests.builders import ALICE, NOW, POLICY, a_deposit, a_placing, a_purchase, a_quote
from tests.fakes.memory import (
    MemoryDeadLetters,
    MemoryMarket,
    MemoryOrders,
    MemoryStore,
    MemoryWallets,
)
from tests.fakes.operations import MemoryBooks, MemoryLetters, MemoryLogs
from tests.fakes.reminders import MemoryReminders


@dataclass
class World:
    """Ports over one store; `now` is what the operator's clock says."""

    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOW
    box: MemoryDeadLetters = field(default_factory=MemoryDeadLetters)
    pauses: list[float] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    depths: list[Depth] = field(default_factory=list)
    log: list[LogLine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.orders = MemoryOrders(self.store)
        self.wallets = MemoryWallets(self.store)
        self.books = MemoryBooks(self.store)
        self.reminders = MemoryReminders(lambda: self.now)
        self.letters = MemoryLetters(self.box, NOW - timedelta(hours=2))

    def deposit(
        self, account_id: str = ALICE, amount_minor: int = 10_000_00, number: int = 1
    ) -> None:
        self.wallets.deposit(a_deposit(account_id, amount_minor, number))

    def place(
        self, number: int, account_id: str = ALICE, symbol: str = "AAPL", shares: str = "2"
    ) -> Order:
        snapshot = Snapshot(
            account=self.wallets.account(account_id), quote=a_quote(symbol=symbol), order=None
        )
        decision = a_placing(
            snapshot,
            order_id=order_id_for(account_id, UUID(int=number)),
            purchase=a_purchase(symbol=symbol, quantity=Decimal(shares)),
        )
        self.orders.commit(decision)
        return decision.after

    def happen(self, order: Order, event: Event) -> Order:
        """The order after the event, as the functions would have it."""
        decision = trading.apply(self.store.orders[order.order_id], event, now=self.now)
        if decision.after != decision.before:
            self.orders.commit(decision)
        return decision.after

    def ask_again(self, order: Order, now: datetime) -> Order:
        decision = trading.ask_again(self.store.orders[order.order_id], POLICY, now)
        assert decision is not None
        self.orders.commit(decision)
        return decision.after

    def tools(self) -> Tools:
        def letters(queue: str) -> Letters:
            assert queue == "validations" or queue == "relay"
            return self.letters

        return Tools(
            orders=self.orders,
            wallets=self.wallets,
            market=MemoryMarket(self.store),
            books=self.books,
            letters=letters,
            reminders=lambda: self.reminders,
            logs=lambda: MemoryLogs(self.log),
            alarms=lambda: self.alarms,
            depths=lambda: self.depths,
            settings=lambda: Settings(group_id="3", overdue_after=timedelta(minutes=15)),
            now=lambda: self.now,
            pause=self.pauses.append,
        )

    def run(self, *arguments: str, answer: str = "") -> tuple[int, str]:
        """Status and what was said."""
        out = StringIO()
        console = Console(out=out, answers=StringIO(answer))
        status = attempt(lambda: run(parse(arguments), self.tools(), console), console)
        return status, out.getvalue()
