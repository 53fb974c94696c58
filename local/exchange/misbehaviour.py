"""What an unreliable exchange does to what it sends: one message in, publications out. Pure.

Every kind of misbehaviour draws from its own stream, keyed by the message (for an answer: group,
request id, how often it has been asked), so that a run repeats whatever the timing, and no rate
disturbs another. Only an answer that was really sent is contradicted, and always after it: the true
answer comes first.
"""

from dataclasses import dataclass
from typing import Final

from local.exchange.dice import dice
from local.exchange.malformed import Kind, break_message

REPEAT_WITHIN_S: Final = 2.0
CONTRADICT_AFTER_S: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Shares of messages, 0..1 each. `delay_max_s`: the longest that a late message is late."""

    repeat: float = 0.0
    drop: float = 0.0
    delay: float = 0.0
    delay_max_s: float = 30.0
    reorder: float = 0.0
    contradict: float = 0.0
    malformed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What should go out. `key` names it within its kind; `opposite` contradicts it, if it can be.

    `patience_s`: how long it may wait for a later one of its kind to overtake it.
    """

    kind: Kind
    key: str
    payload: bytes
    delay_s: float = 0.0
    patience_s: float = 2.0
    opposite: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What does go out, `delay_s` from now. It lets the next one pass for `yields_s` at the most.

    `extra`: goes along with a message, so it is no message that another could be overtaken by.
    """

    kind: Kind
    payload: bytes
    delay_s: float
    note: str
    yields_s: float = 0.0
    extra: bool = False


def misbehave(message: Message, rates: Rates, seed: int) -> list[Publication]:
    """The publications of a message, in the order in which they are thought of."""
    outcome = _Draws(message, seed)
    broken = [_broken(message, outcome)] if outcome.hits("malformed", rates.malformed) else []
    if outcome.hits("drop", rates.drop):
        return broken
    true = _true(message, rates, outcome)
    publications = [*broken, true]
    if outcome.hits("repeat", rates.repeat):
        publications.append(_repeated(true, outcome))
    if message.opposite is not None and outcome.hits("contradict", rates.contradict):
        publications.append(_contradicting(true, message.opposite, outcome))
    return publications


class _Draws:
    """The streams of one message."""

    def __init__(self, message: Message, seed: int) -> None:
        self.message = message
        self.seed = seed

    def hits(self, misbehaviour: str, rate: float) -> bool:
        return dice(self.seed, misbehaviour, self.message.kind, self.message.key).random() < rate

    def up_to(self, purpose: str, limit_s: float) -> float:
        return dice(self.seed, purpose, self.message.kind, self.message.key).uniform(0, limit_s)


def _broken(message: Message, draws: _Draws) -> Publication:
    draw = dice(draws.seed, "breakage", message.kind, message.key)
    payload = break_message(message.kind, message.payload, draw)
    return Publication(
        kind=message.kind, payload=payload, delay_s=message.delay_s, note="malformed", extra=True
    )


def _true(message: Message, rates: Rates, draws: _Draws) -> Publication:
    late = draws.hits("delay", rates.delay)
    held = draws.hits("reorder", rates.reorder)
    return Publication(
        kind=message.kind,
        payload=message.payload,
        delay_s=message.delay_s + (draws.up_to("lateness", rates.delay_max_s) if late else 0.0),
        note=" ".join(word for word, said in (("late", late), ("overtaken", held)) if said),
        yields_s=message.patience_s if held else 0.0,
    )


def _repeated(true: Publication, draws: _Draws) -> Publication:
    delay_s = true.delay_s + true.yields_s + draws.up_to("repeat after", REPEAT_WITHIN_S)
    return Publication(
        kind=true.kind, payload=true.payload, delay_s=delay_s, note="repeated", extra=True
    )


def _contradicting(true: Publication, opposite: bytes, draws: _Draws) -> Publication:
    # Not before the true answer has surely gone, however long that one lets others pass.
    soonest = true.delay_s + true.yields_s + CONTRADICT_AFTER_S
    delay_s = soonest + draws.up_to("contradict after", CONTRADICT_AFTER_S)
    return Publication(
        kind=true.kind, payload=opposite, delay_s=delay_s, note="contradicting", extra=True
    )
