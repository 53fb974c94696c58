"""What ships, and what a start loads of it: sizes and modules, which no other machine changes."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

from bench.subjects import environment, python
from cdk.build import Assets, build_for
from lambdas.names import Function

PROGRAM: Final = """
import importlib, json, sys
before = set(sys.modules)
sys.path[:0] = sys.argv[2:]
importlib.import_module("lambdas.handlers." + sys.argv[1])
print(json.dumps(sorted(set(sys.modules) - before)))
"""
OURS: Final = (
    "lambdas",
    "awsjson",
    "botocore",
    "pynamodb",
    "aws_lambda_powertools",
    "msgspec",
    "urllib3",
)
"""What is told apart; the rest is the standard library and small packages."""


def measure() -> dict[str, Any]:
    """Kilobytes of code and layer, and the modules that each function's start loads."""
    assets = build_for("local")
    return {
        "kilobytes": {"code": _kilobytes(assets.code), "layer": _kilobytes(assets.layer)},
        "modules": {function.value: modules(assets, function) for function in Function},
    }


def modules(assets: Assets, function: Function) -> dict[str, int]:
    """How many of each package, once the handler is imported and has its clients."""
    found = loaded(assets, function)
    tops = [name.split(".")[0] for name in found]
    return {"all": len(found)} | {name: tops.count(name) for name in OURS}


def loaded(assets: Assets, function: Function) -> list[str]:
    """Names of the modules, sorted."""
    folders = [str(assets.code), str(assets.layer / "python")]
    answer = subprocess.run(
        [str(python()), "-S", "-c", PROGRAM, function.value, *folders],
        env=environment(assets.code, "http://127.0.0.1:9"),  # importing calls nobody
        capture_output=True,
        check=True,
    )
    names: list[str] = json.loads(answer.stdout)
    return names


def _kilobytes(folder: Path) -> int:
    """Sources and bytecode, unpacked."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1000
