"""Fault injection: what an unreliable exchange does to the messages it publishes. Pure.

Each fault draws from its own random source, keyed by the message (for an answer: group, request id
and how often it was requested). So a run can be repeated whatever the timing, and the rate of one
fault does not affect another. Only an answer that was really published is contradicted, and always
after it: the first answer on the wire is the true one.
"""

import heapq
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any, Final

from local.exchange.messages import MessageKind
from local.exchange.seeds import random_source

REPEAT_WITHIN_S: Final = 2.0
CONTRADICT_AFTER_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRates:
    """Share of messages that each fault affects, 0..1; `delay_max_s` is the longest delay."""

    repeat: float = 0.0
    drop: float = 0.0
    delay: float = 0.0
    delay_max_s: float = 30.0
    reorder: float = 0.0
    contradict: float = 0.0
    malformed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to publish. `key` identifies it within its kind.

    `opposite` is its contradiction, if it has one. `reorder_within_s` is how long it may wait for a
    later message of its kind to overtake it.
    """

    kind: MessageKind
    key: str
    payload: bytes
    delay_s: float = 0.0
    reorder_within_s: float = 2.0
    opposite: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One MQTT publication, due `delay_s` from now.

    With `waits_s` it waits up to that long for the next message of its kind to overtake it.
    `extra` marks a publication that accompanies a message; it never overtakes.
    """

    kind: MessageKind
    payload: bytes
    delay_s: float
    note: str
    waits_s: float = 0.0
    extra: bool = False


class Schedule:
    """Publications ordered by due time, some of them held back to be overtaken.

    It does no I/O and has no clock: the caller passes the time. Every publication that is added is
    released exactly once.
    """

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Publication]] = []
        self._sequence = count()  # publications due at the same time keep their order
        self._held: dict[MessageKind, tuple[datetime, Publication]] = {}

    def add(self, publication: Publication, now: datetime) -> None:
        due_at = now + timedelta(seconds=publication.delay_s)
        heapq.heappush(self._due, (due_at, next(self._sequence), publication))

    @property
    def next_at(self) -> datetime | None:
        """When the next publication is due."""
        held_until = [until for until, _ in self._held.values()]
        return min([*held_until, *(entry[0] for entry in self._due[:1])], default=None)

    def release(self, now: datetime) -> list[Publication]:
        """Everything that is due by now, in the order of publishing."""
        released: list[Publication] = []
        while self._due and self._due[0][0] <= now:
            due_at, _, publication = heapq.heappop(self._due)
            released += self._expired(due_at)
            released += self._reordered(publication, due_at)
        return released + self._expired(now)

    def release_all(self) -> list[Publication]:
        """Everything that is left, in order; for an orderly shutdown."""
        held = sorted(self._held.values(), key=lambda entry: entry[0])
        self._held.clear()
        rest = [heapq.heappop(self._due)[2] for _ in range(len(self._due))]
        return [*(publication for _, publication in held), *rest]

    def _reordered(self, publication: Publication, due_at: datetime) -> list[Publication]:
        if publication.extra:
            return [publication]
        overtaken = self._held.pop(publication.kind, None)
        if overtaken is not None:
            return [publication, overtaken[1]]
        if publication.waits_s > 0:
            until = due_at + timedelta(seconds=publication.waits_s)
            self._held[publication.kind] = (until, publication)
            return []
        return [publication]

    def _expired(self, now: datetime) -> list[Publication]:
        """Held publications whose time to be overtaken is over."""
        kinds = [kind for kind, (until, _) in self._held.items() if until <= now]
        return [self._held.pop(kind)[1] for kind in kinds]


def inject_faults(message: Message, rates: FaultRates, seed: int) -> list[Publication]:
    """Publications of one message under these fault rates."""
    random = _MessageRandom(message, seed)
    broken = [_broken(message, random)] if random.hits("malformed", rates.malformed) else []
    if random.hits("drop", rates.drop):
        return broken
    original = _original(message, rates, random)
    publications = [*broken, original]
    if random.hits("repeat", rates.repeat):
        publications.append(_repeated(original, random))
    if message.opposite is not None and random.hits("contradict", rates.contradict):
        publications.append(_contradicting(original, message.opposite, random))
    return publications


class _MessageRandom:
    """The random sources of one message, one per purpose."""

    def __init__(self, message: Message, seed: int) -> None:
        self._message = message
        self._seed = seed

    def source(self, purpose: str) -> Random:
        return random_source(self._seed, purpose, self._message.kind, self._message.key)

    def hits(self, fault: str, rate: float) -> bool:
        return self.source(fault).random() < rate

    def up_to(self, purpose: str, limit_s: float) -> float:
        return self.source(purpose).uniform(0, limit_s)


