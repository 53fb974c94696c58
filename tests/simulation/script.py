"""What happens to the system in one run, written down before it begins: people, the exchange, and
every fault. A story is made shorter by leaving events out of its script.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Any, Final

from tests.simulation.exchange import INFO, REQUEST, VALIDATION
from tests.simulation.kernel import What
from tests.simulation.people import ACCOUNTS
from tests.simulation.readers import PLACES

LENGTH_S: Final = 600.0
PRICES: Final = {"AAPL": "190.25", "MSFT": "10.005", "KO": "0.335"}


class Mode(StrEnum):
    """The whole system; or the fast path alone, because recovery hides bugs."""

    WHOLE = "whole"
    FAST = "fast"


class Kind(StrEnum):
    """What can happen."""

    DEPOSIT = "wants to deposit"
    ORDER = "wants to buy"
    RESEND = "sends an old wish again"
    REUSE = "uses an old key for something else"
    PRICES = "the exchange publishes prices"
    MANNERS = "the exchange treats a request in its own way"
    RUBBISH = "the exchange sends rubbish"
    FORGE = "the exchange answers a request that we never made"
    TRADE = "another group buys"
    VOID = "the operator ends an order"
    KILL = "the bridge is killed"
    RESTART = "the bridge is restarted"
    CUT = "the bridge is cut off the broker"
    BROKER = "the broker dies"
    READ = "looks at"
    DEPLOY = "a new release is deployed"
    FAULT = "an effect fails"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing, at one time; for a fault the time says nothing, its number does."""

    at_s: float
    kind: Kind
    what: tuple[Any, ...] = ()

    def __str__(self) -> str:
        if self.kind is Kind.FAULT:
            effect, number, what = self.what
            return f"   at {effect} number {number:<4} {what}"
        return f"{self.at_s:10.3f}  {self.kind} {' '.join(str(w) for w in self.what)}".rstrip()


Script = tuple[Event, ...]

_RUBBISH: Final = (
    (REQUEST, b""),
    (REQUEST, b"undefined"),
    (REQUEST, b'{"request_id": "x", "group_id": "7"}'),
    (VALIDATION, b"\xff\xfe\x00"),
    (VALIDATION, b'{"request_id": "x", "group_id": 3, "valid": "perhaps"}'),
    (VALIDATION, b'{"group_id": 3, "valid": true}'),
    (INFO, b"[]"),
    (INFO, b'{"stocks": "[{\\"symbol\\": \\"KO\\", \\"price\\": -1}]"}'),
)
_CRASH: Final = (What.CRASH_BEFORE, What.CRASH_AFTER)
_FAIL: Final = (*_CRASH, What.REFUSE, What.LOSE)
_PARTLY: Final = (*_FAIL, What.PARTLY)  # for SQS: half of a batch is refused
_SLOW: Final = (What.THROTTLE, What.FREEZE)
_TRANSACT: Final = (*_FAIL, What.CONFLICT, *_SLOW)
_EFFECTS: Final[dict[str, tuple[int, float, tuple[What, ...]]]] = {
    # how many of them there are in a usual run, how many of those fail, and how
    "read": (180, 0.02, (*_CRASH, What.REFUSE, What.PARTLY, What.PARTLY, What.FREEZE)),
    "snapshot": (40, 0.08, (*_CRASH, What.REFUSE, What.CONFLICT, *_SLOW)),
    "write": (40, 0.08, (*_TRANSACT, What.TWICE)),
    "transact": (40, 0.13, _TRANSACT),
    "send outbound": (12, 0.12, _PARTLY),
    "send prices": (8, 0.06, _FAIL),
    "send requests": (16, 0.08, _PARTLY),
    "send validations": (16, 0.08, _PARTLY),
    "put aside": (4, 0.15, _FAIL),
    "receive": (20, 0.04, (What.CRASH_AFTER, What.REFUSE)),
    "publish": (12, 0.06, _CRASH),
    "acknowledge": (30, 0.04, _CRASH),
    "delete": (12, 0.10, _FAIL),
}


