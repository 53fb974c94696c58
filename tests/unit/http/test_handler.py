"""The deployed handler: the API over the dependencies of the process."""

import pytest

from lambdas.handlers import api
from lambdas.names import Setting
from tests.builders import ALICE
from tests.fakes.dependencies import SETTINGS
from tests.fakes.log import Lines
from tests.fakes.memory import MemoryProfiles, MemoryStore
from tests.unit.http.gateway import Context, event


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(vars(api.deps), "profiles", MemoryProfiles(MemoryStore()))


def test_the_handler_answers_with_the_settings_of_the_environment() -> None:
    response = api.handler(event("GET", "/me"), Context())

    assert response["statusCode"] == 200
    assert ALICE in response["body"]
    assert response["headers"]["X-Request-Id"] == "request-1"
    assert response["headers"]["Cache-Control"] == "no-store"


def test_a_log_line_has_both_request_ids_and_nothing_of_the_invocation_before(log: Lines) -> None:
    api.logger.set_correlation_id("of the invocation before")

    api.handler(event("GET", "/nope"), Context())

    (line,) = log()
    assert (line["request_id"], line["function_request_id"]) == (
        "request-1",
        Context.aws_request_id,
    )
    assert "correlation_id" not in line


def test_a_missing_setting_is_logged_by_its_exception_alone(
    log: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(Setting.CURRENCY)

    response = api.handler(event("GET", "/me"), Context())

    (line,) = log()
    assert response["statusCode"] == 500
    assert (line["message"], line["error"]) == ("failed", "KeyError")
