"""A function that dies at random does so on a laptop only, at each of three moments, and otherwise
does what it always does.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from local.faults import dying

LOCAL = {"STAGE": "local", dying.RATE: "0.3"}


class Death(BaseException):
    """In place of the end of the process."""


class Function:
    """Notes what it was given."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, event: Any, context: Any) -> str:
        self.events.append(event)
        return "done"


def die() -> None:
    raise Death


@pytest.fixture
def fate(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets what is drawn next."""
    return lambda drawn: monkeypatch.setattr(random, "random", lambda: drawn)


@pytest.mark.parametrize("stage", ["dev", "prod", "", None])
def test_in_every_other_stage_it_is_the_function_itself(stage: str | None) -> None:
    real = Function()
    environ = {dying.RATE: "1"} | ({} if stage is None else {"STAGE": stage})
    assert dying.wrapped(real, environ, die) is real


def test_it_dies_before_it_has_done_anything(fate: Callable[[float], None]) -> None:
    real = Function()
    fate(0.05)
    with pytest.raises(Death):
        dying.wrapped(real, LOCAL, die)("event", None)
    assert real.events == []


def test_it_dies_when_all_is_done_and_nobody_knows(fate: Callable[[float], None]) -> None:
    real = Function()
    fate(0.25)
    with pytest.raises(Death):
        dying.wrapped(real, LOCAL, die)("event", None)
    assert real.events == ["event"]


def test_it_dies_in_the_midst(fate: Callable[[float], None]) -> None:
    from threading import Event

    died = Event()

    def slow(event: Any, context: Any) -> bool:
        return died.wait(5)

    fate(0.15)
    assert dying.wrapped(slow, LOCAL, died.set)("event", None)


def test_else_it_does_what_it_always_does(fate: Callable[[float], None]) -> None:
    real = Function()
    fate(0.3)
    assert dying.wrapped(real, LOCAL, die)("event", None) == "done"
    assert real.events == ["event"]
