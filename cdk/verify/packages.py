"""Files to upload: for Lambda's platform, within its limits, and without secrets."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from cdk.build import RUNTIME
from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import Json, Subject

MAX_UNPACKED_BYTES: Final = 250 * 1024 * 1024
"""Code and all layers of a function, unpacked."""

MAX_ENVIRONMENT_BYTES: Final = 4096
"""Names and values of a function's environment variables."""

_MAX_LAYERS: Final = 5

_REFERENCE_BYTES: Final = 150
"""Assumed for values known at deployment only: queue URLs and ARNs are shorter."""

_FOREIGN: Final = re.compile(
    r"(^|/)(tests?|conftest\.py|test_[^/]*\.py|\.git|\.env[^/]*|id_rsa|node_modules|\.DS_Store)($|/)"
    r"|\.(key|p12|pfx|map|sqlite|log)$"
)
"""Names of files that are no part of a deployed package."""

_SECRET_DETECTORS: Final = (
    "AWSKeyDetector",
    "PrivateKeyDetector",
    "JwtTokenDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
)
"""Detectors of detect-secrets for secrets with a known form. The others guess by entropy or by the
word before it, and report hashes and parameter names of every library.
"""

_EXCLUDE_PLACEHOLDERS: Final = {
    "path": "detect_secrets.filters.regex.should_exclude_secret",
    "pattern": [r"^<?password>?$"],
}
"""Documentation of libraries shows URLs with `username:password@`."""

_MACHINE: Final = "AArch64"

MAX_GLIBC: Final = (2, 34)
"""The C library of Amazon Linux 2023, which the runtime is based on."""

