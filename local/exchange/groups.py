"""The other groups: who buys what, and in which spelling. Pure.

The n-th purchase of a run is always the same for a seed (group, company, quantity, spelling); only
its id is new in every run, because an id that comes again is the same request.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from local.exchange.dice import dice
from local.exchange.market import iso

PURCHASES: Final = UUID("b4f7a2c2-6b1f-4e0e-9b54-0f6f2d6f4d10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """`interval_s`: between purchases of all groups, on average; `run` tells runs apart."""

    numbers: tuple[int, ...]
    symbols: Sequence[str]
    seed: int
    run: str
    interval_s: float

    def pause_s(self, nth: int) -> float:
        """Seconds before the n-th purchase; at most four times the mean."""
        pause = dice(self.seed, "pause", nth).expovariate(1 / self.interval_s)
        return min(pause, 4 * self.interval_s)

    def request(self, nth: int, at: datetime) -> bytes:
        """The n-th purchase of the run, as a `stocks/request` message."""
        draw = dice(self.seed, "purchase", nth)
        request_id = str(uuid5(PURCHASES, f"{self.seed}/{self.run}/{nth}"))
        group = draw.choice(self.numbers)
        symbol, quantity = (
            draw.choice(self.symbols),
            round(draw.uniform(0.1, 20), draw.choice((0, 1, 3))),
        )
        if draw.random() < 0.05:
            symbol, quantity = draw.choice((("NOPE", quantity), (symbol, 0), (symbol, -quantity)))
        message = _spelled(draw, group, quantity, at)
        return json.dumps({"request_id": request_id, "symbol": symbol, **message}).encode()


def _spelled(draw: Random, group: int, quantity: float, at: datetime) -> dict[str, Any]:
    """What differs among groups: numbers as strings, free text as time, keys of their own."""
    message: dict[str, Any] = {
        "group_id": draw.choice((str(group), group)),
        "datetime": draw.choice(
            (iso(at), iso(at), at.isoformat(), at.strftime("%d/%m/%Y %H:%M"), "hola")
        ),
        "deposit_token": "",
        "quantity": draw.choice((quantity, quantity, str(quantity))),
        "seller": draw.choice((0, 0, "0")),
    }
    if draw.random() < 0.2:
        message["version"] = "1.0"
    return message


def numbers_beside(ours: int, count: int) -> tuple[int, ...]:
    """The numbers of `count` other groups: 1, 2, … without our own."""
    return tuple(number for number in range(1, count + 2) if number != ours)[:count]
