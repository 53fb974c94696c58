"""The whole system in one process, and one run of a script through it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Final

from lambdas.domain.orders import Event as OrderEvent
from lambdas.handlers import sweep
from lambdas.names import Queue, Setting, Table
from lambdas.services.orders import advance_order, sweep_orders
from tests.simulation import wiring
from tests.simulation.bridge_process import BridgeProcess
from tests.simulation.broker import SimBroker
from tests.simulation.ends import Ends, check_dead_letters, check_measured, check_receipts
from tests.simulation.exchange import REQUEST, Manners, SimExchange
from tests.simulation.expressions import Item
from tests.simulation.functions import Functions
from tests.simulation.kernel import START, Kernel, Killed
from tests.simulation.laws import LawBroken, Laws
from tests.simulation.people import ACCOUNTS, People, Wish
from tests.simulation.readers import Readers
from tests.simulation.releases import is_expected, previous_release, this_release
from tests.simulation.script import LENGTH_S, Event, Kind, Mode, Script
from tests.simulation.sometimes import seen_in
from tests.simulation.sqs import Client, all_queues, dead_letters_of
from tests.simulation.tables import Tables
from tests.simulation.triggers import QueueTrigger, StreamTrigger, SweepTrigger
from tests.simulation.witness import Witness

MOST_STEPS: Final = 50_000
CALM_S: Final = 12 * 3600.0
_ARRANGED: Final = (Kind.FAULT, Kind.MANNERS, Kind.VOID, Kind.DEPLOY)
"""What is prepared before a run begins."""

_LOOKS_AGAIN: Final = 0.25
_NOTICES: Final = 0.3
_NOTICED: Final = ("wallet", "order", "orders", "portfolio", "postings")


class World:
    """Everything that one run needs."""

    def __init__(self, script: Script, seed: int, mode: Mode) -> None:
        faults = {(e.what[0], e.what[1]): e.what[2] for e in script if e.kind is Kind.FAULT}
        self.mode = mode
        self.rng = Random(f"{mode}/{seed}/run")
        self.bug: str | None = None
        self.kernel = Kernel(self.rng, faults, self._check)
        self.tables = Tables(self.kernel, self.rng)
        self.queues = all_queues(self.kernel, self.rng)
        self.client = Client(self.kernel, self.queues)
        self.broker = SimBroker(self.kernel, self.rng, REQUEST)
        manners = {e.what[0]: Manners(**dict(e.what[1])) for e in script if e.kind is Kind.MANNERS}
        self.exchange = SimExchange(self.kernel, self.rng, self.broker, manners)
        self.broker.on_request = self.exchange.hear
        self.functions = Functions(self.kernel, self.rng, self._broken)
        for event in script:
            if event.kind is Kind.DEPLOY:
                self.functions.releases = (this_release(), previous_release())
                self.functions.deployed_s = (event.at_s, event.what[0])
        self.witness = Witness(self.kernel, self.tables)
        self.witness.has_deployment = len(self.functions.releases) > 1
        self.people = People(
            self.functions,
            self.rng,
            self._bug,
            version=lambda: self.tables.version,
            witness=self.witness,
        )
        self.people.answered = self._look_again
        self.readers = Readers(self.functions, self.rng, self.witness, self._bug)
        self.laws = Laws(self.tables, self.exchange, self.people)
        self.stream = StreamTrigger(self.functions)
        self.tables.on_order = self._order_changed
        self._voids = [event for event in script if event.kind is Kind.VOID]
        self.sweep = SweepTrigger(self.functions)
        for release in self.functions.releases:
            wiring.serve(self.tables, release)
        self.bridge = BridgeProcess(self.kernel, self.rng, self.broker, self._broken)
        for queue, function in wiring.CONSUMERS.items():
            QueueTrigger(self.functions, function, self.queues[queue.value])
        for event in script:
            if event.kind not in _ARRANGED:
                self.kernel.at(event.at_s, lambda event=event: self._happen(event))  # type: ignore[misc]

    def _check(self) -> None:
        if self.bug is not None:
            raise LawBroken("error of ours", self.bug)
        self.laws.check()
        while self.people.refusals:
            self.laws.check_refusal(*self.people.refusals.pop())

    def _bug(self, text: str) -> None:
        self.bug = self.bug or text

    def _broken(self, who: str, error: BaseException) -> None:
        if not is_expected(error):
            self._bug(f"{who} raised {error!r}")

    def run(self) -> None:
        """Runs the script, lets everything come to rest, checks the end. Raises LawBroken."""
        with ExitStack() as stack:
            stack.enter_context(wiring.wired(self.kernel, self.functions, self.client))
            stack.enter_context(self.bridge.wired(self.client))
            stack.callback(self.kernel.close)
            self.bridge.start()
            if self.mode is Mode.WHOLE:
                self.sweep.begin()
            self._steps(lambda: self.kernel.now_s >= LENGTH_S + 60)
            self._calm()
            self._walk()
            self._finish()

    def _steps(self, is_over: Callable[[], bool]) -> None:
        while not is_over() and self.kernel.step():
            if self.kernel.steps > MOST_STEPS:
                raise LawBroken("end", "it never comes to rest")

    def _calm(self) -> None:
        kernel = self.kernel
        kernel.say("--- the faults stop")
        kernel.is_calm = True
        self.people.hurry()
        self._redrive()
        deadline_s = kernel.now_s + (CALM_S if self.mode is Mode.WHOLE else 3600.0)
        self._steps(lambda: kernel.now_s >= deadline_s or self._is_at_rest())

    def _walk(self) -> None:
        """Somebody reads the whole ledger, now that nothing happens any more."""
        self.readers.walk(self.rng.choice(list(ACCOUNTS)), self._told_wrong)
        self._steps(lambda: not self.readers.is_walking)

    def _told_wrong(self, text: str) -> None:
        raise LawBroken("law 8", text)

    def _redrive(self) -> None:
        """Returns what was received too often to its queue, as operators do, until all is done."""
        for queue in Queue:
            self.queues[dead_letters_of(queue)].redrive(self.queues[queue.value])
        if not self._is_at_rest():
            self.kernel.at(600.0, self._redrive)

    def _is_at_rest(self) -> bool:
        if self.functions.kernel.now_s < LENGTH_S + 120 or self._queues_left():
            return False
        orders = self.tables.of(Table.ORDERS).values()
        is_waiting = any(order["state"]["S"] in ("PENDING", "SENT") for order in orders)
        is_answered = all(wish.answers for wish in self.people.wishes)
        return is_answered and (not is_waiting or self.mode is Mode.FAST)

    def _queues_left(self) -> list[str]:
        consumed = [queue for queue in Queue if queue not in (Queue.RECEIPTS, Queue.PUSHES)]
        left = [queue for queue in consumed if self.queues[queue.value].messages]
        stream = [] if self.stream.is_read else ["the stream"]
        return [*left, *stream, *(["the broker's session"] if self.broker.session else [])]

    def _finish(self) -> None:
        self.kernel.say("--- the end")
        left = self._queues_left()
        if left:
            raise LawBroken("end", f"not empty: {', '.join(left)}")
        is_whole = self.mode is Mode.WHOLE
        letters = [m for q in Queue for m in self.queues[dead_letters_of(q)].messages]
        check_dead_letters(letters, self.exchange.rubbish, is_all_expected=not is_whole)
        Ends(self.laws, self.tables, self.exchange, self.people, is_whole=is_whole).check()
        messages = self.queues[Queue.RECEIPTS].messages
        is_complete = not self.witness.has_deployment  # the previous release asks for no receipt
        check_receipts(messages, self.laws, is_complete=is_complete)
        self._check_measured()
        for text in self.witness.violations():
            self._told_wrong(text)

    def _check_measured(self) -> None:
        """Runs the sweep's use case once without publishing anything again."""
        policy = replace(sweep.deps.config.policy, retry_orders=False)
        now = START + timedelta(seconds=self.kernel.now_s)
        swept = sweep_orders(sweep.deps.orders, policy=policy, now=now, max_retries=0)
        check_measured(swept, self.laws, policy, now)

    def reached(self) -> set[str]:
        """The interesting states that this run has reached."""
        orders = self.tables.of(Table.ORDERS).values()
        overdue_after = timedelta(seconds=int(wiring.ENVIRONMENT[Setting.OVERDUE_AFTER_S]))
        return self.kernel.reached | seen_in(orders, overdue_after)

    def _happen(self, event: Event) -> None:
        self.kernel.say(f"* {event.kind} {' '.join(str(w) for w in event.what)}".rstrip())
        match event.kind, event.what:
            case Kind.DEPOSIT, (who, amount, key, clicks):
                self.people.wish(who, "/wallet/deposits", {"amount": amount}, key, clicks)
            case Kind.ORDER, (who, body, key, clicks):
                self.people.wish(who, "/orders", body, key, clicks)
            case ((Kind.RESEND | Kind.REUSE), (number,)):
                self._again(event.kind, number)
            case Kind.READ, (who, place, number):
                placed = [wish for wish in self.people.wishes if wish.who == who and wish.granted]
                self._look(who, place, placed[number % len(placed)] if placed else None)
            case _:
                self._outside(event)

    def _look(self, who: str, place: str, wish: Wish | None) -> None:
        granted = (wish.granted if wish is not None else None) or {}
        self.readers.look(who, place, granted.get("order_id"))

    def _look_again(self, wish: Wish) -> None:
        """Whoever has got an answer sometimes looks at once whether it is true."""
        if not self.kernel.is_calm and self.rng.random() < _LOOKS_AGAIN:
            self._look(wish.who, self.rng.choice(("wallet", "order", "orders", "postings")), wish)

    def _outside(self, event: Event) -> None:
        match event.kind, event.what:
            case Kind.PRICES, (prices, age_s):
                at = START + timedelta(seconds=self.kernel.now_s - age_s)
                self.exchange.quote(prices, at.isoformat())
            case Kind.RUBBISH, (topic, payload):
                self.exchange.babble(topic, payload)
            case Kind.FORGE, (request_id,):
                self.exchange.forge(request_id)
            case Kind.TRADE, (group, request_id, valid):
                self.exchange.trade_of(group, request_id, valid)
            case _:
                self._link(event)

    def _link(self, event: Event) -> None:
        match event.kind, event.what:
            case Kind.KILL, _:
                self.bridge.kill()
            case Kind.RESTART, _:
                self.bridge.restart()
            case Kind.CUT, _:
                self.broker.cut()
            case Kind.BROKER, (for_s, forgets):
                self.broker.die(for_s, forgets=forgets)

    def _again(self, kind: Kind, number: int) -> None:
        if number >= len(self.people.wishes):
            return
        if kind is Kind.RESEND:
            self.people.send(self.people.wishes[number])
        else:
            self.people.misuse(self.people.wishes[number])

    def _order_changed(self, before: Item | None, after: Item) -> None:
        self.stream.changed(before, after)
        self.witness.order_changed(before, after)
        if before is not None:
            self._notice(before, after)
            return
        number, order_id = len(self.tables.of(Table.ORDERS)) - 1, after["order_id"]["S"]
        for event in self._voids:
            if event.what[0] == number:
                self.kernel.at(event.what[1], lambda: self._void(order_id))

    def _notice(self, before: Item, after: Item) -> None:
        """The owner of an order that changed its state sometimes looks within a second."""
        is_noticed = before["state"] != after["state"] and self.rng.random() < _NOTICES
        if self.kernel.is_calm or not is_noticed:
            return
        owner, order_id = after["account_id"]["S"], after["order_id"]["S"]
        who = next(name for name, account_id in ACCOUNTS.items() if account_id == owner)
        place = self.rng.choice(_NOTICED)
        self.kernel.at(self.rng.random(), lambda: self.readers.look(who, place, order_id))

    def _void(self, order_id: str) -> None:
        self.kernel.say(f"* the operator ends {order_id}")
        self.laws.voided.add(order_id)

        def end() -> None:
            advance_order(
                sweep.deps.orders,
                sweep.deps.accounts,
                order_id,
                OrderEvent.VOID,
                now=self.functions.now(),
                reason="the operator has looked",
            )

        self.kernel.start("operator", f"operator#{order_id}", end, self._voided)

    def _voided(self, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, Killed):
            self._broken("operator", error)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a run ended."""

    seed: int
    mode: Mode
    steps: int
    effects: int
    checks: int
    orders: int
    checked: int  # answers of clients that were judged
    reached: frozenset[str]  # sometimes.py
    broken: LawBroken | None
    trace: tuple[str, ...]


def run(seed: int, mode: Mode, script: Script) -> Outcome:
    """One run of a script."""
    world = World(script, seed, mode)
    broken = None
    try:
        world.run()
    except LawBroken as error:
        broken = error
    return Outcome(
        seed=seed,
        mode=mode,
        steps=world.kernel.steps,
        effects=sum(world.kernel.counts.values()),
        checks=world.laws.checks,
        orders=len(world.tables.of(Table.ORDERS)),
        checked=world.witness.histories.checked,
        reached=frozenset(world.reached()),
        broken=broken,
        trace=tuple(world.kernel.trace),
    )
