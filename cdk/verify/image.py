"""The bridge's image, as far as it goes without Docker: its Dockerfile, its packages for arm64, and
whether the task that runs it agrees. `tests/integration/mqtt_bridge/test_image.py` starts it.
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

from cdk import layer
from cdk.build import BUILD, ROOT
from cdk.bytecode import RUNTIME
from cdk.constructs.bridge_task import SOURCE
from cdk.verify.checked import Checked, Finding
from cdk.verify.dockerfile import Instruction, parse
from cdk.verify.libraries import judge_library
from cdk.verify.subject import Json, Subject

DOCKERFILE: Final = SOURCE / "Dockerfile"
REQUIREMENTS: Final = SOURCE / "requirements.txt"

_BASE: Final = re.compile(r"python:{}\.{}\.\d+-slim-\w+(@sha256:[0-9a-f]{{64}})?".format(*RUNTIME))


def check_image(subject: Subject, dockerfile: Path = DOCKERFILE) -> Checked:
    """Dockerfile, packages, task."""
    packages = arm_packages(REQUIREMENTS)
    libraries = [path for path in packages.rglob("*.so*") if path.is_file()]
    installed = list(distributions(path=[str(packages)]))
    (task,) = subject.properties("AWS::ECS::TaskDefinition")
    (container,) = task["ContainerDefinitions"]
    return Checked(
        name="image",
        looked_at=f"{dockerfile.name}, {len(installed)} packages, {len(libraries)} compiled "
        "libraries, 1 task",
        findings=(
            *_linted(dockerfile),
            *_judge_base(dockerfile),
            *_judge_final(parse(dockerfile)[-1], container),
            *_judge_task(container),
            *_judge_packages(installed, libraries),
        ),
        notes=tuple(_unverified(dockerfile)),
    )


def arm_packages(requirements: Path, out: Path = BUILD / "bridge") -> Path:
    """The packages as the image gets them, resolved for arm64; made once for these requirements."""
    folder = out / hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    if not folder.is_dir():
        fresh = folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        layer.install(fresh, requirements, Path(sys.executable), layer.AWS_TARGET)
        fresh.rename(folder)
    return folder


def _linted(dockerfile: Path) -> Iterator[Finding]:
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
            what=f"{found['code']}: {found['message']}",
            todo="see the rule of that name in hadolint's documentation",
        )


def _judge_base(dockerfile: Path) -> Iterator[Finding]:
    for stage in parse(dockerfile):
        base = stage[0].text.split()[0]
        if not _BASE.fullmatch(base):
            yield Finding(
                where=f"{dockerfile.name}: FROM {base}",
                what="is not pinned to one release of the functions' Python",
                todo="name it whole: python:{}.{}.PATCH-slim-DEBIAN".format(*RUNTIME),
            )


def _unverified(dockerfile: Path) -> Iterator[str]:
    for base in sorted({stage[0].text.split()[0] for stage in parse(dockerfile)}):
        if "@sha256:" not in base:
            yield f"{base} is pinned by tag alone; its digest cannot be looked up offline"


def _judge_final(stage: list[Instruction], container: Json) -> Iterator[Finding]:
    said = {instruction.word: instruction for instruction in stage}
    user = said["USER"].text if "USER" in said else "0"
    if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", user):
        yield Finding(
            where=DOCKERFILE.name,
            what=f"runs as {user}",
            todo="USER with a number that is not 0: a name cannot be checked by the platform",
        )
    check = said["HEALTHCHECK"].command if "HEALTHCHECK" in said else None
    asked = container.get("HealthCheck", {}).get("Command", [])
    if not check or asked != ["CMD", *check]:
        yield Finding(
            where=f"{DOCKERFILE.name} and task",
            what=f"the image's health check is {check}, the task's {asked}",
            todo="ask the same in both (cdk/constructs/bridge_task.py)",
        )


def _judge_task(container: Json) -> Iterator[Finding]:
    dropped = container.get("LinuxParameters", {}).get("Capabilities", {}).get("Drop", [])
    for holds, what, todo in (
        (container.get("ReadonlyRootFilesystem"), "may write to its image", "make it read-only"),
        (not container.get("Privileged"), "is privileged", "take the privilege away"),
        (dropped == ["ALL"], "keeps Linux capabilities", "drop all: it needs none"),
    ):
        if not holds:
            yield Finding(where=f"task, container {container['Name']}", what=what, todo=todo)


def _judge_packages(installed: list[Distribution], libraries: list[Path]) -> Iterator[Finding]:
    for path in libraries:
        for fault in judge_library(path):
            yield Finding(
                where=str(path.relative_to(ROOT)),
                what=fault,
                todo="pin a version with such a wheel",
            )
    names = {canonicalize_name(one.name) for one in installed}
    for one in installed:
        for requirement in map(Requirement, one.requires or ()):
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and canonicalize_name(requirement.name) not in names:
                yield Finding(
                    where=REQUIREMENTS.name,
                    what=f"{one.name} needs {requirement.name}, which is not there",
                    todo="pin it too: the image installs nothing by itself (--no-deps)",
                )
