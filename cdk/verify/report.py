"""Result of a check, and its output: one line per check, and a remedy under each finding."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """A fault that must be corrected before the stage is deployed."""

    where: str
    """File, stack or resource."""

    problem: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Result of one check."""

    name: str
    scope: str
    """Counts of what was checked: a check that saw nothing must not look like a passed one."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    """Facts worth knowing that are no faults."""

    @property
    def passed(self) -> bool:
        """True if nothing was found."""
        return not self.findings


def print_report(results: Sequence[CheckResult], console: Console) -> int:
    """Prints all results and a verdict; returns the exit status, 1 if there is any finding."""
    for result in results:
        _print_result(result, console)
    count = sum(len(result.findings) for result in results)
    verdict = f"✗ {count} findings to correct" if count else "✓ nothing to correct"
    _print(console, verdict, "bold red" if count else "bold green")
    return 1 if count else 0


def _print_result(result: CheckResult, console: Console) -> None:
    mark, style = ("✓", "green") if result.passed else ("✗", "red")
    summary = f"{result.scope}: {len(result.findings)} findings"
    _print(console, f"{mark} {result.name:<12} {summary}", style)
    for finding in sorted(result.findings):
        _print(console, f"    {finding.where}", "bold")
        _print(console, f"      {finding.problem}")
        _print(console, f"      → {finding.remedy}")
    for note in result.notes:
        _print(console, f"    · {note}", "dim")


def _print(console: Console, line: str, style: str = "") -> None:
    """Prints the line as it is: no markup, no wrapping, so that it can be searched."""
    console.print(Text(line, style=style), soft_wrap=True)
