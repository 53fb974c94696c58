"""The contract tests of every port, run with the AWS adapters on the local cloud."""

import os
import re
import subprocess
import sys

import pytest

from tests.e2e.system import ROOT, System


@pytest.mark.timeout(400)
def test_every_contract_holds_on_the_local_cloud(system: System) -> None:
    """In a process of its own: what the tests' models are connected to is the process's."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/contract"],
        cwd=ROOT,
        env=os.environ | {"CONTRACT_CLOUD_URL": str(system.outputs["aws_endpoint_url"])},
        capture_output=True,
        text=True,
        timeout=390,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-8000:]
    passed = re.search(r"(\d+) passed", ran.stdout)
    assert passed, ran.stdout
    assert int(passed[1]) >= 71
    assert "skipped" not in ran.stdout
