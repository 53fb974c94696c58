"""What people and the exchange do to the system, one operation at a time, through the deployed
handlers, and what each uses: calls, read units, write units, bytes of log.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Final
from uuid import UUID

from bench import events
from bench.aws_stub import COMPANIES, quote
from bench.world import CONTEXT, NOW, Operation, World, new_world
from lambdas.adapters.market_items import candle_item
from lambdas.adapters.market_tables import QuoteItem
from lambdas.domain.candles import Candle, Interval, opened_at
from lambdas.domain.sums import Sums


def measured() -> list[Operation]:
    """Every operation, in an order in which they can happen."""
    with new_world() as world:
        _fill_board(world)
        _money(world)
        _an_order(world)
        _others(world)
        _screens(world)
        _a_projection(world)
        return world.operations


def _fill_board(world: World) -> None:
    """A board whose trends are as long as they get, and a month of AAPL; then prices come."""
    from lambdas.handlers import prices

    now = NOW
    for number in range(COMPANIES):
        QuoteItem.from_raw_data(quote(number, now)).save()
    for candle in _month_of_candles(now):
        candle_item(candle).save()
    world.forget()
    batch = events.queue(events.prices(COMPANIES, now + timedelta(seconds=1)))
    prices.handler(batch, CONTEXT)
    world.note("prices of 25 companies")
    prices.handler(batch, CONTEXT)
    world.note("the same prices once more")


def _month_of_candles(now: datetime) -> Iterator[Candle]:
    """A price every five minutes, of the first company."""
    start = opened_at(now - timedelta(days=31), Interval.DAY)
    ticks = [
        (start + number * timedelta(minutes=5), Decimal("190.25"))
        for number in range((now - start) // timedelta(minutes=5))
    ]
    for interval in Interval:
        for opened, found in groupby(ticks, lambda tick: opened_at(tick[0], interval)):  # noqa: B023 - read at once
            points = list(found)
            yield Candle(
                symbol=events.symbol(0),
                interval=interval,
                opened_at=opened,
                open=points[0][1],
                high=points[0][1],
                low=points[0][1],
                close=points[-1][1],
                first_at=points[0][0],
                last_at=points[-1][0],
                sums=Sums.of(points, opened),
            )


def _money(world: World) -> None:
    world.ask("POST", "/wallet/deposits", {"amount": "100000.00"}, UUID(int=1))
    world.note("deposit")


def _an_order(world: World) -> None:
    for number in range(5):  # somebody who has bought before
        _filled(world, number, events.symbol(number))
    world.forget()
    order_id = _placed(world, 10, "AAPL")
    world.note("order placed")
    _relayed(world, order_id)
    world.note("order relayed")
    _answered(order_id)
    world.note("order accepted")
    _seen(order_id)
    world.note("order seen at the broker, answered by then")
    _answered(order_id)
    world.note("the same answer once more")
    _placed(world, 10, "AAPL")
    world.note("the same order once more")
    _swept(world, order_id)
    world.note("the sweep looks at an order, and forgets it")
    refused = _placed(world, 11, "AAPL")
    world.forget()
    _seen(refused)
    world.note("order seen at the broker, not answered yet")
    _answered(refused, valid=False)
    world.note("order rejected")


def _filled(world: World, number: int, symbol: str) -> str:
    order_id = _placed(world, number, symbol)
    _answered(order_id)
    return order_id


def _placed(world: World, number: int, symbol: str) -> str:
    body = {"symbol": symbol, "quantity": "0.5"}
    order_id: str = world.ask("POST", "/orders", body, UUID(int=100 + number))["order_id"]
    return order_id


def _relayed(world: World, order_id: str) -> None:
    from lambdas.handlers import relay

    relay.handler(events.inserted(world.order_item(order_id)), CONTEXT)


def _swept(world: World, order_id: str) -> None:
    from lambdas.handlers import sweep

    sweep.handler({}, CONTEXT)  # with nothing to look at; not what is measured
    world.remind(order_id)
    world.forget()
    sweep.handler({}, CONTEXT)


def _seen(order_id: str) -> None:
    from lambdas.handlers import requests

    requests.handler(events.queue(events.request(order_id)), CONTEXT)


def _answered(order_id: str, *, valid: bool = True) -> None:
    from lambdas.handlers import validations

    validations.handler(events.queue(events.verdict(order_id, valid=valid)), CONTEXT)


def _others(world: World) -> None:
    from lambdas.handlers import requests, validations

    requests.handler(events.queue(events.request("other-1", "13")), CONTEXT)
    validations.handler(events.queue(events.verdict("other-1", group_id=13)), CONTEXT)
    world.note("another group's order, asked and answered")


SCREENS: Final = {
    "board": "/stocks",
    "one company": "/stocks/AAPL",
    "a page of candles": "/stocks/AAPL/candles",
    "wallet": "/wallet",
    "a page of the ledger": "/wallet/postings",
    "a page of orders": "/orders",
    "portfolio of 5 companies": "/portfolio",
}


def _screens(world: World) -> None:
    for name, path in SCREENS.items():
        world.ask("GET", path)
        world.note(name)
    order_id = world.ask("GET", "/orders")["items"][0]["order_id"]
    world.forget()
    world.ask("GET", f"/orders/{order_id}")
    world.note("one order")


def _a_projection(world: World) -> None:
    from lambdas.handlers import jobs

    body = {"kind": "projection", "symbol": "AAPL", "days": 30, "quantity": "2.5"}
    job_id = world.ask("POST", "/jobs", body)["job_id"]
    world.note("projection asked for")
    jobs.handler(events.queue(json.dumps({"job_id": job_id})), CONTEXT)
    world.note("projection computed")
    assert world.ask("GET", f"/jobs/{job_id}")["state"] == "finished"
    world.note("projection read")
