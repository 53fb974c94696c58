"""The files of the image are built as its Dockerfile says, run as its user, and are well."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdk import bytecode
from tests.fakes.sqs import SqsStub
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
    """In a folder that any user may enter, which pytest's own are not."""
    interpreter = bytecode.find_interpreter(bytecode.RUNTIME)
    if interpreter is None:
        pytest.skip("this machine has no Python 3.13, which the image is made of (CI has it)")
    folder = Path(tempfile.mkdtemp(prefix="bridge-image-"))
    folder.chmod(0o755)
    yield build(folder / "root", interpreter)
    remove(folder)


@pytest.fixture
def scratch(image: Image) -> Path:
    """What `/tmp` is in the container: the one folder that its user may write to."""
    folder = image.root.parent / "tmp"
    folder.mkdir()
    os.chown(folder, image.user, image.user)
    return folder


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None,
    reason="only root on Linux may become another user (CI is)",
)


def health(image: Image, environ: dict[str, str]) -> int:
    """The status of the image's own health check, asked as the platform asks."""
    command = image.command(image.health)
    return subprocess.run(command, cwd=image.workdir, env=environ).returncode


@needs_root
def test_it_starts_as_nobody_carries_messages_and_is_well(
    image: Image, iotcore: Iotcore, stub: SqsStub, client_id: str, scratch: Path
) -> None:
    environ = environment(iotcore.port, stub, client_id, scratch) | image.environment
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
    eventually(lambda: payloads(stub, "prices") == ["a price"])
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
    assert {"paho", "awscrt", "botocore"} <= packages
    services = {path.name for path in (image.root / "packages/botocore/data").iterdir()}
    assert {"sts"} == {name for name in services if "." not in name}
    assert {path.name for path in (image.root / "app").iterdir()} == {"awsjson", "mqtt_bridge"}
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
