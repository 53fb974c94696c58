"""The workflow's definition: steps, retries, time-outs and bounds."""

import json
from typing import Any

import pytest

from cdk.constructs.workflow import STEP_LIMIT_S, WORKFLOW_LIMIT_S
from lambdas.domain import errors, jobs
from lambdas.messaging import workflow as adapter
from lambdas.names import RETRIED_ERRORS
from tests.infra.templates import LOG_DELIVERY, Json, Synthesized, target_of

STEPS = ("Plan", "Shard", "Join", "Fail")


def machine(stage: Synthesized) -> Json:
    return stage.only("backend", "AWS::StepFunctions::StateMachine")


def definition(stage: Synthesized) -> Any:
    pieces = machine(stage)["DefinitionString"]["Fn::Join"][1]
    text = "".join(p if isinstance(p, str) else p["Fn::GetAtt"][0] for p in pieces)
    return json.loads(text)


def step(stage: Synthesized, name: str) -> Any:
    states = definition(stage)["States"]
    return states["Shards"]["ItemProcessor"]["States"][name] if name == "Shard" else states[name]


def test_it_is_express_and_has_a_time_out(dev: Synthesized) -> None:
    assert machine(dev)["StateMachineType"] == "EXPRESS"
    assert definition(dev)["TimeoutSeconds"] == WORKFLOW_LIMIT_S <= 300


def test_plan_leads_over_shards_to_join(dev: Synthesized) -> None:
    found = definition(dev)
    assert found["StartAt"] == "Plan"
    assert step(dev, "Plan")["Next"] == "Shards"
    shards = found["States"]["Shards"]
    assert (shards["ItemsPath"], shards["ResultPath"]) == ("$.shards", "$.partials")
    assert shards["Next"] == "Join"
    assert step(dev, "Join")["End"] is True


@pytest.mark.parametrize("name", STEPS)
def test_transient_errors_are_retried_within_bounds_and_with_jitter(
    dev: Synthesized, name: str
) -> None:
    (rule,) = step(dev, name)["Retry"]
    assert set(rule["ErrorEquals"]) == set(RETRIED_ERRORS)
    assert 2 <= rule["MaxAttempts"] <= 5
    assert rule["MaxDelaySeconds"] <= 10
    assert rule["JitterStrategy"] == "FULL"


def test_our_own_errors_are_named_as_python_names_them_and_as_the_local_cloud_does() -> None:
    assert {errors.Transient.__name__, errors.StaleDecision.__name__} <= set(RETRIED_ERRORS)
    assert {"Runtime.HandlerError", "Lambda.TooManyRequestsException"} <= set(RETRIED_ERRORS)
    assert "NotFound" not in RETRIED_ERRORS


@pytest.mark.parametrize("name", ["Plan", "Shards", "Join"])
def test_a_failed_step_ends_the_job_with_the_reason(dev: Synthesized, name: str) -> None:
    (rule,) = definition(dev)["States"][name]["Catch"]
    assert rule == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Fail"}
    assert step(dev, "Fail")["Parameters"]["error.$"] == "$.error"


def test_each_limit_is_longer_than_what_it_waits_for(dev: Synthesized) -> None:
    for name, function in (("Plan", "master"), ("Shard", "worker")):
        assert step(dev, name)["TimeoutSeconds"] == STEP_LIMIT_S > dev.function(function)["Timeout"]
    assert WORKFLOW_LIMIT_S < adapter.RUN_TIMEOUT_S < dev.function("jobs")["Timeout"]
    assert dev.function("jobs")["Timeout"] <= jobs.CHECK_AFTER.total_seconds()
    assert jobs.CHECK_AFTER < jobs.MAX_AGE


def test_the_stage_bounds_concurrent_workers(dev: Synthesized, prod: Synthesized) -> None:
    for stage in (dev, prod):
        mappings = stage.resources("backend", "AWS::Lambda::EventSourceMapping").values()
        (source,) = (m for m in mappings if target_of(m).startswith("JobsFunction"))
        assert source["BatchSize"] == 1
        assert source["ScalingConfig"] == {"MaximumConcurrency": stage.stage.jobs_at_once}
        shards = definition(stage)["States"]["Shards"]
        assert shards["MaxConcurrency"] == stage.stage.workers_per_job
    assert dev.stage.jobs_at_once * (1 + dev.stage.workers_per_job) <= 6  # of a new account's 10


def test_its_failures_are_logged_without_data_and_not_kept_for_ever(
    dev: Synthesized, prod: Synthesized
) -> None:
    for stage in (dev, prod):
        logging = machine(stage)["LoggingConfiguration"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
        (destination,) = logging["Destinations"]
        log = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"][0]
        kept = stage.resources("backend", "AWS::Logs::LogGroup")[log]
        assert kept["RetentionInDays"] == stage.stage.log_retention_days


def test_it_may_call_its_two_functions_and_nothing_else(dev: Synthesized) -> None:
    role = machine(dev)["RoleArn"]["Fn::GetAtt"][0]
    assert dev.rights("backend", role) == {
        ("lambda:InvokeFunction", "function master"),
        ("lambda:InvokeFunction", "function worker"),
        *((action, '"*"') for action in LOG_DELIVERY),
    }


def test_only_the_local_stage_turns_off_the_host_prefix_of_synchronous_executions(
    local: Synthesized, dev: Synthesized
) -> None:
    name = "AWS_DISABLE_HOST_PREFIX_INJECTION"
    assert local.function("jobs")["Environment"]["Variables"][name] == "true"
    assert name not in dev.function("jobs")["Environment"]["Variables"]
