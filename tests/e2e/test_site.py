"""The web app, in Chromium, against the running system: the stories of `frontend/tests/cloud`."""

import os
import shutil
import subprocess

import pytest

from tests.e2e.system import ROOT, System, eventually

WITHIN_S = 600
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
)


@pytest.mark.timeout(WITHIN_S + 60)
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_an_investor_lives_the_whole_story_at_the_deployed_site(system: System) -> None:
    eventually(lambda: _companies(system) > 5, what="a board of companies")

    told = subprocess.run(
        ["make", "--no-print-directory", "web-cloud", *system.make],
        cwd=ROOT,
        env={**os.environ, "CHROMIUM": str(CHROMIUM), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )

    assert told.returncode == 0, f"{told.stdout[-8000:]}\n{told.stderr[-4000:]}"


def _companies(system: System) -> int:
    table = system.outputs["tables"]["quotes"]
    return int(system.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"])
