"""Cost of a month without any use, from the templates and a dated price list.

Every resource type is priced here or listed as free while idle; an unknown type is a finding, so
that nothing starts to cost unnoticed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Subject
from lambdas.names import Metric

PRICES: Final = json.loads(Path(__file__).with_name("prices.json").read_text())
"""Price, free quantity and source of each item."""

HOURS: Final = 730
"""Hours of a month."""

_BUDGET_USD: Final = {"dev": 15.0}
"""Per month, while idle; other stages have no budget."""

POLLERS_BOUNDED: Final = 5
"""Pollers that Lambda keeps at an idle queue with a maximum concurrency; each polls three times a
minute.
"""

_POLLERS_UNBOUNDED: Final = 2
"""Pollers at an idle queue without one: "as few as 2", as AWS documents it (0018)."""

BRIDGE_POLL_S: Final = 3
"""Duration of the bridge's long poll of `outbound`; a test compares it with the bridge's own."""

_FREE: Final = {
    "ApiGatewayV2": ("Api", "Authorizer", "Integration", "Route", "Stage"),
    "Backup": ("BackupPlan", "BackupSelection", "BackupVault"),
    "CE": ("AnomalyMonitor", "AnomalySubscription"),
    "CloudFront": (
        "Distribution",
        "Function",
        "OriginAccessControl",
        "ResponseHeadersPolicy",
        "CachePolicy",
    ),
    "CodeDeploy": ("Application", "DeploymentGroup"),
    "Cognito": ("UserPool", "UserPoolClient"),
    "DynamoDB": ("GlobalTable",),
    "EC2": (
        "InternetGateway",
        "Route",
        "RouteTable",
        "SecurityGroup",
        "Subnet",
        "SubnetRouteTableAssociation",
        "VPC",
        "VPCGatewayAttachment",
    ),
    "ECS": ("Cluster", "TaskDefinition"),
    "Events": ("Rule",),
    "IAM": ("Policy", "Role"),
    "Lambda": ("Alias", "EventSourceMapping", "Function", "LayerVersion", "Permission"),
    "Logs": ("LogGroup",),
    "S3": ("Bucket", "BucketPolicy"),
    "SNS": ("Subscription", "Topic", "TopicPolicy"),
    "SQS": ("Queue", "QueuePolicy"),
    "StepFunctions": ("StateMachine",),
    "Custom": ("Custom::CDKBucketDeployment",),
}
"""Resource types of each service that are billed by use only, or never. Polling of queues is priced
below.
"""

_PRICED: Final = (
    "AWS::EC2::EIP",
    "AWS::EC2::NatGateway",
    "AWS::ECS::Service",
    "AWS::SecretsManager::Secret",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::Version",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bill."""

    what: str
    usd: float
    of_bridge: bool = False


def check_idle_cost(subject: Subject) -> CheckResult:
    """The bill, line by line, against the stage's budget."""
    lines = bill(subject)
    total = sum(line.usd for line in lines)
    budget = _BUDGET_USD.get(subject.stage.name)
    findings = list(_unknown_types(subject))
    if budget is not None and total > budget:
        findings.append(
            Finding(
                where=subject.stage.name,
                problem=f"{total:.2f} USD a month while idle; the budget is {budget:.2f}",
                remedy="see the lines below for what costs most",
            )
        )
    return CheckResult(
        name="idle cost",
        scope=f"{total:.2f} USD a month ({PRICES['region']}, prices of {PRICES['as_of']})",
        findings=tuple(findings),
        notes=tuple(f"{line.usd:6.2f}  {line.what}" for line in lines),
    )


def bill(subject: Subject) -> list[Line]:
    """All lines of the bill, the bridge first."""
    return [
        *_bridge(subject),
        *_fixed_address(subject),
        _secrets(subject),
        *_monitoring(subject),
        _custom_metrics(),
        *_polling(subject),
        *_snapshots(subject),
    ]


def _bridge(subject: Subject) -> Iterator[Line]:
    (task,) = subject.properties("AWS::ECS::TaskDefinition")
    cpu, memory_gb = int(task["Cpu"]) / 1024, int(task["Memory"]) / 1024
    for service in subject.properties("AWS::ECS::Service"):
        count = service["DesiredCount"]
        hour = _usd("fargate_vcpu_hour", cpu) + _usd("fargate_gb_hour", memory_gb)
        yield Line(
            what=f"{count} Fargate task, arm64, {cpu} vCPU, {memory_gb} GB, {HOURS} h",
            usd=count * hour * HOURS,
            of_bridge=True,
        )
        if _is_public(service):
            yield Line(
                what=f"{count} public IPv4 address, {HOURS} h",
                usd=_usd("ipv4_hour", count * HOURS),
                of_bridge=True,
            )


