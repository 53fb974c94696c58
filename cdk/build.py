"""Builds what the functions run: `.build/<target>/code` (our package), `…/layer` (third party) and
`…/documents` (third party that only the functions need which make PDF files).

Built without Docker, byte-identical for the same inputs, and rebuilt only when an input changes.
`python -m cdk.build --stage NAME` builds the assets and prints where they are.

The layer holds no data that our functions never read: of botocore's and boto3's descriptions of AWS
services, only those in use. All code, licences and version metadata stay.
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
BUILD: Final = ROOT / ".build"
LAMBDAS: Final = ROOT / "lambdas"
REQUIREMENTS: Final = LAMBDAS / "requirements.txt"
DOCUMENT_REQUIREMENTS: Final = LAMBDAS / "documents" / "requirements.txt"
CLOUD_PYTHON: Final = ROOT / ".venv-cloud" / "bin" / "python"
"""Interpreter of the functions in the local cloud."""

RUNTIME: Final = (3, 13)
"""Python version of the functions on AWS."""

SHIPPED: Final = (".py", ".json", ".typ", ".ttf")
"""Suffixes of our files that ship: an allow list, so that nothing else gets in."""

SERVICES: Final = {
    "apigatewaymanagementapi": "execute-api",
    "cognito-idp": "cognito-idp",
    "dynamodb": "dynamodb",
    "s3": "s3",
    "sqs": "sqs",
    "stepfunctions": "states",
}
"""AWS services that the functions call: botocore's name and endpoint prefix of each."""

AWS_TARGET: Final = (
    "--platform",
    "manylinux2014_aarch64",
    "--implementation",
    "cp",
    "--python-version",
    "3.13",
)
"""pip's options for the wheels that Lambda runs on arm64."""

_BOTOCORE_DATA: Final = (
    "_retry.json",
    "endpoints.json",
    "partitions.json",
    "sdk-default-configuration.json",
)
"""Files that botocore reads for every service."""

_UNUSED_FILES: Final = (
    "*.pyi",
    "py.typed",
    "tests",
    "boto3/examples",
    "examples-1.json*",
    "dateutil-zoneinfo.tar.gz",  # a copy of the system's time zones
    "*.min.js",
    "*.min.css",
)
_UNUSED_UTILITIES: Final = (
    "auth_alpha",
    "circuit_breaker",
    "data_masking",
    "feature_flags",
    "idempotency",
    "kafka",
    "parser",
    "streaming",
)
"""Parts of Powertools that no function imports, half a megabyte zipped."""

_INSTALLER_FILES: Final = (
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "WHEEL",
    "top_level.txt",
    "zip-safe",
    "direct_url.json",
)
_ZIP_EPOCH_S: Final = 315_532_800  # 1980-01-01, the earliest time that a zip can hold

