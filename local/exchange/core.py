"""The exchange itself: bytes and the time in, publications out. No I/O but the ledger's file.

It is opened once, told of every request, and asked again and again what is due; it says when to ask
next.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.exchange.agenda import Agenda
from local.exchange.dice import dice
from local.exchange.groups import Groups
from local.exchange.ledger import Ledger
from local.exchange.malformed import Kind
from local.exchange.market import Market, past_moments
from local.exchange.misbehaviour import Message, Publication, Rates, misbehave
from local.exchange.purchases import Malformed, read_purchase
from local.exchange.verdicts import Rules, Verdict, answer, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How this exchange runs. `delay_s`: before an answer, on average, give or take half."""

    seed: int
    interval_s: float
    backfill: int
    delay_s: float
    rates: Rates


class Exchange:
    """One exchange in one run. Not thread-safe: whoever has threads brings a lock."""

    def __init__(
        self, *, plan: Plan, market: Market, rules: Rules, groups: Groups, ledger: Ledger
    ) -> None:
        self._plan = plan
        self._market = market
        self._rules = rules
        self._groups = groups
        self._ledger = ledger
        self._agenda = Agenda()
        self._asked: Counter[tuple[int, str]] = Counter()
        self._batches = 0
        self._purchases = 0
        self._next_batch_at: datetime | None = None
        self._next_purchase_at: datetime | None = None

    def open(self, now: datetime) -> None:
        """Begin: past batches first, the current one at once, the other groups in a while."""
        for moment in past_moments(now, self._plan.backfill):
            # Never misbehaved with: history is what charts are made of.
            payload = self._market.batch(moment)
            self._agenda.add(_publication(Kind.INFO, payload, "backfill"), now)
        self._next_batch_at = now
        self._plan_purchase(now)

    def receive(self, payload: bytes, now: datetime) -> str:
        """Decide on a request and plan the answer; the verdict is in the ledger when this returns.

        Returns what there is to say about it, for the log.
        """
        try:
            purchase = read_purchase(payload)
        except Malformed as error:
            return f"ignored a request: {error}"
        verdict = self._ledger.find(purchase.group_id, purchase.request_id)
        if verdict is None:
            verdict = decide(purchase, self._rules, now)
            self._ledger.record(verdict)
        self._asked[verdict.key] += 1
        self._plan_answer(verdict, self._asked[verdict.key], now)
        return _said(verdict, self._asked[verdict.key])

    def due(self, now: datetime) -> list[Publication]:
        """Everything that is to be published now, in order."""
        if self._next_batch_at is not None and self._next_batch_at <= now:
            self._plan_batch(now)
        if self._next_purchase_at is not None and self._next_purchase_at <= now:
            self._buy(now)
        return self._agenda.release(now)

    def close(self) -> list[Publication]:
        """End: what was still to be said."""
        self._next_batch_at = self._next_purchase_at = None
        return self._agenda.release_all()

    @property
    def next_at(self) -> datetime | None:
        """When to ask again what is due; None before the opening and after the end."""
        moments = (self._next_batch_at, self._next_purchase_at, self._agenda.next_at)
        return min((moment for moment in moments if moment is not None), default=None)

    def _plan_answer(self, verdict: Verdict, nth: int, now: datetime) -> None:
        group_id, request_id = verdict.key
        key = f"{group_id}/{request_id}/{nth}"
        message = Message(
            kind=Kind.VALIDATION,
            key=key,
            payload=answer(verdict),
            opposite=answer(verdict, contradicting=True),
            delay_s=self._plan.delay_s * dice(self._plan.seed, "pace", key).uniform(0.5, 1.5),
        )
        self._plan_message(message, now)

    def _plan_batch(self, now: datetime) -> None:
        self._batches += 1
        payload = self._market.batch(now)
        # A batch can only be overtaken by the next one, so it must be able to wait for that.
        patience_s = self._plan.interval_s * 1.5
        key = str(self._batches)
        self._plan_message(
            Message(kind=Kind.INFO, key=key, payload=payload, patience_s=patience_s), now
        )
        self._next_batch_at = now + timedelta(seconds=self._plan.interval_s)

    def _buy(self, now: datetime) -> None:
        payload = self._groups.request(self._purchases, now)
        self._plan_message(
            Message(kind=Kind.REQUEST, key=str(self._purchases), payload=payload), now
        )
        self._plan_purchase(now)

    def _plan_purchase(self, now: datetime) -> None:
        if self._groups.numbers:
            self._purchases += 1
            pause = timedelta(seconds=self._groups.pause_s(self._purchases))
            self._next_purchase_at = now + pause

    def _plan_message(self, message: Message, now: datetime) -> None:
        for publication in misbehave(message, self._plan.rates, self._plan.seed):
            self._agenda.add(publication, now)


def _publication(kind: Kind, payload: bytes, note: str) -> Publication:
    return Publication(kind=kind, payload=payload, delay_s=0.0, note=note, extra=True)


def _said(verdict: Verdict, nth: int) -> str:
    purchase = verdict.purchase
    again = f", asked {nth} times" if nth > 1 else ""
    # ascii(): a stranger's text must not draw lines of its own in our log.
    return (
        f"request {purchase.request_id!a} of group {purchase.group_id}: "
        f"{purchase.quantity} {purchase.symbol!a}: {verdict.reason}{again}"
    )