def _fixed_address(subject: Subject) -> Iterator[Line]:
    """A NAT gateway and its Elastic IP address."""
    gateways = sum(1 for _ in subject.properties("AWS::EC2::NatGateway"))
    addresses = sum(1 for _ in subject.properties("AWS::EC2::EIP"))
    if gateways or addresses:
        yield Line(
            what=f"{gateways} NAT gateway and {addresses} Elastic IP address, {HOURS} h",
            usd=_usd("nat_gateway_hour", gateways * HOURS) + _usd("ipv4_hour", addresses * HOURS),
            of_bridge=True,
        )


def _is_public(service: dict[str, Any]) -> bool:
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    return bool(network.get("AssignPublicIp") == "ENABLED")


def _secrets(subject: Subject) -> Line:
    count = sum(1 for _ in subject.properties("AWS::SecretsManager::Secret"))
    return Line(what=f"{count} secrets", usd=_usd("secret", count))


def _monitoring(subject: Subject) -> Iterator[Line]:
    for kind, name in (("Alarm", "alarm"), ("Dashboard", "dashboard")):
        count = sum(1 for _ in subject.properties(f"AWS::CloudWatch::{kind}"))
        free = PRICES["prices"][name]["free"]
        usd = _usd(name, max(0, count - free))
        yield Line(what=f"{count} {name}s, {free} of an account are free", usd=usd)


_IDLE_METRICS: Final = (
    Metric.NEWEST_PRICE_AGE,
    Metric.ORDERS_UNANSWERED,
    Metric.ORDERS_OVERDUE,
    Metric.BRIDGE_CONNECTED,
)
"""Custom metrics that are reported every minute; the others cost when something happens."""


def _custom_metrics() -> Line:
    count, free = len(_IDLE_METRICS), PRICES["prices"]["custom_metric"]["free"]
    return Line(
        what=f"{count} custom metrics, {free} of an account are free",
        usd=_usd("custom_metric", max(0, count - free)),
    )


def _polling(subject: Subject) -> Iterator[Line]:
    """Empty responses cost as much as others."""
    minutes = HOURS * 60
    pollers = [
        POLLERS_BOUNDED if "ScalingConfig" in mapping else _POLLERS_UNBOUNDED
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" not in mapping  # polling a stream is free
    ]
    lambdas, bridge = sum(pollers) * 3 * minutes, 60 * minutes // BRIDGE_POLL_S
    free = PRICES["prices"]["sqs_request"]["free"]
    yield Line(
        what=f"Lambda polls {len(pollers)} queues {lambdas / 1e6:.2f} million times, "
        f"{free / 1e6:.0f} of an account free",
        usd=_usd("sqs_request", max(0, lambdas - free)),
    )
    yield Line(
        what=f"the bridge polls its queue {bridge / 1e6:.2f} million times",
        usd=_usd("sqs_request", bridge),
        of_bridge=True,
    )


def _snapshots(subject: Subject) -> Iterator[Line]:
    """SnapStart keeps the snapshot of each published version, used or not."""
    functions = {logical_id: r for _, logical_id, r in subject.resources("AWS::Lambda::Function")}
    for version in subject.properties("AWS::Lambda::Version"):
        function = functions[version["FunctionName"]["Ref"]]["Properties"]
        if "SnapStart" in function:
            memory_gb = function["MemorySize"] / 1024
            yield Line(
                what=f"1 SnapStart snapshot of {memory_gb} GB, {HOURS} h",
                usd=_usd("snap_start_cache_gb_s", memory_gb * HOURS * 3600),
            )


def _usd(name: str, quantity: float) -> float:
    """Price of that quantity, without what is free."""
    price = PRICES["prices"][name]
    return float(quantity * price["usd"] / price["per"])


def _unknown_types(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources():
        if not _is_known(resource["Type"]):
            yield Finding(
                where=f"{stack}/{logical_id}",
                problem=f"the cost of an idle {resource['Type']} is unknown",
                remedy="price it in cdk/verify/idle_cost.py, or list it as free",
            )


def _is_known(kind: str) -> bool:
    if kind in _PRICED:
        return True
    _, service, name = kind.split("::") if kind.startswith("AWS::") else ("", "Custom", kind)
    return name in _FREE.get(service, ())
