"""Candles are made anew from the history, of one company or of all."""

from datetime import timedelta

from lambdas.usecases.update_market import update_market
from tests.builders import NOW, a_tick
from tests.fakes.memory import MemoryMarket
from tests.unit.ops.world import World


def a_world_without_candles() -> World:
    world = World()
    ticks = [
        a_tick(symbol=symbol, observed_at=NOW - timedelta(days=day))
        for symbol in ("AAPL", "MSFT")
        for day in range(2)
    ]
    update_market(MemoryMarket(world.store), ticks)
    world.store.candles.clear()
    return world


def test_all_companies_get_their_candles_back_and_a_second_run_finds_nothing_to_do() -> None:
    world = a_world_without_candles()
    status, said = world.run("candles")
    assert status == 0
    assert said.count("2 days with prices, 4 candles") == 2
    assert len(world.store.candles) == 8
    assert world.run("candles")[1].count("2 days with prices, 0 candles") == 2


def test_one_company_is_made_anew_alone_and_in_any_case_of_letters() -> None:
    world = a_world_without_candles()
    assert world.run("candles", "msft")[0] == 0
    assert {symbol for symbol, _, _ in world.store.candles} == {"MSFT"}


def test_a_company_that_there_is_not_is_said_plainly() -> None:
    status, said = World().run("candles", "NOPE")
    assert (status, "no company 'NOPE'" in said) == (1, True)
