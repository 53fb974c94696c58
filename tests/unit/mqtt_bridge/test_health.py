"""The health file, and the command that judges it."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mqtt_bridge import health

ROOT = Path(__file__).parents[3]


def test_the_health_file_is_fresh_stale_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    now = datetime.now(UTC)
    assert not health.is_fresh(path, now)
    health.write(path, is_connected=True)
    assert health.is_fresh(path, now + timedelta(seconds=29))
    assert not health.is_fresh(path, now + timedelta(seconds=32))
    health.clear(path)
    health.clear(path)
    assert not health.is_fresh(path, now)


def test_the_health_file_also_tells_whether_the_bridge_is_connected(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    health.write(path, is_connected=False)
    assert path.read_text() == "not connected"
    health.write(path, is_connected=True)
    assert path.read_text() == "connected"


def test_the_command_imports_no_library() -> None:
    code = (
        "import sys, mqtt_bridge.health\n"
        "heavy = ('boto3', 'botocore', 'paho', 'awscrt', 'aws_lambda_powertools')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == b"[]"
