"""What templates allow: no right to everything, and none on everything without a reason.

cdk-nag looks at roles through the constructs; this looks at every statement that CloudFormation
gets, policies of queues, topics and buckets among them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Json, Subject

UNBOUNDED: Final = "AwsSolutions-IAM5[Resource::*]"
"""The finding under which a right on everything is accepted, the same as cdk-nag's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one policy, and where it stands."""

    stack: str
    logical_id: str
    body: Json

    @property
    def actions(self) -> list[str]:
        """As they are written."""
        return _listed(self.body.get("Action", []))

    @property
    def for_anybody(self) -> bool:
        """Whether the principal is everybody."""
        principal = self.body.get("Principal")
        values = principal.values() if isinstance(principal, dict) else [principal]
        return any("*" in _listed(value) for value in values)


def check_policies(subject: Subject) -> Checked:
    """Every statement of every template."""
    found = list(statements(subject))
    return Checked(
        name="policies",
        looked_at=f"{len(found)} statements",
        findings=tuple(finding for one in found for finding in _judge(subject, one)),
    )


def statements(subject: Subject) -> Iterator[Statement]:
    """Whatever has an effect, wherever in a resource it stands."""
    for stack, logical_id, resource in subject.resources():
        for body in _bodies(resource.get("Properties", {})):
            yield Statement(stack=stack, logical_id=logical_id, body=body)


def _bodies(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        if value.get("Effect") in ("Allow", "Deny"):
            yield value
        for inner in value.values():
            yield from _bodies(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _bodies(inner)


def _judge(subject: Subject, statement: Statement) -> Iterator[Finding]:
    if statement.body["Effect"] == "Deny":
        return
    where = f"{statement.stack}/{statement.logical_id}"
    for inverted in ("NotAction", "NotResource", "NotPrincipal"):
        if inverted in statement.body:
            yield Finding(
                where=where,
                what=f"{inverted} allows all but what it names",
                todo="name what is allowed",
            )
    for action in statement.actions:
        if action == "*" or action.endswith(":*"):
            yield Finding(
                where=where, what=f"allows the action {action}", todo="name single actions"
            )
    if statement.for_anybody and "Condition" not in statement.body:
        yield Finding(
            where=where, what="allows anybody", todo="name the principal, or add a condition"
        )
    if "*" in _listed(statement.body.get("Resource", [])) and not _accepted(subject, statement):
        yield Finding(
            where=where,
            what=f"allows {', '.join(statement.actions)} on every resource",
            todo=f"name the resource, or accept {UNBOUNDED} beside the cause with its reason",
        )


def _accepted(subject: Subject, statement: Statement) -> bool:
    path = subject.path_of(statement.stack, statement.logical_id)
    return any(one.covers(path, UNBOUNDED) for one in subject.accepted)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
