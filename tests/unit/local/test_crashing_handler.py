"""The crashing handler crashes in the local stage only, before, during or after a call, and
otherwise returns what the function returns.
"""

import random
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from local import crashing_handler
from local.crashing_handler import crashing

LOCAL = {"STAGE": "local", crashing_handler.RATE: "0.3"}


class Crash(BaseException):
    """Stands for the end of the process."""


class Function:
    """Records its events."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, event: Any, context: Any) -> str:
        self.events.append(event)
        return "done"


def crash() -> None:
    raise Crash


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the next random number."""
    return lambda number: monkeypatch.setattr(random, "random", lambda: number)


@pytest.mark.parametrize("stage", ["dev", "prod", "", None])
def test_in_every_other_stage_it_is_the_function_itself(stage: str | None) -> None:
    real = Function()
    environ = {crashing_handler.RATE: "1"} | ({} if stage is None else {"STAGE": stage})
    assert crashing(real, environ, crash) is real


def test_it_crashes_before_the_call(draw: Callable[[float], None]) -> None:
    real = Function()
    draw(0.05)
    with pytest.raises(Crash):
        crashing(real, LOCAL, crash)("event", None)
    assert real.events == []


def test_it_crashes_after_the_call_and_before_its_result_is_returned(
    draw: Callable[[float], None],
) -> None:
    real = Function()
    draw(0.25)
    with pytest.raises(Crash):
        crashing(real, LOCAL, crash)("event", None)
    assert real.events == ["event"]


def test_it_crashes_during_the_call(draw: Callable[[float], None]) -> None:
    crashed = Event()

    def slow(event: Any, context: Any) -> bool:
        return crashed.wait(5)

    draw(0.15)
    assert crashing(slow, LOCAL, crashed.set)("event", None)


def test_otherwise_it_returns_the_result_of_the_function(draw: Callable[[float], None]) -> None:
    real = Function()
    draw(0.3)
    assert crashing(real, LOCAL, crash)("event", None) == "done"
    assert real.events == ["event"]
