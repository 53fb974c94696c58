"""The command line's words, the terminal, and where a system is."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.names import Queue, Table
from ops.__main__ import main
from ops.arguments import parse
from ops.console import Console, age, clock, harmless
from ops.errors import CannotRun
from ops.whereabouts import DEAD_LETTERS, Whereabouts
from tests.builders import NOW


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nothing"],
        ["void", "id"],
        ["replay", "elsewhere"],
        ["reconcile", "--workers", "0"],
        ["overdue", "--after", "-1"],
        ["--stage", "dev", "--state", "x", "conflicts"],
    ],
)
def test_what_is_no_command_is_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        parse(arguments)
    assert error.value.code == 2
    assert "usage: python -m ops" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h 0 min"), (93_600, "1 d 2 h")],
)
def test_ages_are_told_in_two_units(seconds: int, words: str) -> None:
    assert age(NOW - timedelta(seconds=seconds), NOW) == words


def test_what_has_not_happened_is_a_dash() -> None:
    assert clock(None) == "—"


def test_text_of_others_cannot_act_on_the_terminal() -> None:
    assert harmless("a\x1b[31m\nb\u202e") == "a\\x1b[31m\\x0ab\\x202e"
    assert harmless("x" * 50, 10) == "x" * 9 + "…"


def test_a_run_that_is_not_there_is_status_2_and_a_way_out(tmp_path: Path) -> None:
    out = StringIO()
    console = Console(out=out, answers=StringIO())
    assert main(["--state", str(tmp_path), "conflicts"], console) == 2
    assert "make up" in out.getvalue()


def test_a_laptops_system_is_what_it_has_written_down(tmp_path: Path) -> None:
    queues = {it.value: f"url/{it}" for it in Queue}
    said = {
        "region": "us-east-1",
        "aws_endpoint_url": "http://127.0.0.1:1",
        "tables": {it.value: f"table-{it}" for it in Table},
        "queues": queues | {f"{it}_dead_letters": f"url/{it}-dead" for it in DEAD_LETTERS},
    }
    (tmp_path / "outputs.json").write_text(json.dumps(said))
    where = Whereabouts.of_laptop(tmp_path)
    assert where.tables[Table.ORDERS] == "table-orders"
    assert where.queues == queues
    assert where.dead_letters["relay"] == "url/relay-dead"
    assert where.backend_stack == "fintech-local-backend"


class Stacks:
    """CloudFormation, as far as it is asked."""

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


def test_a_stages_system_is_what_its_stacks_say() -> None:
    where = Whereabouts.of_stage("dev", "eu-west-1", Stacks(stage_outputs()))
    assert (where.region, where.endpoint_url) == ("eu-west-1", None)
    assert where.tables == {it: f"table-{it}" for it in Table}
    assert where.dead_letters["prices"] == "url/prices-dead"


def test_a_stage_that_is_not_deployed_is_a_clear_sentence() -> None:
    with pytest.raises(CannotRun, match="no stack fintech-prod-data"):
        Whereabouts.of_stage("prod", "eu-west-1", Stacks(stage_outputs()))


def test_an_older_deployment_is_a_clear_sentence() -> None:
    outputs = stage_outputs()
    del outputs["fintech-dev-backend"]["RelayDeadLetterQueueUrl"]
    with pytest.raises(CannotRun, match="RelayDeadLetterQueueUrl"):
        Whereabouts.of_stage("dev", "eu-west-1", Stacks(outputs))
