"""Where a rule of cdk-nag or cfn-lint is knowingly not kept: its id and the reason, at the cause.

The CDK's own acknowledgement is for the whole app, whatever construct it is given to, and refuses
ids with `::` in them, which those of single rights have. See decision 0090.
"""

from typing import Final

from aws_cdk import CfnResource
from constructs import IConstruct

ACCEPTED: Final = "fintech:accepted"
"""Kind of the metadata of a construct: {id of the finding: reason}."""


def accept(construct: IConstruct, reason: str, *findings: str) -> None:
    """Takes these findings, exactly as they are called, for the construct and what is in it."""
    for finding in findings:
        construct.node.add_metadata(ACCEPTED, {finding: reason}, stack_trace=False)


def accept_lint(resource: IConstruct | None, reason: str, *checks: str) -> None:
    """Takes what cfn-lint says of one resource, in the template, where the linter looks for it."""
    assert isinstance(resource, CfnResource)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": list(checks)}})
    resource.add_metadata("reason", reason)
