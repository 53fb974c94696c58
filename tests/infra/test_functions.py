"""The functions in the template: runtime, size, logs, environment, schedules."""

import pytest

from cdk.stacks.functions import RIGHTS
from lambdas.names import Function, Setting
from tests.infra.templates import Json, Synthesized

ALL = list(Function)
MAKE_DOCUMENTS = (Function.RECEIPTS, Function.WORKER)


@pytest.mark.parametrize("function", ALL)
def test_every_function_runs_python_3_13_on_arm64_with_its_layers(
    dev: Synthesized, function: Function
) -> None:
    made = dev.function(function)
    assert made["Runtime"] == "python3.13"
    assert made["Architectures"] == ["arm64"]
    assert len(made["Layers"]) == (2 if function in MAKE_DOCUMENTS else 1)
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


POLICY = "MAX_PRICE_AGE_S OVERDUE_AFTER_S RETRY_ORDERS FIRST_RETRY_AFTER_S MAX_RETRY_INTERVAL_S"

SETTINGS = {
    Function.API: f"{POLICY} GROUP_ID CURRENCY MARKET_ZONE MAX_DEPOSIT_MINOR LINK_SILENT_AFTER_S"
    " JOBS_QUEUE_URL WORKFLOW_ARN RECEIPTS_QUEUE_URL DOCUMENTS_BUCKET LIVE_URL",
    Function.PRICES: "CURRENCY MARKET_ZONE DEAD_LETTER_QUEUE_URL PUSHES_QUEUE_URL SITE_BUCKET",
    Function.REQUESTS: "GROUP_ID DEAD_LETTER_QUEUE_URL",
    Function.VALIDATIONS: "GROUP_ID DEAD_LETTER_QUEUE_URL",
    Function.RELAY: "GROUP_ID OUTBOUND_QUEUE_URL RECEIPTS_QUEUE_URL",
    Function.SWEEP: f"{POLICY} MARKET_ZONE",
    Function.JOBS: "WORKFLOW_ARN",
    Function.MASTER: "CURRENCY MARKET_ZONE JOBS_QUEUE_URL",
    Function.WORKER: "GROUP_ID CURRENCY MARKET_ZONE HOME_ZONE SITE_URL USER_POOL_ID"
    " DOCUMENTS_BUCKET",
    Function.RECEIPTS: "GROUP_ID MARKET_ZONE HOME_ZONE SITE_URL USER_POOL_ID DOCUMENTS_BUCKET"
    " DEAD_LETTER_QUEUE_URL PUSHES_QUEUE_URL",
    Function.LIVE: "",
    Function.NOTIFY: "CURRENCY OVERDUE_AFTER_S PUSHES_QUEUE_URL LIVE_ENDPOINT_URL",
    Function.PUSH: "MARKET_ZONE PUSHES_QUEUE_URL LIVE_ENDPOINT_URL",
}
"""Besides the stage and the tables that it has rights on."""


@pytest.mark.parametrize("function", ALL)
def test_a_function_gets_exactly_these_settings(dev: Synthesized, function: Function) -> None:
    settings = {setting.value for setting in Setting}
    found = settings & variables(dev, function).keys()
    tables = {f"{table.name}_TABLE" for table in RIGHTS[function]}
    assert found == {"STAGE", *tables, *SETTINGS[function].split()}


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


@pytest.mark.parametrize(
    ("name", "memory_mb", "timeout_s"),
    [("api", 512, 20), ("requests", 256, 30), ("validations", 256, 30), ("relay", 256, 30)],
)
def test_a_function_has_its_memory_and_time_out(
    dev: Synthesized, name: str, memory_mb: int, timeout_s: int
) -> None:
    made = dev.function(name)
    assert (made["MemorySize"], made["Timeout"]) == (memory_mb, timeout_s)


def test_the_clock_calls_these_every_minute_without_retries(
    dev: Synthesized,
) -> None:
    called = {}
    for rule in dev.resources("backend", "AWS::Events::Rule").values():
        assert rule["ScheduleExpression"] == "rate(1 minute)"
        (target,) = rule["Targets"]
        assert target["RetryPolicy"]["MaximumRetryAttempts"] == 0
        called[target["Arn"]["Fn::GetAtt"][0][:6]] = target.get("Input")
    assert called == {"SweepF": None, "Master": '{"step":"sweep"}', "PushFu": None}
    assert all(dev.function(name)["Timeout"] < 60 for name in ("sweep", "master", "push"))
