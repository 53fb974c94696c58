"""The packages that are measured: ours as it ships, and the peers' built in the same way."""

import shutil
import zipfile
from pathlib import Path
from typing import Final

from cdk.build import (
    BUILD,
    Target,
    build_for,
    compile_bytecode,
    install_packages,
    trim_packages,
)

HERE: Final = Path(__file__).parent / "peers"
PYPERF: Final = "pyperf==2.10.0\n"


def python() -> Path:
    """The interpreter that runs the functions on this machine: the same for every side."""
    compiler = Target.of("local").compiler
    assert compiler is not None
    return compiler


def ours() -> list[Path]:
    """Code and layer of the local stage, as folders of Python's path."""
    assets = build_for("local")
    return [assets.code, assets.layer / "python"]


def peer(name: str) -> list[Path]:
    """Installed from its pinned requirements, trimmed and compiled as our layer is."""
    code = BUILD / "peers" / f"{name}-code"
    shutil.rmtree(code, ignore_errors=True)
    shutil.copytree(HERE / "app", code, ignore=shutil.ignore_patterns("__pycache__"))
    compile_bytecode(code, python())
    return [code, installed(name, (HERE / f"{name}.txt").read_text())]


def installed(name: str, requirements: str) -> Path:
    """A folder with these packages, made again only when the requirements have changed."""
    folder, stamp = BUILD / "peers" / name, BUILD / "peers" / f"{name}.txt"
    if not stamp.exists() or stamp.read_text() != requirements:
        shutil.rmtree(folder, ignore_errors=True)
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(requirements)
        install_packages(folder, stamp, python(), ())
        if (folder / "botocore").exists():
            trim_packages(folder)
        compile_bytecode(folder, python())
    return folder


def measure(_: int) -> dict[str, float]:
    """Megabytes of what ships, as a zip (which Lambda downloads) and unpacked."""
    files = [(path, root) for root in ours() for path in root.rglob("*") if path.is_file()]
    archive = BUILD / "size.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for path, root in files:
            package.write(path, path.relative_to(root))
    unpacked = sum(path.stat().st_size for path, _ in files)
    return {"zipped": archive.stat().st_size / 1e6, "unpacked": unpacked / 1e6}
