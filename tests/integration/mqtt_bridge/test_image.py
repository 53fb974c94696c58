"""The image, built from its Dockerfile without Docker, runs as its user and becomes healthy."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk.build import RUNTIME, find_interpreter
from tests.fakes.sqs import Sqs
from tests.integration.mqtt_bridge.image import Image, build, remove
from tests.integration.mqtt_bridge.world import (
    INFO,
    Iotcore,
    Peer,
    Process,
    environment,
    eventually,
    payloads,
)

pytestmark = pytest.mark.timeout(300)  # it installs wheels


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Builds the image in a folder that any user may enter, unlike pytest's own."""
    interpreter = find_interpreter(RUNTIME)
    if interpreter is None:
        pytest.skip("this machine has no Python 3.13, which the image is made of (CI has it)")
    folder = Path(tempfile.mkdtemp(prefix="bridge-image-"))
    folder.chmod(0o755)
    yield build(folder / "root", interpreter)
    remove(folder)


@pytest.fixture
def scratch(image: Image) -> Path:
    """The one folder that the image's user may write to, as `/tmp` in the container."""
    folder = image.root.parent / "tmp"
    folder.mkdir()
    os.chown(folder, image.user, image.user)
    return folder


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root on Linux may become another user (CI is)",
)


def health(image: Image, environ: dict[str, str]) -> int:
    """Return the exit status of the image's health check."""
    command = image.command(image.health)
    return subprocess.run(command, cwd=image.workdir, env=environ).returncode


@needs_root
def test_it_runs_as_its_user_forwards_messages_and_is_healthy(
    image: Image, iotcore: Iotcore, sqs: Sqs, client_id: str, scratch: Path
) -> None:
    environ = environment(iotcore.port, sqs, client_id, scratch) | image.environment
    assert health(image, environ) == 1
    process = Process(
        environ,
        scratch / "log",
        command=image.command(image.start),
        cwd=image.workdir,
    )
    process.await_event("connected")
    eventually(lambda: health(image, environ) == 0, what="the health check passes")
    with Peer(iotcore.port) as peer:
        peer.publish(INFO, b"a price")
    eventually(lambda: payloads(sqs, "prices") == ["a price"])
    assert process.terminate() == 0
    assert health(image, environ) == 1


@needs_root
def test_its_user_cannot_change_it(image: Image) -> None:
    for folder in ("app/mqtt_bridge", "packages/paho"):
        says = f"open({str(image.root / folder / 'planted.py')!r}, 'w')"
        tried = subprocess.run(image.command(["-c", says]), capture_output=True, text=True)
        assert "PermissionError" in tried.stderr


def test_it_holds_the_bridge_and_its_packages_and_nothing_else(image: Image) -> None:
    packages = {path.name for path in (image.root / "packages").iterdir()}
    assert {"paho", "awscrt", "boto3", "botocore", "aws_lambda_powertools"} <= packages
    services = {path.name for path in (image.root / "packages/botocore/data").iterdir()}
    assert {"secretsmanager", "sqs", "sts"} == {name for name in services if "." not in name}
    assert {path.name for path in (image.root / "app").iterdir()} == {"mqtt_bridge"}
    for folder in ("packages", "app"):
        sources = list((image.root / folder).rglob("*.py"))
        assert sources
        for source in sources:
            assert list((source.parent / "__pycache__").glob(f"{source.stem}.cpython-313.pyc"))


def test_it_is_small(image: Image, capsys: pytest.CaptureFixture[str]) -> None:
    size_mb = {
        folder: sum(path.stat().st_size for path in (image.root / folder).rglob("*")) / 1e6
        for folder in ("packages", "app")
    }
    with capsys.disabled():
        print(f"\nimage, beside its base: {size_mb['packages']:.1f} MB of packages")  # noqa: T201
    assert sum(size_mb.values()) < 60
