"""Bytecode for the runtime's own Python, of the kind that is never checked against its source.

Bytecode with a timestamp is worthless here: a package is zipped with fixed times, so it would be
ignored in silence. Sources travel along, because a traceback without lines helps nobody (decision
0011).
"""

import os
import shutil
import subprocess
from pathlib import Path

RUNTIME = (3, 13)
"""The Python of the functions on AWS."""

_EPOCH_S = 315_532_800  # 1980-01-01, the earliest that a zip can say


def find_interpreter(version: tuple[int, int], *others: Path) -> Path | None:
    """A Python of exactly that version: on the PATH, under pyenv, or among the others."""
    name = f"python{version[0]}.{version[1]}"
    on_path = shutil.which(name)
    pyenv = sorted((Path.home() / ".pyenv/versions").glob(f"{version[0]}.{version[1]}*/bin/{name}"))
    candidates = [*([Path(on_path)] if on_path else []), *pyenv, *others]
    return next((path for path in candidates if version_of(path) == version), None)


def version_of(interpreter: Path) -> tuple[int, int] | None:
    """What it is; None if it does not run, as pyenv's `python3.13` on the PATH may not."""
    says = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter found on this machine
            [str(interpreter), "-c", says], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = answer.stdout.split()
    return int(major), int(minor)


def compile_tree(root: Path, interpreter: Path) -> None:
    """Puts bytecode beside every source. The same tree gives the same bytes."""
    command = [str(interpreter), "-m", "compileall", "-q", "-f"]
    subprocess.run(  # noqa: S603 - an interpreter found on this machine
        [*command, "--invalidation-mode", "unchecked-hash", "-s", str(root), str(root)],
        check=True,
        # The order of a frozen set of strings inside a constant depends on the hash seed.
        env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
    )


def settle(root: Path) -> None:
    """Gives every file and folder one time and plain modes, so that archives are the same."""
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_EPOCH_S, _EPOCH_S))
