"""The functions as Lambda gets them, and that what they read is what the stacks give them."""

import json
import os
import subprocess
import sys

import pytest

from lambdas.names import Function, Setting
from tests.infra.conftest import ROOT
from tests.infra.templates import Synthesized

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
def test_every_function_logs_where_the_stack_keeps_it_and_for_as_long(
    prod: Synthesized, function: Function
) -> None:
    log = prod.function(function)["LoggingConfig"]["LogGroup"]["Ref"]
    assert prod.resources("backend", "AWS::Logs::LogGroup")[log]["RetentionInDays"] == 90


@pytest.mark.parametrize("function", ALL)
def test_of_lambdas_own_lines_only_those_of_trouble_are_paid_for(
    prod: Synthesized, function: Function
) -> None:
    logging = prod.function(function)["LoggingConfig"]
    assert logging["LogFormat"] == "JSON"  # else there are no levels
    assert (logging["SystemLogLevel"], logging["ApplicationLogLevel"]) == ("WARN", "INFO")


def test_every_log_group_forgets(prod: Synthesized, local: Synthesized) -> None:
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
    # Every function is told its stage, for its logs and metrics.
    expected = {name: set(variables) - {Setting.STAGE} for name, variables in given.items()}
    assert {name: set(names) - {Setting.STAGE} for name, names in read.items()} == expected


def test_a_stage_that_must_not_ask_again_says_so_to_its_functions(dev: Synthesized) -> None:
    assert dev.stage.ask_again
    assert dev.function("sweep")["Environment"]["Variables"]["ASK_AGAIN"] == "on"


def test_the_clock_calls_both_sweeps_every_minute_and_never_twice(dev: Synthesized) -> None:
    called = {}
    for rule in dev.resources("backend", "AWS::Events::Rule").values():
        assert rule["ScheduleExpression"] == "rate(1 minute)"
        (target,) = rule["Targets"]
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0
        called[target["Arn"]["Fn::GetAtt"][0][:6]] = target.get("Input")
    assert called == {"SweepF": None, "Master": '{"step":"sweep"}'}
    assert all(dev.function(name)["Timeout"] < 60 for name in ("sweep", "master"))
