"""What ships to the functions: its size, and what a start must not load."""

import json
import subprocess
import zipfile
from pathlib import Path

import pytest

from cdk.build import CLOUD_PYTHON, Assets, build_for
from lambdas.names import Function
from tests.fakes.functions import environment

pytestmark = pytest.mark.timeout(300)  # the first build downloads wheels

UNWANTED = ("aws_xray_sdk", "numpy", "pydantic")
"""Packages that would make every cold start slower for nothing."""

MOST_BYTES = 6_000_000
PROGRAM = """
import importlib, json, sys
importlib.import_module("lambdas.handlers." + sys.argv[1])
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def assets() -> Assets:
    return build_for("local")


@pytest.mark.parametrize("function", Function)
def test_a_start_loads_nothing_unwanted(assets: Assets, function: Function) -> None:
    layers = [
        assets.layer,
        *([assets.documents] if function in (Function.RECEIPTS, Function.WORKER) else []),
    ]
    path = ":".join(str(path) for path in (assets.code, *(it / "python" for it in layers)))
    answer = subprocess.run(
        [CLOUD_PYTHON, "-S", "-c", PROGRAM, function.value],
        env=environment("http://127.0.0.1:9")  # importing calls nobody
        | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    names = json.loads(answer.stdout)
    assert not [name for name in names if name.startswith(UNWANTED)]


def test_what_ships_to_every_function_is_at_most_6_mb(assets: Assets, tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as package:
        for folder in (assets.code, assets.layer):
            for path in sorted(folder.rglob("*")):
                package.write(path, path.relative_to(folder))
    assert archive.stat().st_size <= MOST_BYTES
