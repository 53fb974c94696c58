"""What a month costs in which nobody comes, from the templates and a price list with its date.

Every kind of resource is either priced here or known to cost nothing while idle: an unknown one is
a finding, so that nothing begins to cost in silence.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Subject

PRICES: Final = json.loads(Path(__file__).with_name("prices.json").read_text())
"""The one price list: what each thing costs, how much of it is free, and where AWS says so."""

HOURS: Final = 730
"""Of a month."""

BUDGET_USD: Final = {"dev": 15.0}
"""A month, idle; other stages have none."""

POLLERS_BOUNDED: Final = 5
"""That Lambda keeps at an idle queue with bounded concurrency; each asks three times a minute."""

POLLERS: Final = 2
"""Likewise without a bound: AWS says that it goes back "to as few as 2" when there is little to do,
and not where there is a bound (0127).
"""

BRIDGE_POLL_S: Final = 3
"""How long the bridge asks `outbound` at a time (`mqtt_bridge/limits.py`)."""

SWEEP_LOOKS: Final = 3
"""How often the sweep looks for reminders in a minute, until it believes that there is none."""

FREE: Final = {
    "ApiGatewayV2": ("Api", "Authorizer", "Integration", "Route", "Stage"),
    "CE": ("AnomalyMonitor", "AnomalySubscription"),
    "CloudFront": ("Distribution", "Function", "OriginAccessControl", "ResponseHeadersPolicy"),
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
    "Lambda": ("EventSourceMapping", "Function", "LayerVersion", "Permission"),
    "Logs": ("LogGroup",),
    "S3": ("Bucket", "BucketPolicy"),
    "SNS": ("Subscription", "Topic", "TopicPolicy"),
    "SQS": ("Queue", "QueuePolicy"),
    "StepFunctions": ("StateMachine",),
    "Custom": ("Custom::CDKBucketDeployment",),
}
"""Types of each service that are billed by use alone, or never. Queues cost by who asks them, which
is priced below.
"""

PRICED: Final = (
    "AWS::ECS::Service",
    "AWS::SecretsManager::Secret",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bill."""

    what: str
    usd: float
    of_bridge: bool = False


def check_idle_cost(subject: Subject) -> Checked:
    """The bill, line by line, and the stage's budget."""
    lines = bill(subject)
    total = sum(line.usd for line in lines)
    budget = BUDGET_USD.get(subject.stage.name)
    findings = list(_unknown(subject))
    if budget is not None and total > budget:
        findings.append(_too_dear(subject.stage.name, total, budget))
    return Checked(
        name="idle cost",
        looked_at=f"{total:.2f} USD a month ({PRICES['region']}, prices of {PRICES['as_of']})",
        findings=tuple(findings),
        notes=tuple(f"{line.usd:6.2f}  {line.what}" for line in lines),
    )


def bill(subject: Subject) -> list[Line]:
    """What there is to pay for, the bridge first."""
    return [*_bridge(subject), _secrets(subject), *_watching(subject), *_polling(subject)]


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


def _is_public(service: dict[str, Any]) -> bool:
    network = service["NetworkConfiguration"]["AwsvpcConfiguration"]
    return bool(network.get("AssignPublicIp") == "ENABLED")


def _secrets(subject: Subject) -> Line:
    count = sum(1 for _ in subject.properties("AWS::SecretsManager::Secret"))
    return Line(what=f"{count} secret", usd=_usd("secret", count), of_bridge=True)


def _watching(subject: Subject) -> Iterator[Line]:
    for kind, name in (("Alarm", "alarm"), ("Dashboard", "dashboard")):
        count = sum(1 for _ in subject.properties(f"AWS::CloudWatch::{kind}"))
        free = PRICES["prices"][name]["free"]
        usd = _usd(name, max(0, count - free))
        yield Line(what=f"{count} {name}s, {free} of an account are free", usd=usd)


def _polling(subject: Subject) -> Iterator[Line]:
    """Empty answers cost as much as full ones."""
    minutes = HOURS * 60
    pollers = [
        POLLERS_BOUNDED if "ScalingConfig" in mapping else POLLERS
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" not in mapping  # a stream: asking it is free
    ]
    lambdas, bridge = sum(pollers) * 3 * minutes, 60 * minutes // BRIDGE_POLL_S
    sweep = SWEEP_LOOKS * minutes
    free = PRICES["prices"]["sqs_request"]["free"]
    yield Line(
        what=f"Lambda asks {len(pollers)} queues {lambdas / 1e6:.2f} million times, "
        f"{free / 1e6:.0f} of an account free",
        usd=_usd("sqs_request", max(0, lambdas - free)),
    )
    yield Line(
        what=f"the bridge asks its queue {bridge / 1e6:.2f} million times",
        usd=_usd("sqs_request", bridge),
        of_bridge=True,
    )
    yield Line(
        what=f"the sweep looks for reminders {sweep / 1e6:.2f} million times",
        usd=_usd("sqs_request", sweep),
    )


def _usd(name: str, quantity: float) -> float:
    """What so much of something on the list costs, without what is free of it."""
    price = PRICES["prices"][name]
    return float(quantity * price["usd"] / price["per"])


def _unknown(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources():
        if not _is_known(resource["Type"]):
            yield Finding(
                where=f"{stack}/{logical_id}",
                what=f"nobody has said what a {resource['Type']} costs while idle",
                todo="price it in cdk/verify/idle_cost.py, or list it as free",
            )


def _is_known(kind: str) -> bool:
    if kind in PRICED:
        return True
    _, service, name = kind.split("::") if kind.startswith("AWS::") else ("", "Custom", kind)
    return name in FREE.get(service, ())


def _too_dear(stage: str, total: float, budget: float) -> Finding:
    return Finding(
        where=stage,
        what=f"{total:.2f} USD a month while idle; {budget:.2f} are allowed",
        todo="see the lines below for what costs most",
    )