_ABI_TAG: Final = re.compile(r"\.(cpython-\d+|abi3)[.-]")
_GLIBC_VERSION: Final = re.compile(r"GLIBC_(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One thing that the CDK uploads: a folder to be zipped, or a zip file."""

    stack: str
    path: Path

    @property
    def unpacked_bytes(self) -> int:
        """Size of all its files."""
        if self.path.is_dir():
            return sum(path.stat().st_size for path in self.files())
        if self.path.suffix == ".zip":
            with ZipFile(self.path) as packed:
                return sum(entry.file_size for entry in packed.infolist())
        return self.path.stat().st_size

    @property
    def zipped_bytes(self) -> int:
        """Size of the zip file."""
        return zipped_bytes(self.path) if self.path.is_dir() else self.path.stat().st_size

    @property
    def label(self) -> str:
        """The first names in it."""
        names = sorted(path.name for path in self.path.iterdir()) if self.path.is_dir() else []
        return ", ".join(names[:3]) or self.path.name[:14]

    def files(self) -> list[Path]:
        """Files of a folder; zip files come from the CDK and are not checked."""
        if not self.path.is_dir():
            return []
        return sorted(path for path in self.path.rglob("*") if path.is_file())


def assets_of(subject: Subject) -> dict[str, Asset]:
    """Assets by the key that templates refer to: files for S3, and build contexts of images."""
    found = {}
    for stack in subject.templates:
        listed = json.loads((subject.folder / f"{stack}.assets.json").read_text())
        for file in listed["files"].values():
            path = subject.folder / file["source"]["path"]
            if not path.name.endswith(".template.json"):
                (destination,) = file["destinations"].values()
                found[destination["objectKey"]] = Asset(stack=stack, path=path)
        for name, image in listed["dockerImages"].items():
            found[name] = Asset(stack=stack, path=subject.folder / image["source"]["directory"])
    return found


def check_packages(subject: Subject) -> CheckResult:
    """Every file of every asset, every compiled library, and the limits of every function."""
    assets = assets_of(subject)
    files = [path for asset in assets.values() for path in asset.files()]
    functions = list(subject.resources("AWS::Lambda::Function"))
    libraries = [path for path in files if path.suffix == ".so" or ".so." in path.name]
    findings = [
        *_library_findings(subject, libraries),
        *_foreign_files(subject, files),
        *_secrets(subject, files),
    ]
    for stack, logical_id, resource in functions:
        findings += _function_findings(subject, f"{stack}/{logical_id}", resource, assets)
    if not libraries:
        findings.append(_NO_LIBRARY)
    return CheckResult(
        name="packages",
        scope=f"{len(assets)} assets, {len(files)} files, {len(libraries)} compiled libraries, "
        f"{len(functions)} functions",
        findings=tuple(findings),
        notes=tuple(_sizes(assets)),
    )


_NO_LIBRARY: Final = Finding(
    where="layer",
    problem="contains no compiled library, although msgspec has one",
    remedy="build it again: rm -r .build",
)


def _library_findings(subject: Subject, libraries: list[Path]) -> Iterator[Finding]:
    for path in libraries:
        for fault in library_faults(path):
            yield Finding(
                where=str(path.relative_to(subject.folder)),
                problem=fault,
                remedy="build the layer from wheels for manylinux2014_aarch64 and CPython 3.13",
            )


def _foreign_files(subject: Subject, files: list[Path]) -> Iterator[Finding]:
    for path in files:
        name = str(path.relative_to(subject.folder))
        if _FOREIGN.search(name.partition("/")[2]):
            yield Finding(where=name, problem="is no part of what runs", remedy="leave it out")


def _secrets(subject: Subject, files: list[Path]) -> Iterator[Finding]:
    """Secrets that detect-secrets finds; bytecode is skipped, since its sources are scanned."""
    found = SecretsCollection(root=str(subject.folder))
    settings = {
        "plugins_used": [{"name": name} for name in _SECRET_DETECTORS],
        "filters_used": [_EXCLUDE_PLACEHOLDERS],
    }
    with transient_settings(settings):
        for path in files:
            if path.suffix != ".pyc":
                found.scan_file(str(path.relative_to(subject.folder)))
    for name, secret in found:
        yield Finding(
            where=name,
            problem=f"contains a secret: {secret.type}, line {secret.line_number}",
            remedy="revoke it, then remove it",
        )


def library_faults(path: Path) -> Iterator[str]:
    """Reasons why Lambda could not load this compiled library."""
    wanted = "cpython-{}{}".format(*RUNTIME)
    tag = _ABI_TAG.search(path.name)
    if tag and tag[1] not in (wanted, "abi3"):
        yield f"is made for {tag[1]}, not {wanted}"
    try:
        with path.open("rb") as file:
            yield from _elf_faults(ELFFile(file))
    except ELFError:
        yield "is not an ELF library"


def _elf_faults(library: ELFFile) -> Iterator[str]:
    machine = library.get_machine_arch()
    if machine != _MACHINE:
        yield f"is made for {machine}, not {_MACHINE}"
    needed = max(_glibc_versions(library), default=(0, 0))
    if needed > MAX_GLIBC:
        yield "needs glibc {}.{}; Lambda has {}.{}".format(*needed, *MAX_GLIBC)


def _glibc_versions(library: ELFFile) -> Iterator[tuple[int, int]]:
    for section in library.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, versions in section.iter_versions():
                for version in versions:
                    if found := _GLIBC_VERSION.fullmatch(version.name):
                        yield int(found[1]), int(found[2])


def _function_findings(
    subject: Subject, where: str, resource: Json, assets: dict[str, Asset]
) -> Iterator[Finding]:
    """Size of code and layers together, number of layers, size of the environment."""
    properties = resource["Properties"]
    layers = properties.get("Layers", [])
    size = _unpacked(properties["Code"], assets)
    size += sum(_unpacked(_layer_content(subject, layer), assets) for layer in layers)
    if size > MAX_UNPACKED_BYTES:
        yield Finding(
            where=where,
            problem=f"{size} bytes unpacked with its layers; Lambda allows {MAX_UNPACKED_BYTES}",
            remedy="trim the layer (cdk/build.py)",
        )
    if len(layers) > _MAX_LAYERS:
        yield Finding(where=where, problem=f"{len(layers)} layers", remedy=f"use {_MAX_LAYERS}")
    variables = environment_bytes(properties)
    if variables > MAX_ENVIRONMENT_BYTES:
        yield Finding(
            where=where,
            problem=f"{variables} bytes of variables; Lambda allows {MAX_ENVIRONMENT_BYTES}",
            remedy="set only what the function reads (cdk/stacks/functions.py)",
        )


def environment_bytes(properties: Json) -> int:
    """Upper bound of the environment's size: a reference counts as the longest of its kind."""
    variables = properties.get("Environment", {}).get("Variables", {})
    return sum(
        len(name) + (len(value.encode()) if isinstance(value, str) else _REFERENCE_BYTES)
        for name, value in variables.items()
    )


def zipped_bytes(folder: Path) -> int:
    """Size of the folder as a zip file."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder))
    return buffer.tell()


def _layer_content(subject: Subject, layer: Json) -> Json:
    resources = {logical_id: r for _, logical_id, r in subject.resources()}
    content: Json = resources[layer["Ref"]]["Properties"]["Content"]
    return content


def _unpacked(code: Json, assets: dict[str, Asset]) -> int:
    key = code.get("S3Key")
    return assets[key].unpacked_bytes if key else len(code.get("ZipFile", ""))


def _sizes(assets: dict[str, Asset]) -> Iterator[str]:
    for asset in sorted(assets.values(), key=lambda asset: -asset.unpacked_bytes):
        unpacked, zipped = asset.unpacked_bytes / 1e6, asset.zipped_bytes / 1e6
        yield f"{asset.stack}: {asset.label}: {unpacked:.1f} MB, {zipped:.1f} MB zipped"