_NO_COMPILER: Final = (
    "There is no Python 3.13 on this machine: the functions ship without bytecode, "
    "and each cold start compiles it anew."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assets:
    """Three folders, ready to be zipped."""

    code: Path
    layer: Path
    documents: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Platform that the assets run on."""

    name: str
    pip: Path
    pip_options: tuple[str, ...]
    compiler: Path | None

    @classmethod
    def of(cls, stage_name: str) -> "Target":
        """The local cloud's interpreter for the stage `local`, Lambda on arm64 for every other."""
        if stage_name != "local":
            compiler = find_interpreter(RUNTIME, CLOUD_PYTHON, Path(sys.executable))
            return cls(
                name="aws", pip=Path(sys.executable), pip_options=AWS_TARGET, compiler=compiler
            )
        python = CLOUD_PYTHON if CLOUD_PYTHON.exists() else Path(sys.executable)
        return cls(name="local", pip=python, pip_options=(), compiler=python)

    @property
    def fingerprint(self) -> str:
        """Everything about the target that changes the built bytes."""
        compiler = version_of(self.compiler) if self.compiler else None
        return f"{self.name} {self.pip_options} {compiler}"


def build_for(stage_name: str, out: Path = BUILD) -> Assets:
    """Builds the assets of that stage, unless they are already built from the same inputs."""
    target = Target.of(stage_name)
    if target.compiler is None:
        print(_NO_COMPILER, file=sys.stderr)  # noqa: T201 - a warning for the person who builds
    folder = out / target.name
    folder.mkdir(parents=True, exist_ok=True)
    assets = Assets(code=folder / "code", layer=folder / "layer", documents=folder / "documents")
    with _locked(folder):
        _build(assets.code, target, _code_sources(), _fill_code)
        _build(assets.layer, target, [REQUIREMENTS], _fill_layer)
        _build(assets.documents, target, [DOCUMENT_REQUIREMENTS], _fill_documents)
    return assets


def install_packages(
    packages: Path, requirements: Path, pip_of: Path, pip_options: Sequence[str]
) -> None:
    """Installs exactly what the requirements name, from wheels, with that interpreter's pip."""
    quiet = ("--quiet", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile")
    exact = ("--no-deps", "--only-binary=:all:", "--target", str(packages))
    pip = (str(pip_of), "-m", "pip", "install")
    subprocess.run(  # noqa: S603 - our own requirements
        [*pip, *quiet, *exact, *pip_options, "-r", str(requirements)], check=True
    )


def trim_packages(packages: Path, services: Mapping[str, str] = SERVICES) -> None:
    """Removes data that no function reads. `services`: botocore's name and endpoint prefix of each
    AWS service whose description stays.
    """
    _trim_service_data(packages / "boto3" / "data", tuple(services))
    _trim_service_data(packages / "botocore" / "data", (*_BOTOCORE_DATA, *services))
    _trim_endpoints(packages / "botocore" / "data" / "endpoints.json", services)
    shutil.rmtree(packages / "bin", ignore_errors=True)  # command-line tools of the packages
    for name in _UNUSED_UTILITIES:
        shutil.rmtree(packages / "aws_lambda_powertools/utilities" / name, ignore_errors=True)
    for pattern in _UNUSED_FILES:
        for path in sorted(packages.rglob(pattern)):
            _remove(path)
    for info in packages.glob("*.dist-info"):
        for name in _INSTALLER_FILES:
            (info / name).unlink(missing_ok=True)


def _trim_service_data(data: Path, wanted: Sequence[str]) -> None:
    if data.is_dir():
        for path in sorted(data.iterdir()):
            if path.name not in wanted:
                _remove(path)


def _trim_endpoints(file: Path, services: Mapping[str, str]) -> None:
    """Keeps these services only: the first client of a process parses the file (14 ms)."""
    if not file.exists():
        return
    endpoints: dict[str, Any] = json.loads(file.read_text())
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {
            prefix: known[prefix] for prefix in services.values() if prefix in known
        }
    file.write_text(json.dumps(endpoints, separators=(",", ":")))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def find_interpreter(version: tuple[int, int], *others: Path) -> Path | None:
    """A Python of exactly that version: on the PATH, under pyenv, or among `others`."""
    name = f"python{version[0]}.{version[1]}"
    on_path = shutil.which(name)
    pyenv = sorted((Path.home() / ".pyenv/versions").glob(f"{version[0]}.{version[1]}*/bin/{name}"))
    candidates = [*([Path(on_path)] if on_path else []), *pyenv, *others]
    return next((path for path in candidates if version_of(path) == version), None)


def version_of(interpreter: Path) -> tuple[int, int] | None:
    """The interpreter's version; None if it does not run, as a pyenv shim may not."""
    program = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(  # noqa: S603 - an interpreter found on this machine
            [str(interpreter), "-c", program],
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    major, minor = answer.stdout.split()
    return int(major), int(minor)


def compile_bytecode(root: Path, interpreter: Path) -> None:
    """Adds bytecode that Python never checks against its source; the same tree, the same bytes.

    Bytecode with timestamps would be ignored: in a package, all files have one fixed time. Sources
    stay for tracebacks (decision 0016).
    """
    command = [str(interpreter), "-m", "compileall", "-q", "-f"]
    subprocess.run(  # noqa: S603 - an interpreter found on this machine
        [*command, "--invalidation-mode", "unchecked-hash", "-s", str(root), str(root)],
        check=True,
        # The order of strings in a constant frozenset depends on the hash seed.
        env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
    )


def normalise_metadata(root: Path) -> None:
    """Gives every file and folder the same time and plain modes, so that archives are identical."""
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (_ZIP_EPOCH_S, _ZIP_EPOCH_S))


def _build(
    folder: Path, target: Target, sources: list[Path], fill: Callable[[Path, Target], None]
) -> None:
    """Fills a new folder and swaps it in, so that readers never see an incomplete one."""
    digest = _digest(target, sources)
    stamp = folder.with_suffix(".digest")
    if folder.exists() and stamp.exists() and stamp.read_text() == digest:
        return
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fill(fresh, target)
    if target.compiler:
        compile_bytecode(fresh, target.compiler)
    normalise_metadata(fresh)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    stamp.write_text(digest)


def _code_sources() -> list[Path]:
    files = (path for path in LAMBDAS.rglob("*") if path.suffix in SHIPPED)
    return sorted(path for path in files if path.is_file())


def _fill_code(folder: Path, _target: Target) -> None:
    for source in _code_sources():
        copy = folder / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def _fill_layer(folder: Path, target: Target) -> None:
    packages = folder / "python"
    install_packages(packages, REQUIREMENTS, target.pip, target.pip_options)
    trim_packages(packages)


def _fill_documents(folder: Path, target: Target) -> None:
    packages = folder / "python"
    install_packages(packages, DOCUMENT_REQUIREMENTS, target.pip, target.pip_options)
    trim_packages(packages)


def _digest(target: Target, sources: list[Path]) -> str:
    total = hashlib.sha256(target.fingerprint.encode())
    for path in (Path(__file__), *sources):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"\n{path.relative_to(ROOT)} {content}".encode())
    return total.hexdigest()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lets one build at a time run; a second one waits and then finds the work done."""
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
    for name in ("code", "layer", "documents"):
        print(f"{name:10}{getattr(assets, name)}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
