"""What a run does, drawn from a seed: which orders, and which fault strikes while which of them are
being placed. How threads and processes meet is up to the machine; what is tried is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any, Final
from uuid import UUID

REFUSED: Final = "LTMAY"  # the simulator never lets anybody buy it
SYMBOLS: Final = ("AAPL", "AAPL", "FB", "GOOG", "IBM", "MSFT", REFUSED)


class Kind(StrEnum):
    """What can be done to the system."""

    KILL_BRIDGE = "kill the bridge"
    CUT = "cut the network"
    KILL_BROKER = "kill the broker"
    OVERFLOW = "overflow the broker's queue"


class Link(StrEnum):
    """What the bridge talks to."""

    BROKER = "broker"
    CLOUD = "cloud"


class Cut(StrEnum):
    """How a network fails: with an error, or with silence."""

    RESET = "reset"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault, and how long it lasts. `links` and `cut` are of a cut network."""

    kind: Kind
    lasts_s: float
    links: tuple[Link, ...] = ()
    cut: Cut = Cut.RESET

    def __str__(self) -> str:
        links = " and ".join(self.links)
        detail = f" to {links} ({self.cut})" if links else ""
        return f"{self.kind}{detail} for {self.lasts_s:.1f} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One purchase that somebody wants, under one key, and how nervous they are about it."""

    account: int
    key: UUID
    body: dict[str, Any]
    double_click: bool  # the same request twice in the same moment
    again: bool  # once more, although it has been answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Orders that are placed while a fault strikes (None: while nothing does)."""

    fault: Fault | None
    intents: tuple[Intent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The size of a run. Shares are of what may go wrong, 0 to 1; times in seconds."""

    seed: int
    orders: int = 1000
    accounts: int = 20
    kills: int = 20
    cuts: int = 20
    broker_kills: int = 3
    overflows: int = 1
    exchange_fault_share: float = 0.2
    function_fault_share: float = 0.05
    broker_queue: int = 100
    most_open: int = 100
    """Orders without an end, above which people wait before they buy more: a run is about faults,
    not about how much this machine can carry."""

    first_retry_after_s: int = 8
    max_retry_interval_s: int = 16
    visibility_s: int = 20
    calm_within_s: float = 60.0

    def steps(self) -> Iterator[Step]:
        """The faults in their order, each with its share of the orders; calm orders at the end."""
        draw = Random(self.seed)
        faults: list[Fault | None] = [*self._faults(draw), None]
        intents = [self._intent(draw) for _ in range(self.orders)]
        for position, fault in enumerate(faults):
            begin, end = (self.orders * place // len(faults) for place in (position, position + 1))
            yield Step(fault=fault, intents=tuple(intents[begin:end]))

    def _faults(self, draw: Random) -> list[Fault]:
        counts = {
            Kind.KILL_BRIDGE: self.kills,
            Kind.CUT: self.cuts,
            Kind.KILL_BROKER: self.broker_kills,
            Kind.OVERFLOW: self.overflows,
        }
        kinds = [kind for kind, count in counts.items() for _ in range(count)]
        draw.shuffle(kinds)
        return [_fault(kind, draw) for kind in kinds]

    def _intent(self, draw: Random) -> Intent:
        symbol = draw.choice(SYMBOLS)
        quantity = f"{draw.uniform(0.001, 0.3):.6f}"
        amount = f"{draw.uniform(1, 60):.2f}"
        by_amount = symbol == REFUSED or draw.random() < 0.4
        return Intent(
            account=draw.randrange(self.accounts),
            key=UUID(int=draw.getrandbits(128), version=4),
            body={"symbol": symbol} | ({"amount": amount} if by_amount else {"quantity": quantity}),
            double_click=draw.random() < 0.1,
            again=draw.random() < 0.1,
        )


def _fault(kind: Kind, draw: Random) -> Fault:
    lasts_s = draw.uniform(0.5, 3.0)
    if kind is not Kind.CUT:
        return Fault(kind=kind, lasts_s=lasts_s)
    links = draw.choice(((Link.BROKER,), (Link.CLOUD,), (Link.BROKER, Link.CLOUD)))
    return Fault(kind=kind, lasts_s=lasts_s, links=links, cut=draw.choice([*Cut]))
