"""What CloudFormation takes of one template."""

from typing import Final

from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Json, Subject

LARGEST_BODY: Final = 1_000_000
"""Bytes of a template that comes from S3, which is how the CDK sends all of them."""

LARGEST_INLINE: Final = 51_200
"""Bytes of a template within the call itself."""

MOST: Final = {"Resources": 500, "Outputs": 200, "Parameters": 200, "Mappings": 200}

NEAR: Final = 0.8
"""From this share of a limit on it is told: a stack is easier cut before it is full."""


def check_limits(subject: Subject) -> Checked:
    """Each template by itself."""
    findings: list[Finding] = []
    notes: list[str] = []
    for stack, template in subject.templates.items():
        size = _size(subject, stack)
        counts = {section: len(template.get(section, {})) for section in MOST}
        measured = [("bytes", size, LARGEST_BODY)]
        measured += [(section.lower(), counts[section], most) for section, most in MOST.items()]
        for what, count, most in measured:
            if count > most:
                findings.append(_too_much(stack, what, count, most))
            elif count > NEAR * most:
                notes.append(f"{stack}: {count} of {most} {what}")
        notes.append(_told(stack, size, template))
    return Checked(
        name="limits",
        looked_at=f"{len(subject.templates)} templates",
        findings=tuple(findings),
        notes=tuple(notes),
    )


def _size(subject: Subject, stack: str) -> int:
    return (subject.folder / f"{stack}.template.json").stat().st_size


def _told(stack: str, size: int, template: Json) -> str:
    way = "fits into the call" if size <= LARGEST_INLINE else "goes by S3 only"
    return f"{stack}: {size} bytes ({way}), {len(template['Resources'])} resources"


def _too_much(stack: str, what: str, count: int, most: int) -> Finding:
    return Finding(
        where=stack,
        what=f"{count} {what}; CloudFormation takes {most}",
        todo="cut the stack in two, by what lives and dies together (decision 0010)",
    )