def _broken(message: Message, random: _MessageRandom) -> Publication:
    return Publication(
        kind=message.kind,
        payload=break_message(message.kind, message.payload, random.source("breakage")),
        delay_s=message.delay_s,
        note="malformed",
        extra=True,
    )


def _original(message: Message, rates: FaultRates, random: _MessageRandom) -> Publication:
    is_late = random.hits("delay", rates.delay)
    is_overtaken = random.hits("reorder", rates.reorder)
    notes = (("late", is_late), ("overtaken", is_overtaken))
    late_s = random.up_to("lateness", rates.delay_max_s) if is_late else 0.0
    return Publication(
        kind=message.kind,
        payload=message.payload,
        delay_s=message.delay_s + late_s,
        note=" ".join(note for note, applies in notes if applies),
        waits_s=message.reorder_within_s if is_overtaken else 0.0,
    )


def _repeated(original: Publication, random: _MessageRandom) -> Publication:
    latest_s = original.delay_s + original.waits_s
    return Publication(
        kind=original.kind,
        payload=original.payload,
        delay_s=latest_s + random.up_to("repeat after", REPEAT_WITHIN_S),
        note="repeated",
        extra=True,
    )


def _contradicting(original: Publication, opposite: bytes, random: _MessageRandom) -> Publication:
    # Not before the true answer was published, however long that one waits to be overtaken.
    earliest_s = original.delay_s + original.waits_s + CONTRADICT_AFTER_S
    return Publication(
        kind=original.kind,
        payload=opposite,
        delay_s=earliest_s + random.up_to("contradict after", CONTRADICT_AFTER_S),
        note="contradicting",
        extra=True,
    )


# Malformed messages, made from a good one, of every kind that was seen on the real exchange. A
# broken answer never carries a verdict and a broken request can never be answered. A broken batch
# may still contain good prices beside the bad ones, which readers keep.

Breakage = Callable[[bytes], bytes]


def break_message(kind: MessageKind, payload: bytes, source: Random) -> bytes:
    """Apply one of the breakages of that kind to `payload`."""
    return source.choice((*BREAKAGES_OF_ANY_KIND, *BREAKAGES[kind]))(payload)


def _replaced_by(text: bytes) -> Breakage:
    return lambda _: text


def _first_half(payload: bytes) -> bytes:
    return payload[: len(payload) // 2]


def _with(**values: object) -> Breakage:
    return lambda payload: _dump({**json.loads(payload), **values})


def _without(*keys: str) -> Breakage:
    def breakage(payload: bytes) -> bytes:
        return _dump({k: v for k, v in json.loads(payload).items() if k not in keys})

    return breakage


def _with_bad_items(payload: bytes) -> bytes:
    message = json.loads(payload)
    stocks: list[Any] = json.loads(message["stocks"])
    bad = [
        {"symbol": "", "shortName": "?", "price": "n/a", "currency": "USD"},
        {"symbol": "BADCO", "shortName": "Below Zero, Inc.", "price": -1, "currency": "USD"},
        {"symbol": "BADCO", "shortName": None, "price": None},
        "BADCO",
        None,
    ]
    middle = len(stocks) // 2
    return _dump({**message, "stocks": json.dumps(stocks[:middle] + bad + stocks[middle:])})


def _with_infinite_price(payload: bytes) -> bytes:
    stocks = (
        '[{"symbol": "BADCO", "shortName": "Endless, Inc.", "price": 1e400, "currency": "USD"}]'
    )
    return _dump({**json.loads(payload), "stocks": stocks})


def _dump(message: object) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


BREAKAGES_OF_ANY_KIND: Final[tuple[Breakage, ...]] = (
    _replaced_by(b""),
    _replaced_by(b"undefined"),
    _replaced_by(b"\xff\xfe not json at all {{"),
    _replaced_by(b"null"),
    _replaced_by(b'"hola"'),
    _replaced_by(b"[[[[[[[[" * 1000),
    _first_half,
)

BREAKAGES: Final[dict[MessageKind, tuple[Breakage, ...]]] = {
    MessageKind.INFO: (
        _with_bad_items,
        _with_infinite_price,
        _without("stocks"),
        _with(stocks="[{]"),
        _with(stocks={"AAPL": 1}),
    ),
    MessageKind.REQUEST: (
        _without("request_id"),
        _without("group_id", "symbol"),
        _with(quantity="muchas"),
        _with(group_id="grupo tres"),
        _with(request_id=None),
    ),
    MessageKind.VALIDATION: (
        _without("valid"),
        _without("request_id"),
        _with(valid="tal vez"),
        _with(valid=None),
        _with(request_id={"id": 1}),
    ),
}