_SWARM_SHARE: Final = 0.7
_DEPLOYED: Final = 0.15


def script(rng: Random, mode: Mode) -> Script:
    """A new script. It begins calmly, with prices and a first deposit for everybody."""
    writer = _Writer(rng, mode)
    writer.prices(0.0, 0.0)
    for who in ACCOUNTS:
        writer.deposit(1.0, who)
    makers: list[tuple[Callable[[], None], int, int]] = [
        (writer.some_deposit, 0, 3),
        (writer.some_order, 4, 10),
        (writer.race, 0, 1),
        (writer.crowd, 0, 1),
        (writer.resend, 0, 3),
        (writer.some_prices, 1, 4),
        (writer.manners, 1, 5),
        (writer.rubbish, 0, 2),
        (writer.trade, 0, 2),
        (writer.void, 0, 3),
        (writer.read, 0, 6),
        (writer.bridge, 0, 3),
        (writer.broker, 0, 2),
    ]
    for make, least, most in makers:
        if least or rng.random() < _SWARM_SHARE:
            for _ in range(rng.randint(least, most)):
                make()
    if rng.random() < _DEPLOYED:
        writer.deployment()
    writer.faults(_swarm(rng))
    return tuple(sorted(writer.events, key=lambda event: event.at_s))


def _swarm(rng: Random) -> frozenset[What]:
    """The ways to fail in this run: a random subset, so that none of them hides another."""
    return frozenset(what for what in What if rng.random() < _SWARM_SHARE)


