"""The third-party packages of the functions, and what of them is left at home.

What is trimmed is data that no function of ours can reach: descriptions of AWS services, what
Powertools serves for Swagger, type stubs. Code stays whole, licences stay, versions stay readable.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

NO_SERVICES: Mapping[str, str] = {}

_BOTOCORE_OWN = (
    "_retry.json",
    "endpoints.json",
    "partitions.json",
    "sdk-default-configuration.json",
)
_SUPERFLUOUS = ("*.pyi", "py.typed", "tests", "examples-1.json", "*.min.js", "*.min.css")
_OF_INSTALLERS = (
    "RECORD",
    "INSTALLER",
    "REQUESTED",
    "WHEEL",
    "top_level.txt",
    "zip-safe",
    "direct_url.json",
)

AWS_TARGET = (
    "--platform",
    "manylinux2014_aarch64",
    "--implementation",
    "cp",
    "--python-version",
    "3.13",
)


def install(packages: Path, requirements: Path, pip_of: Path, target: Sequence[str]) -> None:
    """Installs just what the requirements name, as wheels, by that interpreter's pip."""
    quiet = ("--quiet", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile")
    exact = ("--no-deps", "--only-binary=:all:", "--target", str(packages))
    subprocess.run(  # noqa: S603 - our own requirements
        [str(pip_of), "-m", "pip", "install", *quiet, *exact, *target, "-r", str(requirements)],
        check=True,
    )


def trim(packages: Path, services: Mapping[str, str] = NO_SERVICES) -> None:
    """Leaves out what no function reaches. Of botocore's descriptions those of these services stay,
    by their names and those of their endpoints: for whoever uses its clients, which we do not.
    """
    _trim_botocore(packages / "botocore" / "data", services)
    shutil.rmtree(packages / "bin", ignore_errors=True)  # command-line tools of the packages
    for pattern in _SUPERFLUOUS:
        for path in sorted(packages.rglob(pattern)):
            _remove(path)
    for info in packages.glob("*.dist-info"):
        for name in _OF_INSTALLERS:
            (info / name).unlink(missing_ok=True)


def _trim_botocore(data: Path, services: Mapping[str, str]) -> None:
    if not services:
        _remove(data)
        return
    for path in data.iterdir():
        if path.name not in (*_BOTOCORE_OWN, *services):
            _remove(path)
    endpoints = data / "endpoints.json"
    endpoints.write_text(
        json.dumps(_only(services, json.loads(endpoints.read_text())), separators=(",", ":"))
    )


def _only(
    wanted: Mapping[str, str], endpoints: dict[str, list[dict[str, object]]]
) -> dict[str, list[dict[str, object]]]:
    """These services alone: the first client of a process reads all of it, which took 14 ms."""
    for partition in endpoints["partitions"]:
        services = partition["services"]
        assert isinstance(services, dict)
        partition["services"] = {
            name: services[name] for name in wanted.values() if name in services
        }
    return endpoints


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
