"""The exchange: somebody else's program, which decides once and answers as it likes.

What it holds is the truth that law 6 is measured by. It reads and writes JSON by itself, so that
our wire formats are not tested against themselves.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.simulation.broker import SimBroker
from tests.simulation.kernel import Kernel

INFO: Final = "stocks/info"
REQUEST: Final = "stocks/request"
VALIDATION: Final = "stocks/validation"
OUR_GROUP: Final = "3"


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How it treats one of our requests, the n-th that it has heard of."""

    drops: int = 0  # answers that it never gives
    repeats: int = 0
    contradicts: bool = False
    stranger: bool = False  # another group's answer, the opposite of ours, under our id
    rejects: bool | None = None


class SimExchange:
    """Decides on first sight of an id; the same id again is the same request."""

    def __init__(
        self, kernel: Kernel, rng: Random, broker: SimBroker, manners: Mapping[int, Manners]
    ) -> None:
        self.kernel = kernel
        self.verdicts: dict[str, bool] = {}
        self.requests: dict[str, dict[str, Any]] = {}
        self.copies: defaultdict[str, set[bytes]] = defaultdict(set)
        self.said: defaultdict[str, set[bool]] = defaultdict(set)
        self.rubbish: set[bytes] = set()
        self.prices: defaultdict[str, set[str]] = defaultdict(set)
        self.version = 0
        self._rng = rng
        self._broker = broker
        self._manners = manners
        self._asked: defaultdict[str, int] = defaultdict(int)
        self._number: dict[str, int] = {}

    def hear(self, payload: bytes) -> None:
        """A message on the request topic."""
        try:
            message = json.loads(payload)
        except ValueError:
            return
        if not isinstance(message, dict) or message.get("group_id") != OUR_GROUP:
            return
        request_id = message["request_id"]
        self.version += 1
        self.copies[request_id].add(payload)
        self.requests.setdefault(request_id, message)
        number = self._number.setdefault(request_id, len(self._number))
        manners = self._manners.get(number, Manners())
        if request_id not in self.verdicts:
            rejects = manners.rejects
            self.verdicts[request_id] = self._rng.random() < 0.6 if rejects is None else not rejects
        self._asked[request_id] += 1
        self._answer(request_id, manners)

    def _answer(self, request_id: str, manners: Manners) -> None:
        valid = self.verdicts[request_id]
        if not self.kernel.is_calm and self._asked[request_id] <= manners.drops:
            self.kernel.say(f"exchange: decides on {request_id}: {valid}, and says nothing")
            return
        self.kernel.say(f"exchange: decides on {request_id}: {valid}")
        is_first = self._asked[request_id] == 1
        for nth in range(1 + (manners.repeats if is_first else 0)):
            self._later(nth * 2.0, request_id, OUR_GROUP, valid)
        if is_first and not self.kernel.is_calm:
            self._mislead(request_id, manners, valid)

    def _mislead(self, request_id: str, manners: Manners, valid: bool) -> None:
        if manners.contradicts:  # later, or so close that both are on their way at once
            for delay_s in self._rng.choice([[3.0], [0.0], [0.0, 0.0, 0.0]]):
                self._later(delay_s, request_id, OUR_GROUP, not valid)
        if manners.stranger:
            self._later(0.0, request_id, "7", not valid)

    def _later(self, delay_s: float, request_id: str, group: str, valid: bool) -> None:
        delay_s += self._broker.delay_s(2.0)
        self.kernel.at(delay_s, lambda: self.answer(request_id, group, valid))

    def answer(self, request_id: str, group: str, valid: bool) -> None:
        """Say it, in one of the ways in which it has been seen."""
        if group == OUR_GROUP:
            self.version += 1
            self.said[request_id].add(valid)
        choose = self._rng.choice
        message = {
            "request_id": request_id,
            "group_id": choose([int(group), group, float(group), f" {group}"]),
            "seller": 0,
            "valid": choose([valid, valid, str(valid).lower(), int(valid)]),
        }
        self.kernel.say(f"exchange: answers {request_id} of group {group}: {valid}")
        self._broker.publish(VALIDATION, json.dumps(message).encode())

    def forge(self, request_id: str) -> None:
        """An answer to our group about a request that we never made."""
        message = {"request_id": request_id, "group_id": 3, "seller": 0, "valid": True}
        self.babble(VALIDATION, json.dumps(message).encode())

    def babble(self, topic: str, payload: bytes) -> None:
        """Something that belongs with the dead letters."""
        self.kernel.say(f"exchange: rubbish on {topic}")
        self.rubbish.add(payload)
        self._broker.publish(topic, payload)

    def trade_of(self, group: int, request_id: str, valid: bool) -> None:
        """Another group's request and its answer, in any order."""
        request = {
            "request_id": request_id,
            "group_id": group,
            "symbol": "AAPL",
            "quantity": 1.5,
            "datetime": "x",
        }
        payload = json.dumps(request).encode()
        self.kernel.at(self._broker.delay_s(), lambda: self._broker.publish(REQUEST, payload))
        self._later(0.0, request_id, str(group), valid)

    def quote(self, prices: Mapping[str, str], at: str) -> None:
        """A batch of prices, as of a time in text."""
        for symbol, price in prices.items():
            self.prices[symbol].add(price)
        stocks = ", ".join(
            f'{{"symbol": "{symbol}", "price": {price}, "currency": "USD"}}'
            for symbol, price in prices.items()
        )
        message = {"stocks": f"[{stocks}]", "stocks_id": at, "datetime": at}
        said = " ".join(f"{symbol} {price}" for symbol, price in prices.items())
        self.kernel.say(f"exchange: prices {said} as of {at}")
        self._broker.publish(INFO, json.dumps(message).encode())
