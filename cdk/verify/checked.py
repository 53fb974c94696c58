"""What a check answers, and how a person reads it: a line a check, and under it what to do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

GOOD, BAD = "✓", "✗"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing that must not stay so."""

    where: str
    """File, stack or resource."""

    what: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer of one check."""

    name: str
    looked_at: str
    """Counts of what was looked at: a check that saw nothing must not look like a good one."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """What is no fault, and yet good to know."""

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def report(checks: Iterable[Checked]) -> Iterator[str]:
    """The lines of all checks, the verdict last."""
    found = 0
    for checked in checks:
        found += len(checked.findings)
        yield from _lines(checked)
    yield f"{BAD} {found} to mend" if found else f"{GOOD} nothing to mend"


def _lines(checked: Checked) -> Iterator[str]:
    mark = GOOD if checked.passed else BAD
    yield f"{mark} {checked.name:<12} {checked.looked_at}: {len(checked.findings)} findings"
    for finding in sorted(checked.findings):
        yield f"    {finding.where}"
        yield f"      {finding.what}"
        yield f"      → {finding.todo}"
    for note in checked.notes:
        yield f"    · {note}"
