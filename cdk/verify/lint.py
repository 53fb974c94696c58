"""cfn-lint on every template, with all its rules, for the region that it goes to."""

from pathlib import Path
from typing import Final

from cfnlint.api import lint_file
from cfnlint.match import Match

from cdk.build import ROOT
from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Subject

OWN_TEMPLATES: Final = (ROOT / "cdk" / "pipeline_role.yaml",)
"""Written by hand, deployed once by hand (docs/deploy.md)."""


def check_lint(subject: Subject) -> Checked:
    """No finding is taken: what the linter is wrong about is said to it where it arises."""
    files = [subject.folder / f"{stack}.template.json" for stack in subject.templates]
    files += OWN_TEMPLATES
    matches = [match for file in files for match in lint(file, subject.stage.region)]
    return Checked(
        name="cfn-lint",
        looked_at=f"{len(files)} templates",
        findings=tuple(_to_mend(match) for match in matches),
    )


def lint(template: Path, region: str | None) -> list[Match]:
    """Errors and warnings that cfn-lint has for that file."""
    found: list[Match] = lint_file(template, {"regions": [region]} if region else None)
    return found


def _to_mend(match: Match) -> Finding:
    path = "/".join(str(part) for part in match.path or ())
    return Finding(
        where=f"{Path(match.filename).name}:{match.linenumber} {path}",
        what=f"{match.rule.id}: {match.message}",
        todo=match.rule.shortdesc,
    )
