"""Arguments, help, failures, the terminal, and where a system is found."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from typer.testing import CliRunner

from lambdas.names import Function, Queue, Table
from ops.__main__ import app, explain
from ops.console import age, clock, printable
from ops.endpoints import DEAD_LETTERS, Endpoints, function_name
from ops.ports import CannotRun, Unreadable
from tests.builders import NOW
from tests.unit.ops.world import World

COMMANDS = (
    *("alarms", "queues", "bridge", "errors", "reconcile", "overdue", "conflicts", "order"),
    *("void", "replay", "candles"),
)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["void", "id"],
        ["replay", "elsewhere"],
        ["reconcile", "--workers", "0"],
        ["overdue", "--after", "-1"],
        ["errors", "--minutes", "x"],
        ["--stage", "dev", "--state", "x", "conflicts"],
    ],
)
def test_wrong_arguments_are_status_2_and_say_what_is_wrong(arguments: list[str]) -> None:
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 2
    assert "Error" in ran.output


def test_help_lists_every_command_and_the_statuses() -> None:
    ran = CliRunner().invoke(app, ["--help"])
    assert ran.exit_code == 0
    assert all(f" {command} " in ran.output for command in COMMANDS)
    assert "Exit status 0" in ran.output


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    ran = CliRunner().invoke(app, [command, "--help"], prog_name="python -m ops")
    assert ran.exit_code == 0
    assert f"python -m ops {command} [OPTIONS]" in ran.output


def test_no_command_at_all_is_status_2_and_shows_the_help() -> None:
    ran = CliRunner().invoke(app, [])
    assert (ran.exit_code, "reconcile" in ran.output) == (2, True)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NoCredentialsError(), "Log in"),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "Scan"), "operations.md#rights"),
        (ClientError({"Error": {"Code": "Other"}}, "Scan"), "region and your credentials"),
        (Unreadable("an item of orders cannot be read"), "reconcile"),
        (CannotRun("Deploy it."), "Deploy it."),
    ],
)
def test_what_keeps_a_command_from_running_comes_with_advice(error: Exception, advice: str) -> None:
    assert advice in explain(error)


def test_a_refused_call_of_aws_is_status_2(world: World) -> None:
    def refused() -> list[Any]:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeAlarms")

    ran = CliRunner().invoke(app, ["alarms"], obj=lambda: replace(world.tools(), alarms=refused))
    assert (ran.exit_code, "Your role lacks a right" in ran.output) == (2, True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h 0 min"), (93_600, "1 d 2 h")],
)
def test_ages_have_two_units(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


def test_what_has_not_happened_is_a_dash() -> None:
    assert clock(None) == "—"


def test_foreign_text_cannot_act_on_the_terminal() -> None:
    assert printable("a\x1b[31m\nb\u202e") == "a\\x1b[31m\\x0ab\\x202e"
    assert printable("x" * 50, 10) == "x" * 9 + "…"


def test_a_run_that_is_not_there_is_status_2_and_a_way_out(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["--state", str(tmp_path), "conflicts"])
    assert ran.exit_code == 2
    assert "make up" in ran.output


def laptop_outputs() -> dict[str, Any]:
    queues = {it.value: f"url/{it}" for it in Queue}
    return {
        "region": "us-east-1",
        "aws_endpoint_url": "http://127.0.0.1:1",
        "tables": {it.value: f"table-{it}" for it in Table},
        "queues": queues | {f"{it}_dead_letters": f"url/{it}-dead" for it in DEAD_LETTERS},
    }


def test_a_laptops_system_is_found_by_its_outputs(tmp_path: Path) -> None:
    (tmp_path / "outputs.json").write_text(json.dumps(laptop_outputs()))
    endpoints = Endpoints.of_laptop(tmp_path)
    assert endpoints.tables[Table.ORDERS] == "table-orders"
    assert endpoints.queues == {it.value: f"url/{it}" for it in Queue}
    assert endpoints.dead_letters["relay"] == "url/relay-dead"
    assert endpoints.backend_stack == "fintech-local-backend"


def test_a_laptop_that_runs_another_version_is_a_clear_sentence(tmp_path: Path) -> None:
    outputs = laptop_outputs()
    del outputs["tables"]["deposits"]
    (tmp_path / "outputs.json").write_text(json.dumps(outputs))
    with pytest.raises(CannotRun, match=r"'deposits'.*make clean"):
        Endpoints.of_laptop(tmp_path)


class Stacks:
    """CloudFormation, as far as it is called."""

    def __init__(self, outputs: dict[str, dict[str, str]]) -> None:
        self._outputs = outputs

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        if StackName not in self._outputs:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        outputs = self._outputs[StackName].items()
        return {"Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs]}]}


def stage_outputs() -> dict[str, dict[str, str]]:
    queues = {f"{it.value.capitalize()}QueueUrl": f"url/{it}" for it in Queue}
    dead = {f"{it.capitalize()}DeadLetterQueueUrl": f"url/{it}-dead" for it in DEAD_LETTERS}
    return {
        "fintech-dev-data": {f"{it.value.capitalize()}Table": f"table-{it}" for it in Table},
        "fintech-dev-backend": queues | dead,
    }


def test_a_stages_system_is_found_by_the_outputs_of_its_stacks() -> None:
    endpoints = Endpoints.of_stage("dev", "eu-west-1", Stacks(stage_outputs()))
    assert (endpoints.region, endpoints.endpoint_url) == ("eu-west-1", None)
    assert endpoints.tables == {it: f"table-{it}" for it in Table}
    assert endpoints.dead_letters["prices"] == "url/prices-dead"


def test_a_stage_that_is_not_deployed_is_a_clear_sentence() -> None:
    with pytest.raises(CannotRun, match="no stack fintech-prod-data"):
        Endpoints.of_stage("prod", "eu-west-1", Stacks(stage_outputs()))


def test_an_older_deployment_is_a_clear_sentence() -> None:
    outputs = stage_outputs()
    del outputs["fintech-dev-backend"]["RelayDeadLetterQueueUrl"]
    with pytest.raises(CannotRun, match="RelayDeadLetterQueueUrl"):
        Endpoints.of_stage("dev", "eu-west-1", Stacks(outputs))


class Resources:
    """CloudFormation's list of a stack's resources."""

    def get_paginator(self, name: str) -> "Resources":
        assert name == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> list[dict[str, Any]]:  # noqa: N803 - AWS's name
        assert StackName == "backend"
        function = {
            "LogicalResourceId": "ApiFunction0A1B2C3D",
            "PhysicalResourceId": "physical",
            "ResourceType": "AWS::Lambda::Function",
        }
        return [{"StackResourceSummaries": [function]}]


def test_a_function_is_found_by_its_logical_id() -> None:
    assert function_name(Resources(), "backend", Function.API) == "physical"
    with pytest.raises(CannotRun, match="no function sweep"):
        function_name(Resources(), "backend", Function.SWEEP)
