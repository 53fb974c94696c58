"""The report: one line per check, a remedy under each finding, a verdict, and the exit status."""

import io
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from cdk.verify import __main__ as command
from cdk.verify.report import CheckResult, Finding, print_report

GOOD = CheckResult(name="limits", scope="4 templates", notes=("data: 10 bytes",))
BAD = CheckResult(
    name="policies",
    scope="3 statements",
    findings=(Finding(where="data/Role", problem="allows all [of it]", remedy="name it"),),
)


def printed(*results: CheckResult) -> tuple[list[str], int]:
    out = io.StringIO()
    status = print_report(results, Console(file=out, width=40))
    return out.getvalue().splitlines(), status


def test_a_passed_check_is_one_line_with_its_counts_and_notes() -> None:
    assert printed(GOOD) == (
        [
            "✓ limits       4 templates: 0 findings",
            "    · data: 10 bytes",
            "✓ nothing to correct",
        ],
        0,
    )


def test_a_finding_says_where_what_and_what_to_do() -> None:
    lines, status = printed(GOOD, BAD)
    assert lines[2:] == [
        "✗ policies     3 statements: 1 findings",
        "    data/Role",
        "      allows all [of it]",
        "      → name it",
        "✗ 1 findings to correct",
    ]
    assert status == 1


def test_a_long_line_is_not_broken() -> None:
    lines, _ = printed(CheckResult(name="limits", scope="x" * 200))
    assert lines[0].endswith(f"{'x' * 200}: 0 findings")


def test_a_missing_broker_is_reported_with_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text('[dev]\ngroup_id = "3"\n')
    monkeypatch.setenv("STAGES_FILE", str(tmp_path / "mine.toml"))
    app = typer_app()
    result = CliRunner().invoke(app, ["--stage", "dev"])
    assert result.exit_code == 2
    assert "set mqtt_url in mine.toml" in result.output


def typer_app() -> typer.Typer:
    app = typer.Typer()
    app.command()(command.verify)
    return app
