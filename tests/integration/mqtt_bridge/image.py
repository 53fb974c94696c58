"""Builds the bridge's image without Docker: follows its Dockerfile in a folder.

RUN and COPY are carried out as they stand, in a clean virtual environment of the image's Python,
with `/packages` and `/app` inside the folder; ENV, USER, HEALTHCHECK and CMD are read from there.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cdk.stacks.bridge import ROOT, SOURCE
from tests.integration.mqtt_bridge.dockerfile import Instruction, parse

_READING = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
"""May read every file: this machine's Python may lie in a folder that others cannot enter."""

_INSIDE = re.compile(r"(?<![\w.])/(packages|app|build)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A built folder and what its Dockerfile says about running it."""

    root: Path
    python: Path
    environment: dict[str, str]
    user: int
    start: list[str]
    health: list[str]

    @property
    def workdir(self) -> Path:
        """Working directory of the process."""
        return self.root / "app"

    def command(self, arguments: list[str]) -> list[str]:
        """Return the command that runs Python as the image's user, who may write nowhere."""
        user = ("--reuid", str(self.user), "--regid", str(self.user), "--clear-groups")
        reading = _READING if _may_grant(_READING) else ()
        return ["setpriv", *user, *reading, "--no-new-privs", str(self.python), *arguments]


def build(root: Path, interpreter: Path) -> Image:
    """Follow both stages of the Dockerfile."""
    root.mkdir(parents=True)
    venv = root / "python"
    subprocess.run([interpreter, "-m", "venv", venv], check=True)
    first, last = parse(SOURCE / "Dockerfile")
    for instruction in first:
        _follow(instruction, root, venv / "bin")
    said = {instruction.word: instruction for instruction in last}
    pairs = (pair.partition("=") for pair in said["ENV"].text.split())
    _take_rights(root)
    return Image(
        root=root,
        python=venv / "bin" / "python",
        environment={name: _inside(value, root) for name, _, value in pairs},
        user=int(said["USER"].text.partition(":")[0]),
        start=said["CMD"].command[1:],
        health=said["HEALTHCHECK"].command[1:],
    )


def _may_grant(capabilities: tuple[str, ...]) -> bool:
    """Return whether these capabilities can be granted; in a container root may lack them."""
    return subprocess.run(["setpriv", *capabilities, "true"], capture_output=True).returncode == 0


def _inside(text: str, root: Path) -> str:
    return _INSIDE.sub(lambda found: f"{root}/{found[1]}", text)


def _follow(instruction: Instruction, root: Path, path: Path) -> None:
    match instruction.word:
        case "WORKDIR":
            Path(_inside(instruction.text, root)).mkdir(exist_ok=True)
        case "COPY":
            *patterns, target = instruction.text.split()
            folder = Path(_inside(target, root)) if target.startswith("/") else root / "build"
            folder.mkdir(parents=True, exist_ok=True)
            for file in (file for pattern in patterns for file in ROOT.glob(pattern)):
                shutil.copy(file, folder)
        case "RUN":
            environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
            command = _inside(instruction.text, root)
            subprocess.run(command, shell=True, check=True, cwd=root / "build", env=environment)
        case word:
            assert word == "FROM", f"{word} is not followed here"


def _take_rights(root: Path) -> None:
    """Make every file read-only for the image's user, who owns none of them."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222 | 0o444)


def remove(folder: Path) -> None:
    """Remove a folder whose files are read-only."""
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        path.chmod(0o755)
    shutil.rmtree(folder)
