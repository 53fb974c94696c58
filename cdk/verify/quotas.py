"""What a new AWS account grants, what the stage would take of it, and what happens beyond.

Nothing here fails for being more than a new account has: that needs a request to AWS, not another
template. It fails where such an account refuses the deployment itself.
"""

from collections.abc import Iterator
from typing import Final

from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Subject

CONCURRENCY: Final = 10
"""Functions of a new account that may run at once; AWS raises it on request, and with use."""

MAILS_A_DAY: Final = 50
"""That Cognito sends by itself; more needs SES."""

SHARDS: Final = 4
"""Of the stream of a new table on demand: a function reads each by itself."""

VPCS: Final = 5
"""In a region, the default one among them."""


def check_quotas(subject: Subject) -> Checked:
    """Each quota by its name, with what it means here."""
    notes = (_concurrency(subject), _mails(subject), *_FIRST_TIME, _vpcs(subject))
    return Checked(
        name="quotas",
        looked_at=f"{len(notes)} limits of a new account",
        findings=tuple(_reservations(subject)),
        notes=notes,
    )


def at_once(subject: Subject) -> int:
    """How many functions the stage may have running without anybody at the API; queues without a
    bound apart, which take what there is.
    """
    polled = sum(
        int(mapping["ScalingConfig"]["MaximumConcurrency"])
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
        if "ScalingConfig" in mapping
    )
    streams = sum(
        SHARDS
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
        if "StartingPosition" in mapping
    )
    timers = sum(1 for _ in subject.properties("AWS::Events::Rule"))
    workers = subject.stage.jobs_at_once * subject.stage.workers_per_job
    return polled + streams + timers + workers


def _concurrency(subject: Subject) -> str:
    wanted = at_once(subject)
    told = f"Lambda: queues, stream, clock and workers may take {wanted} functions at once"
    if unbounded := _unbounded(subject):
        told += f", and {unbounded} queues without a bound what is left (decision 0127)"
    if wanted <= CONCURRENCY:
        return f"{told} of a new account's {CONCURRENCY}"
    return (
        f"{told}; a new account has {CONCURRENCY}. Beyond them the API answers 503, and queues and "
        "stream try again later (a message that was unlucky five times lies among the dead "
        f"letters): ask for {_round(wanted)} before people come "
        "(Service Quotas → AWS Lambda → Concurrent executions, L-B99A9384)"
    )


def _unbounded(subject: Subject) -> int:
    return sum(
        "ScalingConfig" not in mapping and "StartingPosition" not in mapping
        for mapping in subject.properties("AWS::Lambda::EventSourceMapping")
    )


def _round(wanted: int) -> int:
    """With as much again for the API, in hundreds."""
    return -(-2 * wanted // 100) * 100


def _reservations(subject: Subject) -> Iterator[Finding]:
    for stack, logical_id, resource in subject.resources("AWS::Lambda::Function"):
        if "ReservedConcurrentExecutions" in resource["Properties"]:
            yield Finding(
                where=f"{stack}/{logical_id}",
                what="reserves concurrency: an account must keep as much unreserved as a new one "
                f"has in all ({CONCURRENCY}), and refuses the deployment",
                todo="bound the event source instead (MaximumConcurrency, decision 0014)",
            )


def _mails(subject: Subject) -> str:
    sending = [
        pool
        for pool in subject.properties("AWS::Cognito::UserPool")
        if pool.get("AutoVerifiedAttributes") or pool.get("EmailConfiguration")
    ]
    if not sending:
        return (
            f"Cognito: sends {MAILS_A_DAY} e-mails a day without SES; this pool sends none, since "
            "an operator confirms each account (decision 0013)"
        )
    return (
        f"Cognito: this pool sends e-mail, {MAILS_A_DAY} a day at the most: the next sign-up after "
        "them fails. Set up SES (EmailConfiguration) before more people come"
    )


def _vpcs(subject: Subject) -> str:
    count = sum(1 for _ in subject.properties("AWS::EC2::VPC"))
    return f"VPC: {count} of {VPCS} in a region, the default one among them"


_FIRST_TIME: Final = (
    "SNS: an e-mail address gets no alarm before its owner has followed the link in the first mail",
    "CloudFront: a new account must be verified before its first distribution; if the web stack "
    "fails with 'must be verified', ask AWS Support (free) and deploy again",
    "ECS: the first service of an account makes its service-linked role; if the bridge fails with "
    "'Unable to assume the service linked role', deploy again",
)