class _Writer:
    """Adds events to a script."""

    def __init__(self, rng: Random, mode: Mode) -> None:
        self.events: list[Event] = []
        self._rng = rng
        self._mode = mode
        self._key = 0

    def _add(self, at_s: float, kind: Kind, *what: Any) -> None:
        self.events.append(Event(at_s=at_s, kind=kind, what=what))

    def _time(self, first_s: float = 5.0) -> float:
        """Things come in bursts: half of them within the first minute."""
        last_s = 60.0 if self._rng.random() < 0.5 else LENGTH_S
        return round(self._rng.uniform(first_s, last_s), 3)

    def _new_key(self) -> int:
        self._key += 1
        return self._key

    def _clicks(self) -> int:
        return self._rng.choice([1, 1, 1, 2, 3])

    def deposit(self, at_s: float, who: str) -> None:
        amount = self._rng.choice(["100.00", "250.55", "1000.00"])
        self._add(at_s, Kind.DEPOSIT, who, amount, self._new_key(), self._clicks())

    def some_deposit(self) -> None:
        self.deposit(self._time(), self._who())

    def _who(self) -> str:
        return self._rng.choice(list(ACCOUNTS))

    def _order(self, at_s: float, who: str, symbol: str, body: dict[str, Any]) -> None:
        order = {"symbol": symbol, **body}
        self._add(at_s, Kind.ORDER, who, order, self._new_key(), self._clicks())

    def some_order(self) -> None:
        symbol = self._rng.choice(list(PRICES))
        at_s, who = self._time(), self._who()
        if self._rng.random() < 0.25:
            amount = f"{self._rng.randint(100, 20000) / 100:.2f}"
            self._order(at_s, who, symbol, {"amount": amount})
            return
        if self._rng.random() < 0.5:  # halves of a cent
            quantity = str(self._rng.choice([1, 3, 5, 7, "0.5", "2.5"]))
        else:
            quantity = f"{self._rng.uniform(0.01, 2):.4f}"
        self._order(at_s, who, symbol, {"quantity": quantity})

    def race(self) -> None:
        """Two orders in one moment for money that is enough for one of them."""
        at_s, who = self._time(), self._who()
        deposited = sum(
            Decimal(e.what[1])
            for e in self.events
            if e.kind is Kind.DEPOSIT and e.what[0] == who and e.at_s < at_s
        )
        quantity = (deposited * Decimal("0.6") / Decimal(PRICES["MSFT"])).quantize(Decimal("0.01"))
        for offset in ("0", "0.01"):
            text = str(quantity + Decimal(offset))
            self._order(at_s, who, "MSFT", {"quantity": text})

    def crowd(self) -> None:
        """Many wishes of one investor in one moment: some of their writes are stale repeatedly."""
        at_s, who = self._time(), self._who()
        for _ in range(self._rng.randint(4, 8)):
            self.deposit(at_s, who)

    def resend(self) -> None:
        kind = self._rng.choice([Kind.RESEND, Kind.RESEND, Kind.REUSE])
        self._add(self._time(20.0), kind, self._rng.randint(0, 12))

    def read(self) -> None:
        place = self._rng.choice(PLACES)
        self._add(self._time(), Kind.READ, self._who(), place, self._rng.randint(0, 6))

    def prices(self, at_s: float, age_s: float) -> None:
        moved = {
            symbol: price if age_s == 0 and at_s == 0 else self._moved(price)
            for symbol, price in PRICES.items()
        }
        self._add(at_s, Kind.PRICES, moved, age_s)

    def _moved(self, price: str) -> str:
        return str(Decimal(price) + Decimal(self._rng.randint(-20, 20)) / 1000)

    def some_prices(self) -> None:
        """Some come late, some claim to come from the future, some come twice."""
        at_s, age_s = self._time(), self._rng.choice([0.0, 0.0, 120.0, 4000.0, -900.0])
        self.prices(at_s, age_s)
        if self._rng.random() < 0.3:
            again = self.events[-1].what
            self._add(at_s + self._rng.uniform(0, 60), Kind.PRICES, again[0], again[1])

    def manners(self) -> None:
        number, draw = self._rng.randint(0, 6), self._rng.random
        what = {
            "drops": self._rng.choice([0, 1, 2, 4]) if self._mode is Mode.WHOLE else 0,
            "repeats": self._rng.choice([0, 1, 3]),
            "contradicts": draw() < 0.3,
            "stranger": draw() < 0.3,
        }
        if self._mode is Mode.FAST and draw() < 0.1:
            what["drops"] = 9
        self._add(0.0, Kind.MANNERS, number, tuple(what.items()))

    def rubbish(self) -> None:
        if self._rng.random() < 0.3:
            self._add(self._time(), Kind.FORGE, f"stranger-{self._rng.randint(0, 9)}")
        else:
            self._add(self._time(), Kind.RUBBISH, *self._rng.choice(_RUBBISH))

    def trade(self) -> None:
        group, number = self._rng.choice([1, 7, 13]), self._rng.randint(0, 99)
        self._add(self._time(), Kind.TRADE, group, f"trade-{number}", self._rng.random() < 0.5)

    def void(self) -> None:
        """Soon after it was placed, or the exchange's answer is always first."""
        after_s = round(self._rng.random() ** 2 * 8, 3)
        self._add(0.0, Kind.VOID, self._rng.randint(0, 6), after_s)

    def deployment(self) -> None:
        """Old functions alone until it begins, new ones alone when it has ended."""
        at_s = self._time()
        self._add(at_s, Kind.DEPLOY, round(at_s + self._rng.uniform(1.0, 120.0), 3))

    def bridge(self) -> None:
        kind = self._rng.choice([Kind.KILL, Kind.KILL, Kind.RESTART, Kind.CUT, Kind.CUT])
        self._add(self._time(0.5), kind)

    def broker(self) -> None:
        forgets = self._mode is Mode.WHOLE and self._rng.random() < 0.7
        self._add(self._time(), Kind.BROKER, round(self._rng.uniform(0.5, 30.0), 3), forgets)

    def faults(self, swarm: frozenset[What]) -> None:
        for effect, (number, rate, possible) in _EFFECTS.items():
            ways = [what for what in possible if what in swarm]
            for nth in range(1, number + 1 if ways else 1):
                if self._rng.random() < rate:
                    self._add(0.0, Kind.FAULT, effect, nth, self._rng.choice(ways))
