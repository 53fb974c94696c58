"""Purchases of the other groups, in the various spellings that groups use. Pure.

The n-th purchase of a run is the same for the same seed (group, company, quantity, spelling). Only
its request id differs between runs, because a repeated id means the same request again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Final
from uuid import UUID, uuid5

from local.exchange.messages import timestamp
from local.exchange.seeds import random_source

PURCHASES: Final = UUID("b4f7a2c2-6b1f-4e0e-9b54-0f6f2d6f4d10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """`interval_s` is the mean time between purchases of all groups together; `run` makes the
    request ids of one run differ from those of another.
    """

    numbers: tuple[int, ...]
    symbols: Sequence[str]
    seed: int
    run: str
    interval_s: float

    def pause_s(self, nth: int) -> float:
        """Seconds before the n-th purchase; at most four times the mean."""
        source = random_source(self.seed, "pause", nth)
        return min(source.expovariate(1 / self.interval_s), 4 * self.interval_s)

    def request(self, nth: int, at: datetime) -> bytes:
        """The n-th purchase of the run, as a `stocks/request` message."""
        source = random_source(self.seed, "purchase", nth)
        request_id = str(uuid5(PURCHASES, f"{self.seed}/{self.run}/{nth}"))
        group = source.choice(self.numbers)
        symbol = source.choice(self.symbols)
        quantity = round(source.uniform(0.1, 20), source.choice((0, 1, 3)))
        if source.random() < 0.05:  # a purchase that must be rejected
            rejected = (("NOPE", quantity), (symbol, 0), (symbol, -quantity))
            symbol, quantity = source.choice(rejected)
        message = _spelled(source, group, quantity, at)
        return json.dumps({"request_id": request_id, "symbol": symbol, **message}).encode()


def other_groups(ours: int, count: int) -> tuple[int, ...]:
    """Numbers of `count` other groups: 1, 2, … without our own."""
    return tuple(number for number in range(1, count + 2) if number != ours)[:count]


def _spelled(source: Random, group: int, quantity: float, at: datetime) -> dict[str, Any]:
    """Fields that groups spell differently: numbers as strings, free text as time, extra keys."""
    times = (timestamp(at), timestamp(at), at.isoformat(), at.strftime("%d/%m/%Y %H:%M"), "hola")
    message: dict[str, Any] = {
        "group_id": source.choice((str(group), group)),
        "datetime": source.choice(times),
        "deposit_token": "",
        "quantity": source.choice((quantity, quantity, str(quantity))),
        "seller": source.choice((0, 0, "0")),
    }
    if source.random() < 0.2:
        message["version"] = "1.0"
    return message
