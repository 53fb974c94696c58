"""The fault list: what has gone wrong in such stacks, planted one by one in `prod`.

`make verify-aws` must find each by name; a fault that it once missed is added here.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cdk.verify.__main__ import CHECKS
from cdk.verify.idle_cost import check_idle_cost
from cdk.verify.invariants import (
    check_alarms,
    check_handlers,
    check_public,
    check_queues,
    check_rights,
)
from cdk.verify.limits import check_quotas
from cdk.verify.replacement import (
    TABLE,
    USER_POOL,
    check_leftovers,
    check_replacement,
    release_of,
    release_path,
    write_release,
)
from cdk.verify.report import CheckResult
from cdk.verify.rules import check_lint, check_policies
from cdk.verify.subject import Json, Subject
from tests.infra.templates import Synthesized
from tests.infra.verify.plant import add, written

Change = Callable[[Json], object]
INVARIANTS = (check_handlers, check_rights, check_alarms, check_public, check_queues)


def plant_at(subject: Subject, kind: str, prefix: str, change: Change) -> Subject:
    """The stage with the resources of that type changed whose logical id begins so."""
    changed = replace(subject, templates=copy.deepcopy(dict(subject.templates)))
    found = [one for _, name, one in changed.resources(kind) if name.startswith(prefix)]
    assert found, f"there is no {kind} {prefix}"
    for resource in found:
        change(resource["Properties"])
    return changed


def first_action(old: str, new: str | None) -> Change:
    """Replaces an action in every statement, or removes it."""

    def change(policy: Json) -> None:
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            actions = actions if isinstance(actions, list) else [actions]
            statement["Action"] = [
                new if action == old else action
                for action in actions
                if not (action == old and new is None)
            ]

    return change


def without_statements_on(table: str) -> Change:
    def change(policy: Json) -> None:
        document = policy["PolicyDocument"]
        document["Statement"] = [
            s for s in document["Statement"] if table not in str(s["Resource"])
        ]

    return change


def set_property(name: str, value: object) -> Change:
    return lambda properties: properties.update({name: value})


def without_property(name: str) -> Change:
    return lambda properties: properties.pop(name)


def remove_variable(name: str) -> Change:
    return lambda properties: properties["Environment"]["Variables"].pop(name)


def headers(properties: Json) -> None:
    security = properties["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    security["ContentSecurityPolicy"]["ContentSecurityPolicy"] = "script-src 'unsafe-inline'"


FUNCTION, POLICY, ALARM = "AWS::Lambda::Function", "AWS::IAM::Policy", "AWS::CloudWatch::Alarm"
QUEUE, ROUTE, API = "AWS::SQS::Queue", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Api"
MISSPELT = "lambdas.handlers.swep.handler"

FAULTS: dict[str, tuple[str, str, Change, Callable[[Subject], CheckResult], str]] = {
    "a handler in no file": (
        FUNCTION,
        "SweepFunction",
        set_property("Handler", MISSPELT),
        check_handlers,
        "is in no file of lambdas/handlers",
    ),
    "a handler of another name": (
        FUNCTION,
        "SweepFunction",
        set_property("Handler", "lambdas.handlers.sweep.main"),
        check_handlers,
        "sweep.py has no main",
    ),
    "a table without a right": (
        POLICY,
        "SweepFunction",
        without_statements_on("OrdersTable"),
        check_rights,
        "is told the table OrdersTable",
    ),
    "a right without a table's name": (
        FUNCTION,
        "SweepFunction",
        remove_variable("ORDERS_TABLE"),
        check_rights,
        "is not told its name",
    ),
    "the ledger can be rewritten": (
        POLICY,
        "ApiFunction",
        first_action("dynamodb:PutItem", "dynamodb:DeleteItem"),
        check_rights,
        "may rewrite the ledger: dynamodb:DeleteItem",
    ),
    "a scan": (
        POLICY,
        "ApiFunction",
        first_action("dynamodb:Query", "dynamodb:Scan"),
        check_rights,
        "may scan a table",
    ),
    "a queue's URL without the right to send": (
        POLICY,
        "RelayFunction",
        first_action("sqs:SendMessage", None),
        check_rights,
        "is told OUTBOUND_QUEUE_URL but may not send",
    ),
    "a source that its function may not read": (
        POLICY,
        "PricesFunction",
        first_action("sqs:ReceiveMessage", None),
        check_rights,
        "may not read its source PricesMessagesQueue",
    ),
    "a stream that its function may not read": (
        POLICY,
        "RelayFunction",
        first_action("dynamodb:GetRecords", None),
        check_rights,
        "(dynamodb:GetRecords)",
    ),
    "an alarm on a metric that nothing emits": (
        ALARM,
        "AlarmsOrdersOverdue",
        set_property("MetricName", "OrdersOverDue"),
        check_alarms,
        "reads OrdersOverDue, which nothing emits",
    ),
    "an alarm on another stage's metrics": (
        ALARM,
        "AlarmsOrdersOverdue",
        set_property("Namespace", "FintechAsync/dev"),
        check_alarms,
        "reads the metrics of another stage",
    ),
    "an alarm on a service that does not exist": (
        ALARM,
        "AlarmsOrdersOverdue",
        set_property("Dimensions", [{"Name": "service", "Value": "sweeper"}]),
        check_alarms,
        "reads a metric of sweeper",
    ),
    "an alarm that tells nobody": (
        ALARM,
        "AlarmsServerErrors",
        without_property("AlarmActions"),
        check_alarms,
        "tells nobody",
    ),
    "an alarm without a section of the runbook": (
        ALARM,
        "AlarmsServerErrors",
        set_property("AlarmDescription", "What to do: docs/runbook.md#nothing"),
        check_alarms,
        "has no section 'nothing'",
    ),
    "a route without a token": (
        ROUTE,
        "ApiHttpPOST",
        set_property("AuthorizationType", "NONE"),
        check_public,
        "needs no token",
    ),
    "an API that any site may call": (
        API,
        "ApiHttp",
        set_property("CorsConfiguration", {"AllowOrigins": ["*"]}),
        check_public,
        "from any site",
    ),
    "a page with inline scripts": (
        "AWS::CloudFront::ResponseHeadersPolicy",
        "",
        headers,
        check_public,
        "has unsafe-inline",
    ),
    "a bucket that may become public": (
        "AWS::S3::Bucket",
        "",
        without_property("PublicAccessBlockConfiguration"),
        check_public,
        "may become public",
    ),
    "a queue without dead letters": (
        QUEUE,
        "ValidationsMessagesQueue",
        without_property("RedrivePolicy"),
        check_queues,
        "received for ever",
    ),
    "a message that is shown while it is processed": (
        QUEUE,
        "ValidationsMessagesQueue",
        set_property("VisibilityTimeout", 30),
        check_queues,
        "hides a message for 30 s",
    ),
    "a right to everything": (
        POLICY,
        "SweepFunction",
        first_action("dynamodb:UpdateItem", "dynamodb:*"),
        check_policies,
        "allows the action dynamodb:*",
    ),
    "concurrency that a new account cannot reserve": (
        FUNCTION,
        "SweepFunction",
        set_property("ReservedConcurrentExecutions", 1),
        check_quotas,
        "reserves concurrency",
    ),
    "a retained log group with a fixed name": (
        "AWS::Logs::LogGroup",
        "SweepFunctionLog",
        set_property("LogGroupName", "/fixed"),
        check_leftovers,
        "under the fixed LogGroupName",
    ),
}


def problems(checked: CheckResult) -> str:
    return " · ".join(finding.problem for finding in checked.findings)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_name(prod: Synthesized, fault: str) -> None:
    kind, prefix, change, check, words = FAULTS[fault]
    assert check(prod.subject).findings == ()
    planted = plant_at(prod.subject, kind, prefix, change)
    assert words in problems(check(planted))


def test_a_resource_that_costs_unnoticed_is_found(prod: Synthesized) -> None:
    planted = add(prod.subject, "AWS::ElasticLoadBalancingV2::LoadBalancer", {})
    assert "LoadBalancer is unknown" in problems(check_idle_cost(planted))


@pytest.mark.parametrize("kind", [TABLE, USER_POOL])
def test_a_lost_table_or_user_pool_is_found(prod: Synthesized, kind: str, tmp_path: Path) -> None:
    write_release(release_of(prod.subject), release_path("prod", tmp_path))
    lost = replace(prod.subject, templates=copy.deepcopy(dict(prod.subject.templates)))
    resources: Any = lost.templates["fintech-prod-data"]["Resources"]
    name = next(name for name, resource in resources.items() if resource["Type"] == kind)
    resources["Renamed"] = resources.pop(name)
    assert f"the {kind} would be removed" in problems(check_replacement(lost, tmp_path))


def test_a_type_that_the_region_does_not_have_is_found(full: Synthesized, tmp_path: Path) -> None:
    """The real region is linted, not a fixed one."""
    there = replace(
        full.subject,
        stage=replace(full.stage, region="mx-central-1"),
        templates={"cost": full.stacks["fintech-prod-cost"]},
    )
    assert "AWS::CE::AnomalyMonitor" in problems(check_lint(written(there, tmp_path)))
    here = replace(there, stage=full.stage)
    assert "AWS::CE::AnomalyMonitor" not in problems(check_lint(written(here, tmp_path)))


def test_the_checks_of_this_list_are_those_of_the_command() -> None:
    used = {check for _, _, _, check, _ in FAULTS.values()}
    assert used <= set(CHECKS)
    assert set(INVARIANTS) <= set(CHECKS)
    assert len(FAULTS) >= 15


@pytest.mark.parametrize("name", ["dev", "prod", "full"])
@pytest.mark.parametrize("check", INVARIANTS)
def test_every_stage_keeps_the_invariants(
    name: str, check: Callable[[Subject], CheckResult], request: pytest.FixtureRequest
) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    checked = check(stage.subject)
    assert checked.findings == ()
    assert not checked.scope.startswith("0 ")
