"""Rules for templates: cfn-lint, cdk-nag, and every policy statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdk_nag import AwsSolutionsChecks, NagPack, ServerlessChecks
from cfnlint.api import lint_file
from cfnlint.match import Match

from cdk.build import ROOT
from cdk.constructs.nag_suppressions import Suppression
from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Json, Subject

_OWN_TEMPLATES: Final = (ROOT / "cdk" / "pipeline_role.yaml",)
"""Written and deployed by hand (docs/deploy.md)."""

_PACKS: Final = (AwsSolutionsChecks, ServerlessChecks)

_SHORTEST_REASON: Final = 20
"""Characters; anything shorter explains nothing."""

_UNBOUNDED: Final = "AwsSolutions-IAM5[Resource::*]"
"""cdk-nag's finding about a right on every resource; the same suppression holds here."""


def check_lint(subject: Subject) -> CheckResult:
    """cfn-lint with all its rules, for the stage's region; exceptions are in the templates."""
    files = [subject.folder / f"{stack}.template.json" for stack in subject.templates]
    files += _OWN_TEMPLATES
    regions = {"regions": [subject.stage.region]} if subject.stage.region else None
    matches = [match for file in files for match in lint_file(file, regions)]
    return CheckResult(
        name="cfn-lint",
        scope=f"{len(files)} templates",
        findings=tuple(_lint_finding(match) for match in matches),
    )


def _lint_finding(match: Match) -> Finding:
    # A file that is not even YAML has a match without a path.
    path = "/".join(str(part) for part in getattr(match, "path", None) or ())
    return Finding(
        where=f"{Path(match.filename).name}:{match.linenumber} {path}",
        problem=f"{match.rule.id}: {match.message}",
        remedy=match.rule.shortdesc,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A cdk-nag rule that a construct violates."""

    path: str
    rule: str
    """Rules about rights include the single right, in brackets."""

    text: str


def check_nag(subject: Subject) -> CheckResult:
    """All rules of both packs. A violation is corrected or suppressed by its own id at its cause;
    a suppression that covers nothing is a finding as well.
    """
    violations = [found for pack in _PACKS for found in _run_pack(pack(subject.app), subject)]
    unsuppressed = [one for one in violations if not subject.is_suppressed(one.path, one.rule)]
    findings = [_nag_finding(one) for one in unsuppressed]
    for suppression in subject.suppressions:
        findings += _suppression_findings(suppression, violations)
    suppressed = len(violations) - len(unsuppressed)
    return CheckResult(
        name="cdk-nag",
        scope=f"{len(_PACKS)} packs, {len(violations)} violations, {suppressed} suppressed by "
        f"{len(subject.suppressions)} reasons",
        findings=tuple(findings),
    )


def _run_pack(pack: NagPack, subject: Subject) -> Iterator[Violation]:
    assert subject.stage.account
    assert subject.stage.region
    for violation in pack.validate_scope(subject.app).violations:
        # Suppressions name neither account nor region.
        rule = violation.rule_name.replace(subject.stage.account, "<AWS::AccountId>")
        rule = rule.replace(subject.stage.region, "<AWS::Region>")
        for resource in violation.violating_resources:
            yield Violation(
                path=resource.construct_path or "", rule=rule, text=violation.description
            )


def _nag_finding(violation: Violation) -> Finding:
    return Finding(
        where=violation.path,
        problem=f"{violation.rule}: {violation.text}",
        remedy="correct it, or suppress() this id next to the cause, with a reason",
    )


def _suppression_findings(
    suppression: Suppression, violations: list[Violation]
) -> Iterator[Finding]:
    where, rule = suppression.path, suppression.finding
    if not any(suppression.covers(one.path, one.rule) for one in violations):
        yield Finding(
            where=where,
            problem=f"{rule} is suppressed but does not occur",
            remedy="remove the suppression",
        )
    if "/" not in where:
        yield Finding(
            where=where,
            problem=f"{rule} is suppressed for a whole stack",
            remedy="suppress it at the construct that causes it",
        )
    if len(suppression.reason) < _SHORTEST_REASON:
        yield Finding(
            where=where,
            problem=f"{rule} is suppressed without a reason",
            remedy="give the reason",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One policy statement of a template."""

    stack: str
    logical_id: str
    body: Json

    @property
    def actions(self) -> list[str]:
        """The actions, as they are written."""
        return _as_list(self.body.get("Action", []))

    @property
    def allows_anybody(self) -> bool:
        """True if the principal is everybody."""
        principal = self.body.get("Principal")
        values = principal.values() if isinstance(principal, dict) else [principal]
        return any("*" in _as_list(value) for value in values)


def check_policies(subject: Subject) -> CheckResult:
    """No statement allows every action, every principal, or (unless suppressed) every resource.

    cdk-nag reads roles from the constructs; this reads every statement that CloudFormation gets,
    including the policies of queues, topics and buckets.
    """
    found = list(statements(subject))
    return CheckResult(
        name="policies",
        scope=f"{len(found)} statements",
        findings=tuple(finding for one in found for finding in _statement_findings(subject, one)),
    )


def statements(subject: Subject) -> Iterator[Statement]:
    """Every policy statement, wherever in a resource it is."""
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


def _statement_findings(subject: Subject, statement: Statement) -> Iterator[Finding]:
    if statement.body["Effect"] == "Deny":
        return
    where = f"{statement.stack}/{statement.logical_id}"
    for inverted in ("NotAction", "NotResource", "NotPrincipal"):
        if inverted in statement.body:
            yield Finding(
                where=where,
                problem=f"{inverted} allows everything that it does not name",
                remedy="name what is allowed",
            )
    for action in statement.actions:
        if action == "*" or action.endswith(":*"):
            yield Finding(
                where=where, problem=f"allows the action {action}", remedy="name single actions"
            )
    if statement.allows_anybody and "Condition" not in statement.body:
        yield Finding(
            where=where, problem="allows anybody", remedy="name the principal, or add a condition"
        )
    path = subject.path_of(statement.stack, statement.logical_id)
    unbounded = "*" in _as_list(statement.body.get("Resource", []))
    if unbounded and not subject.is_suppressed(path, _UNBOUNDED):
        yield Finding(
            where=where,
            problem=f"allows {', '.join(statement.actions)} on every resource",
            remedy=f"name the resource, or suppress() {_UNBOUNDED} next to the cause",
        )


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
