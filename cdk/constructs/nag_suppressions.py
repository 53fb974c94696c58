"""Suppressions of cdk-nag and cfn-lint findings: written next to the cause, read by `cdk.verify`.

The CDK's own acknowledgements apply to the whole app, whatever construct they are given to, and
refuse ids with `::` in them, which findings about single rights have (decision 0019).
"""

from dataclasses import dataclass
from typing import Final

from aws_cdk import CfnResource
from constructs import IConstruct

_METADATA: Final = "fintech:nag-suppression"
"""Metadata type of a construct; its data is {id of the finding: reason}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A finding that is accepted for a construct and everything inside it."""

    path: str
    finding: str
    reason: str

    def covers(self, path: str, finding: str) -> bool:
        """True if this suppression applies to that finding at that construct."""
        inside = path == self.path or path.startswith(f"{self.path}/")
        return inside and finding == self.finding


def suppress(construct: IConstruct, reason: str, *findings: str) -> None:
    """Accepts the findings with exactly these ids, for the construct and everything inside it."""
    for finding in findings:
        construct.node.add_metadata(_METADATA, {finding: reason}, stack_trace=False)


def suppress_lint(resource: IConstruct | None, reason: str, *checks: str) -> None:
    """Accepts cfn-lint checks of one resource, in the template, where cfn-lint looks for them."""
    assert isinstance(resource, CfnResource)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": list(checks)}})
    resource.add_metadata("reason", reason)


def suppressions_in(root: IConstruct) -> list[Suppression]:
    """All suppressions of the construct and everything inside it."""
    return [
        Suppression(path=node.node.path, finding=finding, reason=reason)
        for node in root.node.find_all()
        for entry in node.node.metadata
        if entry.type == _METADATA
        for finding, reason in entry.data.items()
    ]
