"""cdk-nag's packs on the constructs: each finding is mended, or accepted by itself at its cause."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from cdk_nag import AwsSolutionsChecks, NagPack, ServerlessChecks

from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Acceptance, Subject

PACKS: Final = (AwsSolutionsChecks, ServerlessChecks)

SHORTEST_REASON: Final = 20
"""Characters: less is no reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule that one construct does not keep."""

    path: str
    rule: str
    """With the single right in brackets, where the rule is about rights."""

    text: str


def check_nag(subject: Subject) -> Checked:
    """All rules of both packs; an acceptance that is no longer needed is a finding as well."""
    violations = [found for pack in PACKS for found in _run(pack(subject.app), subject)]
    open_ones = [found for found in violations if not _covered(subject, found)]
    findings = [_to_mend(found) for found in open_ones]
    findings += [_stale(one) for one in subject.accepted if not _used(one, violations)]
    findings += [fault for one in subject.accepted for fault in _judge(one)]
    accepted = len(violations) - len(open_ones)
    return Checked(
        name="cdk-nag",
        looked_at=f"{len(PACKS)} packs, {len(violations)} violations, {accepted} accepted by "
        f"{len(subject.accepted)} reasons",
        findings=tuple(findings),
    )


def _run(pack: NagPack, subject: Subject) -> Iterator[Violation]:
    for violation in pack.validate_scope(subject.app).violations:
        for resource in violation.violating_resources:
            yield Violation(
                path=resource.construct_path or "",
                rule=_of_any_place(violation.rule_name, subject),
                text=violation.description,
            )


def _of_any_place(rule: str, subject: Subject) -> str:
    """Acceptances name neither account nor region."""
    assert subject.stage.account
    assert subject.stage.region
    rule = rule.replace(subject.stage.account, "<AWS::AccountId>")
    return rule.replace(subject.stage.region, "<AWS::Region>")


def _covered(subject: Subject, violation: Violation) -> bool:
    return any(one.covers(violation.path, violation.rule) for one in subject.accepted)


def _used(acceptance: Acceptance, violations: list[Violation]) -> bool:
    return any(acceptance.covers(found.path, found.rule) for found in violations)


def _to_mend(violation: Violation) -> Finding:
    return Finding(
        where=violation.path,
        what=f"{violation.rule}: {violation.text}",
        todo="mend it, or accept() this very id beside the cause with a reason",
    )


def _stale(acceptance: Acceptance) -> Finding:
    return Finding(
        where=acceptance.path,
        what=f"{acceptance.finding} is accepted, and does not occur",
        todo="take the acceptance away",
    )


def _judge(acceptance: Acceptance) -> Iterator[Finding]:
    if "/" not in acceptance.path:
        yield Finding(
            where=acceptance.path,
            what=f"{acceptance.finding} is accepted for a whole stack",
            todo="accept it at the construct that causes it",
        )
    if len(acceptance.reason) < SHORTEST_REASON:
        yield Finding(
            where=acceptance.path,
            what=f"{acceptance.finding} is accepted without a reason",
            todo="say why",
        )
