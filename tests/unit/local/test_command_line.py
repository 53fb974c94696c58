"""The commands of `python -m local`: what they check before anything starts, and their messages."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local.__main__ import app
from local.options import CannotRun


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def invoke(state: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["--state", str(state), *arguments])


def test_every_command_is_listed_and_has_a_help_page() -> None:
    listed = CliRunner().invoke(app, ["--help"]).output
    for command in ("up", "demo", "confirm", "watch", "logs", "clean", "bridge", "broker"):
        assert command in listed
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    "command",
    [["demo"], ["logs"], ["bridge"], ["confirm", "a@example.com"], ["watch", "a@example.com"]],
)
def test_a_command_that_needs_a_run_says_how_to_start_one(state: Path, command: list[str]) -> None:
    error = invoke(state, *command).exception
    assert isinstance(error, CannotRun)
    assert "make up" in str(error)


def test_a_confirmation_without_an_address_shows_how_to_name_one(state: Path) -> None:
    error = invoke(state, "confirm", "").exception
    assert isinstance(error, CannotRun)
    assert "make confirm EMAIL=" in str(error)


def test_a_watch_without_an_address_shows_how_to_name_one(state: Path) -> None:
    error = invoke(state, "watch", "").exception
    assert isinstance(error, CannotRun)
    assert "make watch EMAIL=" in str(error)


def test_a_broker_of_kind_none_cannot_be_started(state: Path) -> None:
    error = invoke(state, "broker", "--broker", "none").exception
    assert isinstance(error, CannotRun)
    assert "--broker iotcore" in str(error)


@pytest.mark.parametrize(
    "arguments",
    [
        ["up", "--broker", "rabbitmq"],
        ["up", "--broker-queue", "-1"],
        ["up", "--bridge", "fargate"],
        ["up", "--exchange-options", "--ledger 'unclosed"],
    ],
)
def test_an_invalid_option_is_refused_before_anything_starts(
    state: Path, arguments: list[str]
) -> None:
    assert invoke(state, *arguments).exit_code == 2
    assert not state.exists()


def test_clean_deletes_the_data_of_runs_and_says_so(state: Path) -> None:
    (state / "cloud").mkdir(parents=True)
    result = invoke(state, "clean")
    assert result.exit_code == 0
    assert f"Deleted: users, orders and all other data of runs in {state}" in result.output
    assert list(state.iterdir()) == []
