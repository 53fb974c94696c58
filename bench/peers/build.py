"""Packages of the peers, made as ours are: only what is needed, with bytecode that counts."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from cdk import bytecode, layer
from cdk.build import BUILD, ROOT, Assets, Target

HERE: Final = Path(__file__).parent
APP: Final = HERE / "app"
PYTHON: Final = ROOT / ".venv-peers" / "bin" / "python"
SERVICES: Final = {"dynamodb": "dynamodb", "sqs": "sqs", "stepfunctions": "states", "ssm": "ssm"}
"""What their functions call, and what its endpoints are called."""

PEERS: Final = ("fastapi", "powertools")


def build(peer: str, *, is_usual: bool = False) -> Assets:
    """Made anew only when its packages have changed; the little code always. A usual package is
    what pip and a zip make of it: whole, and without bytecode that a function could use.
    """
    target = Target.of("local")
    assert target.compiler is not None
    folder = (
        BUILD / "peers" / f"with-{peer}{'-usual' if is_usual else ''}"
    )  # no folder of a package has such a name
    requirements = HERE / f"{peer}.txt"
    assets = Assets(code=folder / "code", layer=folder / "layer")
    stamp = folder / "stamp"
    wanted = f"{target.fingerprint}\n{requirements.read_text()}"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        packages = assets.layer / "python"
        layer.install(packages, requirements, target.pip, ())
        if not is_usual:
            layer.trim(packages, SERVICES)
            _finish(assets.layer, target.compiler)
        stamp.write_text(wanted)
    shutil.rmtree(assets.code, ignore_errors=True)
    shutil.copytree(APP, assets.code, ignore=shutil.ignore_patterns("__pycache__"))
    if not is_usual:
        _finish(assets.code, target.compiler)
    return assets


def _finish(folder: Path, compiler: Path) -> None:
    bytecode.compile_tree(folder, compiler)
    bytecode.settle(folder)


def version(package: str) -> str:
    """As installed for the peers."""
    says = f"import importlib.metadata as m; print(m.version({package!r}))"
    answer = subprocess.run([str(PYTHON), "-c", says], capture_output=True, text=True, check=True)
    return answer.stdout.strip()
