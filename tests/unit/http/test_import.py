"""Importing the function reads no setting, opens no connection, and loads no unneeded library."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
UNWANTED = {
    "pydantic",
    "aws_xray_sdk",
    "numpy",
    "requests",
    "openapi_spec_validator",
}
PROGRAM = """
import os, socket, sys
class Watched(dict):
    def __getitem__(self, name):
        asked.append(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        asked.append(name)
        return super().get(name, default)
asked = []
socket.socket.connect = lambda *_: sys.exit("it connected")
os.environ = Watched(os.environ)
from lambdas.handlers import api
assert callable(api.handler)
from lambdas.names import Setting
print(*sorted({name.split(".")[0] for name in sys.modules}))
assert not {"lambdas.api.openapi", "lambdas.api.examples"} & {*sys.modules}
print(*sorted(set(asked) & {*Setting}))
"""


def test_importing_the_function_reads_no_setting_and_opens_no_connection() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stderr
    loaded, settings = run.stdout.split("\n")[:2]
    assert not UNWANTED & set(loaded.split())
    assert settings == ""
