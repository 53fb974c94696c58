"""The bridge's image, as far as it can be checked without Docker: Dockerfile, packages and task.

`tests/integration/mqtt_bridge` runs the image's steps and starts its process.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cdk.build import AWS_TARGET, BUILD, ROOT, RUNTIME, install_packages
from cdk.stacks.bridge import SOURCE
from cdk.verify.packages import library_faults
from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Json, Subject

DOCKERFILE: Final = SOURCE / "Dockerfile"
REQUIREMENTS: Final = SOURCE / "requirements.txt"

_FROM: Final = re.compile(r"^FROM\s+(\S+)", re.MULTILINE | re.IGNORECASE)
_PINNED_BASE: Final = re.compile(
    r"python:{}\.{}\.\d+-slim-\w+(@sha256:[0-9a-f]{{64}})?".format(*RUNTIME)
)
_NUMERIC_USER: Final = re.compile(r"^USER\s+[1-9]\d*(:[1-9]\d*)?\s*$", re.MULTILINE)


def check_image(subject: Subject, dockerfile: Path = DOCKERFILE) -> CheckResult:
    """hadolint and our own rules for the Dockerfile, packages for arm64, and the task."""
    packages = arm_packages(REQUIREMENTS)
    libraries = [path for path in packages.rglob("*.so*") if path.is_file()]
    installed = list(distributions(path=[str(packages)]))
    (task,) = subject.properties("AWS::ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    text = dockerfile.read_text()
    return CheckResult(
        name="image",
        scope=f"{dockerfile.name}, {len(installed)} packages, {len(libraries)} compiled "
        "libraries, 1 task",
        findings=(
            *_hadolint(dockerfile),
            *_dockerfile_findings(dockerfile.name, text, container),
            *_task_findings(container),
            *_library_findings(libraries),
            *_missing_packages(installed),
        ),
        notes=tuple(_pinned_by_tag(text)),
    )


def arm_packages(requirements: Path, out: Path = BUILD / "bridge") -> Path:
    """Folder with the image's packages for arm64, installed once for these requirements."""
    folder = out / hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    if not folder.is_dir():
        fresh = folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        install_packages(fresh, requirements, Path(sys.executable), AWS_TARGET)
        fresh.rename(folder)
    return folder


def _hadolint(dockerfile: Path) -> Iterator[Finding]:
    hadolint = Path(sys.executable).with_name("hadolint")
    answer = subprocess.run(  # noqa: S603 - a tool of our own environment
        [str(hadolint), "--no-fail", "--format", "json", str(dockerfile)],
        capture_output=True,
        text=True,
        check=True,
    )
    for found in json.loads(answer.stdout):
        yield Finding(
            where=f"{dockerfile.name}:{found['line']}",
            problem=f"{found['code']}: {found['message']}",
            remedy=f"see https://github.com/hadolint/hadolint/wiki/{found['code']}",
        )


def _dockerfile_findings(name: str, text: str, container: Json) -> Iterator[Finding]:
    """Our own rules, which hadolint has none for: exact base, numeric user, one health check."""
    for base in _FROM.findall(text):
        if not _PINNED_BASE.fullmatch(base):
            yield Finding(
                where=f"{name}: FROM {base}",
                problem="is not pinned to one release of the functions' Python",
                remedy="use the full tag: python:{}.{}.PATCH-slim-DEBIAN".format(*RUNTIME),
            )
    if not _NUMERIC_USER.search(text):
        yield Finding(
            where=name,
            problem="has no USER with a number other than 0, so it may run as root",
            remedy="USER 10001:10001; the platform cannot check a name",
        )
    command = container.get("HealthCheck", {}).get("Command", [])
    if f"CMD {json.dumps(command[1:])}" not in text:
        yield Finding(
            where=f"{name} and task",
            problem=f"the Dockerfile's health check is not the task's {command}",
            remedy="use the same command in both (cdk/stacks/bridge.py)",
        )


def _pinned_by_tag(text: str) -> Iterator[str]:
    for base in sorted(set(_FROM.findall(text))):
        if "@sha256:" not in base:
            yield f"{base} is pinned by tag only; its digest cannot be looked up offline"


def _task_findings(container: Json) -> Iterator[Finding]:
    dropped = container.get("LinuxParameters", {}).get("Capabilities", {}).get("Drop", [])
    for holds, problem, remedy in (
        (container.get("ReadonlyRootFilesystem"), "may write to its image", "make it read-only"),
        (not container.get("Privileged"), "is privileged", "remove the privilege"),
        (dropped == ["ALL"], "keeps Linux capabilities", "drop all: it needs none"),
    ):
        if not holds:
            where = f"task, container {container['Name']}"
            yield Finding(where=where, problem=problem, remedy=remedy)


def _library_findings(libraries: list[Path]) -> Iterator[Finding]:
    for path in libraries:
        for fault in library_faults(path):
            yield Finding(
                where=str(path.relative_to(ROOT)),
                problem=fault,
                remedy="pin a version with a wheel for arm64",
            )


def _missing_packages(installed: list[Distribution]) -> Iterator[Finding]:
    names = {canonicalize_name(one.name) for one in installed}
    for one in installed:
        for requirement in map(Requirement, one.requires or ()):
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and canonicalize_name(requirement.name) not in names:
                yield Finding(
                    where=REQUIREMENTS.name,
                    problem=f"{one.name} needs {requirement.name}, which is not installed",
                    remedy="pin it too: the image installs no dependencies itself (--no-deps)",
                )
