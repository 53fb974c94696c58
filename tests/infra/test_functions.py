"""The functions in the template: runtime, size, logs, environment, schedules."""

import json
import os
import subprocess
import sys

import pytest

from lambdas.names import Function, Setting
from tests.infra.conftest import ROOT
from tests.infra.templates import Json, Synthesized

ALL = list(Function)


@pytest.mark.parametrize("function", ALL)
def test_every_function_runs_python_3_13_on_arm64_with_one_layer(
    dev: Synthesized, function: Function
) -> None:
    made = dev.function(function)
    assert made["Runtime"] == "python3.13"
    assert made["Architectures"] == ["arm64"]
    assert len(made["Layers"]) == 1
    assert "TracingConfig" not in made


def test_there_are_as_many_functions_as_names(local: Synthesized) -> None:
    assert len(local.resources("backend", "AWS::Lambda::Function")) == len(ALL)


@pytest.mark.parametrize("function", ALL)
def test_every_function_has_a_log_group_of_the_stack_with_its_retention(
    prod: Synthesized, function: Function
) -> None:
    log = prod.function(function)["LoggingConfig"]["LogGroup"]["Ref"]
    assert prod.resources("backend", "AWS::Logs::LogGroup")[log]["RetentionInDays"] == 90


@pytest.mark.parametrize("function", ALL)
def test_lambda_logs_only_failed_invocations(prod: Synthesized, function: Function) -> None:
    logging = prod.function(function)["LoggingConfig"]
    assert logging["LogFormat"] == "JSON"  # log levels need it
    assert (logging["SystemLogLevel"], logging["ApplicationLogLevel"]) == ("WARN", "INFO")


def test_every_log_group_has_the_stages_retention(prod: Synthesized, local: Synthesized) -> None:
    for stage in (prod, local):
        for stack in ("backend", "bridge"):
            for log in stage.resources(stack, "AWS::Logs::LogGroup").values():
                assert log["RetentionInDays"] == stage.stage.log_retention_days


READER = """
import json, os, sys
from lambdas import runtime
from lambdas.names import Setting

class Recording(dict):
    read = set()
    def __getitem__(self, name):
        self.read.add(name)
        return dict.__getitem__(self, name)

answer, own = {}, dict(os.environ)
for function, given in json.load(sys.stdin).items():
    runtime.os.environ = Recording(own, **given)
    Recording.read = set()
    build = "exchange" if function in ("requests", "validations") else function
    getattr(runtime, build).cache_clear()
    getattr(runtime, build)()
    answer[function] = sorted(Recording.read & {setting.value for setting in Setting})
print(json.dumps(answer))
"""


def test_every_function_gets_exactly_the_settings_that_it_reads(dev: Synthesized) -> None:
    given = {
        function.value: {
            name: value if isinstance(value, str) else f"deployed-{name}"
            for name, value in dev.function(function)["Environment"]["Variables"].items()
        }
        for function in ALL
    }
    # In a process of its own, because composing names the tables of the whole process.
    ran = subprocess.run(
        [sys.executable, "-c", READER],
        input=json.dumps(given),
        env={"PATH": os.defpath, "AWS_REGION": "us-east-1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    read = json.loads(ran.stdout)
    settings = {setting.value for setting in Setting} - {Setting.STAGE}  # set for logs and metrics
    expected = {name: settings & set(variables) for name, variables in given.items()}
    assert {name: set(names) - {Setting.STAGE} for name, names in read.items()} == expected


def variables(stage: Synthesized, name: str) -> Json:
    found: Json = stage.function(name)["Environment"]["Variables"]
    return found


@pytest.mark.parametrize("function", ALL)
def test_powertools_is_configured_by_the_environment(prod: Synthesized, function: Function) -> None:
    assert variables(prod, function)["POWERTOOLS_SERVICE_NAME"] == function.value
    assert variables(prod, function)["POWERTOOLS_METRICS_NAMESPACE"] == "FintechAsync/prod"


def test_the_retry_settings_are_set(dev: Synthesized) -> None:
    told = variables(dev, "sweep")
    assert (told["RETRY_ORDERS"], told["FIRST_RETRY_AFTER_S"]) == ("on", "120")
    assert told["MAX_RETRY_INTERVAL_S"] == "3600"


def test_the_relay_has_its_group_and_its_queue_and_no_retry_settings(dev: Synthesized) -> None:
    told = {name for name in variables(dev, "relay") if not name.startswith("POWERTOOLS_")}
    assert told == {"STAGE", "GROUP_ID", "OUTBOUND_QUEUE_URL"}


@pytest.mark.parametrize(
    ("name", "memory_mb", "timeout_s"),
    [("api", 512, 15), ("requests", 256, 30), ("validations", 256, 30), ("relay", 256, 30)],
)
def test_a_function_has_its_memory_and_time_out(
    dev: Synthesized, name: str, memory_mb: int, timeout_s: int
) -> None:
    made = dev.function(name)
    assert (made["MemorySize"], made["Timeout"]) == (memory_mb, timeout_s)


def test_the_clock_calls_both_sweeps_every_minute_without_retries(dev: Synthesized) -> None:
    called = {}
    for rule in dev.resources("backend", "AWS::Events::Rule").values():
        assert rule["ScheduleExpression"] == "rate(1 minute)"
        (target,) = rule["Targets"]
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0
        called[target["Arn"]["Fn::GetAtt"][0][:6]] = target.get("Input")
    assert called == {"SweepF": None, "Master": '{"step":"sweep"}'}
    assert all(dev.function(name)["Timeout"] < 60 for name in ("sweep", "master"))
