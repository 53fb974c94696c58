"""Data kept between two runs, environments of children, and the errors shown of a failed deploy."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from local import cloud, deploy, simulator
from local.cloud import reset_stream_positions
from local.exchange import options as exchange_options
from local.options import CannotRun, Options


def test_stream_positions_are_reset_and_the_rest_is_kept(tmp_path: Path) -> None:
    saved = {
        "__ministack_format__": 2,
        "payload": {"functions": {"kept": True}, "dynamodb_stream_positions": {"id": 3}},
    }
    (tmp_path / "lambda.json").write_text(json.dumps(saved))

    reset_stream_positions(tmp_path)

    assert json.loads((tmp_path / "lambda.json").read_text()) == {
        "__ministack_format__": 2,
        "payload": {"functions": {"kept": True}, "dynamodb_stream_positions": {}},
    }


def test_a_first_run_has_nothing_to_reset(tmp_path: Path) -> None:
    reset_stream_positions(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_local_cloud_keeps_the_port_with_which_its_data_was_made(options: Options) -> None:
    cloud.program(options)
    cloud.program(options)

    with pytest.raises(CannotRun, match=f"was made with CLOUD_PORT={options.cloud_port}"):
        cloud.program(replace(options, cloud_port=options.cloud_port + 1))


def test_the_local_cloud_enforces_iam_on_loopback_and_inherits_no_variables(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "PYTHONPATH"):
        monkeypatch.setenv(name, "mine")

    env = cloud.program(options).env

    assert env["AUTH"] == "true"
    assert env["BIND_HOST"] == "127.0.0.1"
    assert env["GATEWAY_PORT"] == str(options.cloud_port)
    assert "mine" not in env.values()


def test_unpacked_functions_of_an_earlier_run_are_deleted(options: Options) -> None:
    left = options.state / "tmp" / "ministack-lambda-x"
    left.mkdir(parents=True)
    cloud.program(options)
    assert not left.exists()
    assert left.parent.is_dir()


def test_the_cdk_talks_to_the_local_cloud_and_to_no_other_account(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIACOMPANY")

    env = deploy.deploy(options).env

    assert env["AWS_ENDPOINT_URL"] == options.cloud_url
    assert env["AWS_ACCESS_KEY_ID"] == "test"
    assert env["AWS_CONFIG_FILE"] == env["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "AWS_PROFILE" not in env


def test_a_failed_deploy_shows_its_error_lines() -> None:
    log = "\n".join(
        [
            "fintech-local-data: deploying... [1/4]",
            "data | 3/9 | CREATE_FAILED | AWS::DynamoDB::Table | Orders Table already exists",
            "❌  fintech-local-data failed: Error: The stack named fintech-local-data failed",
            "❌  fintech-local-data failed: Error: The stack named fintech-local-data failed",
        ]
    )

    errors = deploy.errors_in(log).splitlines()

    assert [line.split()[0] for line in errors] == ["data", "❌"]


def test_the_exchange_rejects_one_company_and_the_users_options_win(options: Options) -> None:
    given = Options(state=options.state, exchange_options=("--interval", "1"))
    topics = {"info": "a/info", "request": "a/request", "validation": "a/validation"}

    program = simulator.program(given, "mqtt://fintech:secret@127.0.0.1:1883", topics)

    assert not any("secret" in argument for argument in program.argv)
    served: list[exchange_options.Options] = []
    command = exchange_options.command_line(served.append)
    result = CliRunner().invoke(command, program.argv[3:], env=dict(program.env))
    assert result.exit_code == 0, result.output
    (understood,) = served
    assert understood.reject_symbols == {simulator.REJECTED_SYMBOL}
    assert understood.interval_s == 1
    assert {kind.value: topic for kind, topic in understood.topics.items()} == topics
