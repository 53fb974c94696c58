"""The exchange without a broker: payloads and the time in, publications out. The only I/O is the
ledger's file.

The caller opens it once, passes it every request that arrives, and asks at `next_at` what is due.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.exchange.faults import FaultRates, Message, Publication, Schedule, inject_faults
from local.exchange.groups import Groups
from local.exchange.ledger import Ledger
from local.exchange.market import Market, past_moments
from local.exchange.messages import MalformedRequest, MessageKind, read_request
from local.exchange.seeds import random_source
from local.exchange.verdicts import Rules, Verdict, answer, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """When the exchange publishes: `delay_s` is the mean time before an answer (plus or minus
    half), `backfill` the number of past batches at the start.
    """

    seed: int
    interval_s: float
    backfill: int
    delay_s: float
    rates: FaultRates


class Exchange:
    """One run of the exchange. Not thread-safe: a caller with several threads needs a lock."""

    def __init__(
        self, *, plan: Plan, market: Market, rules: Rules, groups: Groups, ledger: Ledger
    ) -> None:
        self._plan = plan
        self._market = market
        self._rules = rules
        self._groups = groups
        self._ledger = ledger
        self._schedule = Schedule()
        self._times_requested: Counter[tuple[int, str]] = Counter()
        self._batches = 0
        self._purchases = 0
        self._next_batch_at: datetime | None = None
        self._next_purchase_at: datetime | None = None

    def open(self, now: datetime) -> None:
        """Start: past batches first, the current one at once, other groups' purchases later."""
        for moment in past_moments(now, self._plan.backfill):
            # Without faults: charts are made of this history.
            payload = self._market.batch(moment)
            self._schedule.add(_backfill(payload), now)
        self._next_batch_at = now
        self._plan_purchase(now)

    def receive(self, payload: bytes, now: datetime) -> str:
        """Decide on a request and schedule the answer; returns a line for the log.

        The verdict is in the ledger when this returns.
        """
        try:
            request = read_request(payload)
        except MalformedRequest as error:
            return f"ignored a request: {error}"
        verdict = self._ledger.find(request.group_id, request.request_id)
        if verdict is None:
            verdict = decide(request, self._rules, now)
            self._ledger.record(verdict)
        self._times_requested[verdict.key] += 1
        self._schedule_answer(verdict, self._times_requested[verdict.key], now)
        return _log_line(verdict, self._times_requested[verdict.key])

    def due(self, now: datetime) -> list[Publication]:
        """Everything that is to be published now, in order."""
        if self._next_batch_at is not None and self._next_batch_at <= now:
            self._schedule_batch(now)
        if self._next_purchase_at is not None and self._next_purchase_at <= now:
            self._schedule_purchase(now)
        return self._schedule.release(now)

    def close(self) -> list[Publication]:
        """End: returns everything that was still scheduled."""
        self._next_batch_at = self._next_purchase_at = None
        return self._schedule.release_all()

    @property
    def next_at(self) -> datetime | None:
        """When to call `due` again; None before `open` and after `close`."""
        moments = (self._next_batch_at, self._next_purchase_at, self._schedule.next_at)
        return min((moment for moment in moments if moment is not None), default=None)

    def _schedule_answer(self, verdict: Verdict, nth: int, now: datetime) -> None:
        group_id, request_id = verdict.key
        key = f"{group_id}/{request_id}/{nth}"
        variation = random_source(self._plan.seed, "pace", key).uniform(0.5, 1.5)
        message = Message(
            kind=MessageKind.VALIDATION,
            key=key,
            payload=answer(verdict),
            opposite=answer(verdict, contradicting=True),
            delay_s=self._plan.delay_s * variation,
        )
        self._schedule_message(message, now)

    def _schedule_batch(self, now: datetime) -> None:
        self._batches += 1
        message = Message(
            kind=MessageKind.INFO,
            key=str(self._batches),
            payload=self._market.batch(now),
            # Only the next batch can overtake it, so it must be able to wait for that one.
            reorder_within_s=self._plan.interval_s * 1.5,
        )
        self._schedule_message(message, now)
        self._next_batch_at = now + timedelta(seconds=self._plan.interval_s)

    def _schedule_purchase(self, now: datetime) -> None:
        payload = self._groups.request(self._purchases, now)
        message = Message(kind=MessageKind.REQUEST, key=str(self._purchases), payload=payload)
        self._schedule_message(message, now)
        self._plan_purchase(now)

    def _plan_purchase(self, now: datetime) -> None:
        if self._groups.numbers:
            self._purchases += 1
            pause = timedelta(seconds=self._groups.pause_s(self._purchases))
            self._next_purchase_at = now + pause

    def _schedule_message(self, message: Message, now: datetime) -> None:
        for publication in inject_faults(message, self._plan.rates, self._plan.seed):
            self._schedule.add(publication, now)


def _backfill(payload: bytes) -> Publication:
    return Publication(
        kind=MessageKind.INFO, payload=payload, delay_s=0.0, note="backfill", extra=True
    )


def _log_line(verdict: Verdict, times: int) -> str:
    request = verdict.request
    repeated = f", requested {times} times" if times > 1 else ""
    # ascii(): text from outside must not be able to add lines to our log.
    return (
        f"request {request.request_id!a} of group {request.group_id}: "
        f"{request.quantity} {request.symbol!a}: {verdict.reason}{repeated}"
    )
