"""Limits of CloudFormation templates, and quotas of a new AWS account.

Exceeding a quota is not a finding: that needs a request to AWS, not another template. What a new
account refuses to deploy at all is one.
"""

from collections.abc import Iterator
from typing import Final

from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Subject

MAX_TEMPLATE_BYTES: Final = 1_000_000
"""Size of a template that comes from S3, which is how the CDK sends all of them."""

_MAX_COUNTS: Final = {"Resources": 500, "Outputs": 200, "Parameters": 200, "Mappings": 200}

_NEAR: Final = 0.8
"""Share of a limit above which it is reported: a stack is easier to split before it is full."""

_CONCURRENCY: Final = 10
"""Concurrent Lambda executions of a new account; AWS raises it on request and with use."""

_MAILS_PER_DAY: Final = 50
"""E-mails that Cognito sends without SES."""

_STREAM_SHARDS: Final = 4
"""Shards of the stream of a new on-demand table; each is read by its own execution."""

_VPCS: Final = 5
"""Per region, including the default VPC."""


def check_limits(subject: Subject) -> CheckResult:
    """Size of each template, and its numbers of resources, outputs, parameters and mappings."""
    findings: list[Finding] = []
    notes: list[str] = []
    for stack, template in subject.templates.items():
        size = (subject.folder / f"{stack}.template.json").stat().st_size
        measured = [("bytes", size, MAX_TEMPLATE_BYTES)]
        for section, limit in _MAX_COUNTS.items():
            measured.append((section.lower(), len(template.get(section, {})), limit))
        for what, count, limit in measured:
            if count > limit:
                findings.append(_over_limit(stack, what, count, limit))
            elif count > _NEAR * limit:
                notes.append(f"{stack}: {count} of {limit} {what}")
        notes.append(f"{stack}: {size} bytes, {len(template['Resources'])} resources")
    return CheckResult(
        name="limits",
        scope=f"{len(subject.templates)} templates",
        findings=tuple(findings),
        notes=tuple(notes),
    )


def _over_limit(stack: str, what: str, count: int, limit: int) -> Finding:
    return Finding(
        where=stack,
        problem=f"{count} {what}; CloudFormation allows {limit}",
        remedy="split the stack in two, by lifecycle (decision 0015)",
    )


def check_quotas(subject: Subject) -> CheckResult:
    """Each quota of a new account that matters here, and what happens beyond it."""
    notes = (_concurrency(subject), _mails(subject), *_FIRST_DEPLOYMENT, _vpcs(subject))
    return CheckResult(
        name="quotas",
        scope=f"{len(notes)} quotas of a new account",
        findings=tuple(_reservations(subject)),
        notes=notes,
    )


def concurrent_executions(subject: Subject) -> int:
    """Largest number of concurrent executions without requests to the API and without queues that
    have no maximum concurrency.
    """
    mappings = list(subject.properties("AWS::Lambda::EventSourceMapping"))
    queues = sum(
        int(mapping["ScalingConfig"]["MaximumConcurrency"])
        for mapping in mappings
        if "ScalingConfig" in mapping
    )
    streams = sum(_STREAM_SHARDS for mapping in mappings if "StartingPosition" in mapping)
    schedules = sum(1 for _ in subject.properties("AWS::Events::Rule"))
    workers = subject.stage.jobs_at_once * subject.stage.workers_per_job
    return queues + streams + schedules + workers


def _concurrency(subject: Subject) -> str:
    wanted = concurrent_executions(subject)
    text = f"Lambda: queues, stream, schedules and workers take up to {wanted} executions at once"
    if unbounded := _unbounded_queues(subject):
        text += f", and {unbounded} queues without a maximum take what is left (decision 0018)"
    if wanted <= _CONCURRENCY:
        return f"{text}; a new account has {_CONCURRENCY}"
    request = -(-2 * wanted // 100) * 100  # as much again for the API, in hundreds
    return (
        f"{text}; a new account has {_CONCURRENCY}. Beyond that, the API answers 503, and queues "
        "and the stream retry later (a message that fails five times ends in its dead-letter "
        f"queue): ask for {request} before users come "
        "(Service Quotas → AWS Lambda → Concurrent executions, L-B99A9384)"
    )


def _unbounded_queues(subject: Subject) -> int:
    return sum(
        "ScalingConfig" not in mapping and "StartingPosition" not in mapping
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
    )


def _reservations(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources("AWS::Lambda::Function"):
        if "ReservedConcurrentExecutions" in resource["Properties"]:
            yield Finding(
                where=f"{stack}/{logical_id}",
                problem="reserves concurrency: an account must keep as much unreserved as a new "
                f"one has in all ({_CONCURRENCY}), and refuses the deployment",
                remedy="bound the event source instead (MaximumConcurrency, decision 0018)",
            )


def _mails(subject: Subject) -> str:
    pools = subject.properties("AWS::Cognito::UserPool")
    if any(pool.get("AutoVerifiedAttributes") or pool.get("EmailConfiguration") for pool in pools):
        return (
            f"Cognito: this user pool sends e-mail, at most {_MAILS_PER_DAY} a day: the next "
            "sign-up fails. Set up SES (EmailConfiguration) before more users come"
        )
    return (
        f"Cognito: sends {_MAILS_PER_DAY} e-mails a day without SES; this user pool sends only the "
        "codes that its users ask for, since an operator confirms each account (decision 0008)"
    )


def _vpcs(subject: Subject) -> str:
    count = sum(1 for _ in subject.properties("AWS::EC2::VPC"))
    return f"VPC: {count} of {_VPCS} per region, which include the default VPC"


_FIRST_DEPLOYMENT: Final = (
    "SNS: an e-mail address gets no alarm before its owner has confirmed the subscription",
    "CloudFront: a new account must be verified before its first distribution; if the web stack "
    "fails with 'must be verified', ask AWS Support (free) and deploy again",
    "ECS: the first service of an account creates its service-linked role; if the bridge fails "
    "with 'Unable to assume the service linked role', deploy again",
)
