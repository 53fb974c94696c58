"""What ships to the functions: `.build/<target>/code` (our packages) and `…/layer` (the rest).

Built without Docker, twice the same to the byte, and again only when something that goes in has
changed. `python -m cdk.build --stage NAME` builds it and says where it is.
"""

import argparse
import fcntl
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cdk import bytecode, layer

ROOT = Path(__file__).parents[1]
BUILD = ROOT / ".build"
LAMBDAS = ROOT / "lambdas"
AWSJSON = ROOT / "awsjson"
REQUIREMENTS = LAMBDAS / "requirements.txt"
CLOUD_PYTHON = ROOT / ".venv-cloud" / "bin" / "python"
"""Runs the functions on a laptop."""

SHIPPED = (".py", ".json")
"""What of both packages ships; a list of what may, so that nothing else can slip in."""

_OWN_SOURCES = (Path(__file__), Path(bytecode.__file__), Path(layer.__file__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Two folders, ready to be zipped."""

    code: Path
    layer: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where the assets are to run."""

    name: str
    pip: Path
    pip_options: tuple[str, ...]
    compiler: Path | None

    @classmethod
    def of(cls, stage_name: str) -> "Target":
        """The local cloud's interpreter for the stage `local`, Lambda on arm64 for every other."""
        if stage_name != "local":
            compiler = bytecode.find_interpreter(
                bytecode.RUNTIME, CLOUD_PYTHON, Path(sys.executable)
            )
            return cls(
                name="aws",
                pip=Path(sys.executable),
                pip_options=layer.AWS_TARGET,
                compiler=compiler,
            )
        python = CLOUD_PYTHON if CLOUD_PYTHON.exists() else Path(sys.executable)
        return cls(name="local", pip=python, pip_options=(), compiler=python)

    @property
    def fingerprint(self) -> str:
        """All of it that decides the bytes."""
        compiler = bytecode.version_of(self.compiler) if self.compiler else None
        return f"{self.name} {self.pip_options} {compiler}"


def build_for(stage_name: str, out: Path = BUILD) -> Assets:
    """Builds what that stage's functions run, unless it lies there already."""
    target = Target.of(stage_name)
    if target.compiler is None:
        print(_NO_COMPILER, file=sys.stderr)  # noqa: T201 - a person ought to know
    folder = out / target.name
    folder.mkdir(parents=True, exist_ok=True)
    assets = Assets(code=folder / "code", layer=folder / "layer")
    with _alone(folder):
        _build(assets.code, target, _code_sources(), _fill_code)
        _build(assets.layer, target, [REQUIREMENTS], _fill_layer)
    return assets


_NO_COMPILER = (
    "There is no Python 3.13 on this machine: the functions ship without bytecode, "
    "and each cold start compiles it anew."
)


def _build(
    folder: Path, target: Target, sources: list[Path], fill: Callable[[Path, Target], None]
) -> None:
    """Fills the folder beside its old self, and swaps: whoever reads it never sees half of it."""
    digest = _digest(target, sources)
    stamp = folder.with_suffix(".digest")
    if folder.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fill(fresh, target)
    if target.compiler:
        bytecode.compile_tree(fresh, target.compiler)
    bytecode.settle(fresh)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    stamp.write_text(digest)


def _code_sources() -> list[Path]:
    return sorted(
        path
        for package in (LAMBDAS, AWSJSON)
        for path in package.rglob("*")
        if path.is_file() and path.suffix in SHIPPED
    )


def _fill_code(folder: Path, _target: Target) -> None:
    for source in _code_sources():
        copy = folder / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def _fill_layer(folder: Path, target: Target) -> None:
    packages = folder / "python"
    layer.install(packages, REQUIREMENTS, target.pip, target.pip_options)
    layer.trim(packages)


def _digest(target: Target, sources: list[Path]) -> str:
    total = hashlib.sha256(target.fingerprint.encode())
    for path in (*_OWN_SOURCES, *sources):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"\n{path.relative_to(ROOT)} {content}".encode())
    return total.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two builds at once would trip over each other: the second waits, and finds the work done."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m cdk.build", description="Builds the functions' assets."
    )
    parser.add_argument("--stage", default="local", help="local, or any stage on AWS")
    assets = build_for(parser.parse_args().stage)
    print(f"code  {assets.code}\nlayer {assets.layer}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
