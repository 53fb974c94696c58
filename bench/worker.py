"""What the workers of a projection compute: from DynamoDB's answers, as bytes, to the sums.

    python -m bench.worker [--rounds N]

Real workers over the real adapters read a history of 100,000 prices, five minutes apart; only the
network is left out: each query is answered from memory. Then what the last step computes, and the
sums of as many raw ticks at once, which no worker ever reads. All of it in CPU time.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial, reduce
from operator import add, itemgetter
from typing import Any, Final

from awsjson.connections import Answer
from bench.in_process import Call, through
from lambdas.adapters import dynamodb
from lambdas.adapters.activity import DynamoActivityLog
from lambdas.adapters.market import DynamoMarket
from lambdas.adapters.market_items import candle_item, price_item
from lambdas.adapters.orders import DynamoOrders
from lambdas.adapters.wallets import DynamoWallets
from lambdas.domain import candles
from lambdas.domain.candles import Candle, CandleKey, Interval
from lambdas.domain.market import Tick
from lambdas.domain.projections import Window, project
from lambdas.domain.slices import parts, slices
from lambdas.domain.sums import Sums
from lambdas.names import Table
from lambdas.usecases import project_price
from lambdas.usecases.job_sources import Sources, Task
from lambdas.usecases.project_price import Partial, Question

EVERY: Final = timedelta(minutes=5)
DAYS: Final = 348
POINTS: Final = DAYS * 288
NOW: Final = datetime(2026, 3, 4, 15, 2, 30, tzinfo=UTC)
SYMBOL: Final = "AAPL"

Item = Mapping[str, Mapping[str, str]]


class Memory:
    """Answers queries of one partition and a span of its sort key, in place of the network.

    What was asked once is answered with the same bytes again, so that only the first round makes
    them.
    """

    def __init__(self, partitions: Mapping[str, Sequence[tuple[str, Item]]]) -> None:
        self._partitions = partitions
        self._answers: dict[str, bytes] = {}
        self.items = 0  # in all the answers

    def __call__(self, call: Call) -> Answer:
        """The answer, without sending anything."""
        asked = str(call.request)
        if asked not in self._answers:
            self._answers[asked] = self._answer(call.request)
        return Answer(200, {}, self._answers[asked])

    def _answer(self, query: Any) -> bytes:
        values = query["ExpressionAttributeValues"].values()
        partition, start, end = (value["S"] for value in values)
        found = [item for at, item in self._partitions[partition] if start <= at <= end]
        self.items += len(found)
        return json.dumps(
            {"Items": found[::-1], "Count": len(found), "ScannedCount": len(found)}
        ).encode()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.worker", description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    ticks = list(_ticks())
    points = [(tick.observed_at, tick.price) for tick in ticks]
    memory = Memory(_partitions(ticks))
    with through(memory):
        _measure(rounds, memory, points)
    return 0


def _measure(rounds: int, memory: Memory, points: list[tuple[datetime, Decimal]]) -> None:
    sources = _sources()
    task = Task(
        account_id="bench",
        question=Question(symbol=SYMBOL, days=DAYS, quantity=Decimal(1)),
        now=NOW,
    )
    window = Window(now=NOW, days=DAYS)
    dealt = parts(slices(window.start, window.end))
    sums = reduce(add, map(_sums_in, (project_price.work(task, part, sources) for part in dealt)))
    assert sums == Sums.of(points, window.start), "what the workers find is the whole history"

    print(f"{POINTS:,} prices of {DAYS} days: {memory.items} items for {len(dealt)} workers\n")
    print(f"{'ms of CPU, ' + str(rounds) + ' rounds':>46}  median    p10    p90")
    for number, part in enumerate(dealt, start=1):
        _print(rounds, f"worker {number}", partial(project_price.work, task, part, sources))
    _print(
        rounds,
        "line, band and chart",
        lambda: project(window, sums, purchases=9, quantity=Decimal(1), latest=Decimal(1)),
    )
    _print(rounds, f"sums of {POINTS:,} raw ticks", lambda: Sums.of(points, window.start))


def _ticks() -> Iterator[Tick]:
    chance = random.Random(1)
    for k in range(POINTS):
        at = NOW - EVERY * (POINTS - 1 - k)
        yield Tick(
            symbol=SYMBOL,
            name="Apple Inc.",
            price=Decimal(chance.randint(180_000_000, 200_000_000)).scaleb(-6),
            currency="USD",
            source="Nasdaq Real Time Price",
            observed_at=at,
            received_at=at,
        )


def _partitions(ticks: Sequence[Tick]) -> Mapping[str, Sequence[tuple[str, Item]]]:
    """All items by their partition and sort key, as the tables hold them."""
    grown: dict[CandleKey, Candle] = {}
    for tick in ticks:
        for interval in Interval:
            key = candles.key_of(tick, interval)
            grown[key] = candles.with_tick(grown.get(key), tick, interval)
    items: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    for tick in ticks:
        item = price_item(tick).serialize()
        items[SYMBOL].append((item["observed_at"]["S"], item))
    for candle in grown.values():
        item = candle_item(candle).serialize()
        items[item["series"]["S"]].append((item["opened_at"]["S"], item))
    return {name: sorted(some, key=itemgetter(0)) for name, some in items.items()}


def _sources() -> Sources:
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    connection = dynamodb.connect({table: table.value for table in Table}, "us-east-1")
    return Sources(
        market=DynamoMarket(connection),
        activity=DynamoActivityLog(),
        orders=DynamoOrders(connection),
        wallets=DynamoWallets(connection),
    )


def _sums_in(partial: Partial) -> Sums:
    return Sums(**{name: int(text) for name, text in partial.items()})


def _print(rounds: int, what: str, compute: Callable[[], object]) -> None:
    took = []
    for _ in range(rounds):
        began = time.process_time()
        compute()
        took.append((time.process_time() - began) * 1000)
    tenths = statistics.quantiles(took, n=10)
    print(f"{what:>46}  {statistics.median(took):6.1f} {tenths[0]:6.1f} {tenths[-1]:6.1f}")


if __name__ == "__main__":
    sys.exit(main())
