"""What would be uploaded: for the right machine, within Lambda's limits, with nothing in it that is
not to be given away.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from cdk.verify.checked import Checked, Finding
from cdk.verify.libraries import judge_library
from cdk.verify.subject import Json, Subject

LARGEST_UNPACKED: Final = 250 * 1024 * 1024
"""Bytes of a function's code and all its layers together, unpacked."""

LARGEST_ENVIRONMENT: Final = 4096
"""Bytes of names and values of a function's variables."""

REFERENCE: Final = 150
"""Bytes taken for what is known at deployment only: URLs of queues and ARNs are shorter."""

MOST_LAYERS: Final = 5

FOREIGN: Final = re.compile(
    r"(^|/)(tests?|conftest\.py|test_[^/]*\.py|\.git|\.env[^/]*|id_rsa|node_modules|\.DS_Store)($|/)"
    r"|\.(key|p12|pfx|map|sqlite|log)$"
)
"""Names of what is no part of a deployed package."""

SECRETS: Final = {
    "an AWS access key": re.compile(rb"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]"),
    "a JWT": re.compile(rb"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}"),
    "a login at a broker": re.compile(rb"\b(mqtts?|wss?)://[^\s/:@]+:[^\s/:@]+@"),
    "a GitHub token": re.compile(rb"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One thing that the CDK would upload: a folder to be zipped, or a zip."""

    stack: str
    path: Path

    @property
    def unpacked_bytes(self) -> int:
        """Of all its files."""
        if self.path.is_dir():
            return sum(path.stat().st_size for path in self.files())
        if self.path.suffix == ".zip":
            with ZipFile(self.path) as packed:
                return sum(entry.file_size for entry in packed.infolist())
        return self.path.stat().st_size

    @property
    def holds(self) -> str:
        """What a person knows it by: the first names in it."""
        names = sorted(path.name for path in self.path.iterdir()) if self.path.is_dir() else []
        return ", ".join(names[:3]) or self.path.name[:14]

    def files(self) -> list[Path]:
        """Of a folder; a zip comes from the CDK and is not looked into."""
        if not self.path.is_dir():
            return []
        return sorted(path for path in self.path.rglob("*") if path.is_file())


def assets_of(subject: Subject) -> dict[str, Asset]:
    """By the name under which templates ask for them: files for S3, and folders of images."""
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


def check_packages(subject: Subject) -> Checked:
    """Every asset, every compiled library, every function."""
    assets = assets_of(subject)
    files = [path for asset in assets.values() for path in asset.files()]
    functions = list(subject.resources("AWS::Lambda::Function"))
    libraries = [path for path in files if path.suffix == ".so" or ".so." in path.name]
    findings = [*_judge_libraries(subject, libraries), *_judge_files(subject, files)]
    for stack, logical_id, resource in functions:
        findings += _judge_function(subject, f"{stack}/{logical_id}", resource, assets)
    if not libraries:
        findings.append(_NO_LIBRARY)
    return Checked(
        name="packages",
        looked_at=f"{len(assets)} assets, {len(files)} files, {len(libraries)} compiled libraries, "
        f"{len(functions)} functions",
        findings=tuple(findings),
        notes=tuple(_sizes(assets)),
    )


_NO_LIBRARY: Final = Finding(
    where="layer",
    what="holds no compiled library, though msgspec has one",
    todo="build it anew: rm -r .build",
)


def _judge_libraries(subject: Subject, libraries: list[Path]) -> Iterator[Finding]:
    for path in libraries:
        for fault in judge_library(path):
            yield Finding(
                where=str(path.relative_to(subject.folder)),
                what=fault,
                todo="build the layer for Lambda: wheels of manylinux2014_aarch64 for CPython 3.13",
            )


def _judge_files(subject: Subject, files: list[Path]) -> Iterator[Finding]:
    for path in files:
        name = str(path.relative_to(subject.folder))
        inside = name.partition("/")[2]
        if FOREIGN.search(inside):
            yield Finding(where=name, what="is no part of what runs", todo="leave it out")
        content = path.read_bytes()
        for what, pattern in SECRETS.items():
            if pattern.search(content):
                yield Finding(where=name, what=f"holds {what}", todo="revoke it, then take it out")


def _judge_function(
    subject: Subject, where: str, resource: Json, assets: dict[str, Asset]
) -> Iterator[Finding]:
    """Size of code and layers together, their number, and what the variables come to."""
    properties = resource["Properties"]
    layers = properties.get("Layers", [])
    size = _unpacked(properties["Code"], assets)
    size += sum(_unpacked(_layer_content(subject, layer), assets) for layer in layers)
    if size > LARGEST_UNPACKED:
        yield Finding(
            where=where,
            what=f"{size} bytes unpacked with its layers; Lambda takes {LARGEST_UNPACKED}",
            todo="trim the layer (cdk/layer.py)",
        )
    if len(layers) > MOST_LAYERS:
        yield Finding(where=where, what=f"{len(layers)} layers", todo=f"at most {MOST_LAYERS}")
    variables = environment_bytes(properties)
    if variables > LARGEST_ENVIRONMENT:
        yield Finding(
            where=where,
            what=f"{variables} bytes of variables; Lambda takes {LARGEST_ENVIRONMENT}",
            todo="tell the function only what it reads (cdk/stacks/settings.py)",
        )


def environment_bytes(properties: Json) -> int:
    """An upper bound: a reference counts as the longest of its kind."""
    variables = properties.get("Environment", {}).get("Variables", {})
    return sum(
        len(name) + (len(value.encode()) if isinstance(value, str) else REFERENCE)
        for name, value in variables.items()
    )


def _layer_content(subject: Subject, layer: Json) -> Json:
    resources = {logical_id: r for _, logical_id, r in subject.resources()}
    content: Json = resources[layer["Ref"]]["Properties"]["Content"]
    return content


def _unpacked(code: Json, assets: dict[str, Asset]) -> int:
    key = code.get("S3Key")
    return assets[key].unpacked_bytes if key else len(code.get("ZipFile", ""))


def _sizes(assets: dict[str, Asset]) -> Iterator[str]:
    for asset in sorted(assets.values(), key=lambda asset: -asset.unpacked_bytes):
        yield f"{asset.stack}: {asset.holds}: {asset.unpacked_bytes / 1e6:.1f} MB unpacked"
