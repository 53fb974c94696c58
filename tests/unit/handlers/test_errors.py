"""What a function without a client raises and logs when something unexpected happens."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.domain.errors import StaleDecision, Transient
from lambdas.handlers import jobs, master, prices, relay, requests, sweep, validations, worker
from lambdas.handlers.errors import UnexpectedError, hide_foreign_errors
from tests.fakes.dependencies import Context
from tests.fakes.log import captured_lines

SECRET = "eyJhbGciOi-a-token"
HANDLERS = [jobs, master, prices, relay, requests, sweep, validations, worker]


def raising(error: Exception) -> Callable[[Any, Context], Any]:
    @hide_foreign_errors
    def handler(event: Any, context: Any) -> Any:
        raise error

    return handler


def test_the_text_of_a_foreign_exception_is_neither_raised_nor_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with captured_lines(capsys) as lines:
        with pytest.raises(UnexpectedError, match=r"^ValueError$") as raised:
            raising(ValueError(SECRET))({}, Context())
        (line,) = lines()
    assert raised.value.__suppress_context__, "a traceback does not show the foreign exception"
    assert line["error"] == "ValueError"
    assert SECRET not in str(line)


@pytest.mark.parametrize("error", [Transient(), StaleDecision()])
def test_an_expected_error_keeps_its_class_for_the_workflow(error: Exception) -> None:
    with pytest.raises(type(error)):
        raising(error)({}, Context())


@pytest.mark.parametrize("module", HANDLERS, ids=lambda module: module.__name__)
def test_no_function_lets_a_foreign_text_through(
    module: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UnexpectedError):
        module.handler(SECRET, Context())  # no event at all: a TypeError or KeyError inside
    assert SECRET not in capsys.readouterr().out
