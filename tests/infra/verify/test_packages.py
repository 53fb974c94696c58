"""Assets run on Lambda, are within its limits, and contain no secrets and no foreign files."""

import base64
import shutil
import struct
from pathlib import Path

import msgspec
import pytest

from cdk.build import build_for
from cdk.verify.packages import (
    MAX_ENVIRONMENT_BYTES,
    assets_of,
    check_packages,
    environment_bytes,
    library_faults,
)
from cdk.verify.subject import Json, Subject, synthesize
from lambdas.names import Function
from tests.infra.conftest import operators_environment, operators_settings
from tests.infra.templates import Synthesized
from tests.infra.verify.plant import plant, plant_property

pytestmark = pytest.mark.timeout(300)  # the first build downloads wheels

FUNCTION = "AWS::Lambda::Function"
LIBRARY = "lib.cpython-313-aarch64-linux-gnu.so"


def elf(machine: int) -> bytes:
    """The header of a library without sections, for that machine."""
    head = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    return head + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 0, 0, 0, 64, 0, 0, 64, 0, 0)


ARM, INTEL = 183, 62


def a_jwt() -> bytes:
    """A token in its real form; its parts are base64 of JSON."""
    parts = (b'{"alg":"HS256"}', b'{"sub":"1234567890"}', b"signature of thirty-two bytes..")
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


@pytest.fixture(scope="module")
def built(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """The stage with its real assets."""
    from cdk.stage import Stage  # after the environment is said

    folder = tmp_path_factory.mktemp("built")
    with operators_environment(operators_settings(folder)):
        return synthesize(Stage.named("dev"), build_for("dev"), site, folder)


def test_the_built_assets_pass(built: Subject) -> None:
    checked = check_packages(built)
    assert checked.findings == ()
    assert len(assets_of(built)) == 10
    assert "0 compiled" not in checked.scope


def test_a_layer_without_a_compiled_library_is_found(dev: Synthesized) -> None:
    (finding,) = check_packages(dev.subject).findings
    assert "no compiled library" in finding.problem


def layer_of(subject: Subject) -> Path:
    """The functions' common layer; those of documents are in another one."""
    (found,) = (a.path for a in assets_of(subject).values() if (a.path / "python/msgspec").is_dir())
    return found


PLANTED = (
    (LIBRARY, elf(INTEL), "is made for x64, not AArch64"),
    ("lib.cpython-311-aarch64-linux-gnu.so", elf(ARM), "is made for cpython-311"),
    (LIBRARY, b"text", "is not an ELF library"),
    ("tests/test_it.py", b"", "is no part of what runs"),
    ("index.js.map", b"{}", "is no part of what runs"),
    (".env.local", b"", "is no part of what runs"),
    ("a.py", b"KEY = 'AKIA" + b"A" * 16 + b"'", "AWS Access Key"),
    ("a.txt", b"-----BEGIN RSA PRIVATE KEY-----\nMIIE", "Private Key"),
    ("a.json", a_jwt(), "JSON Web Token"),
    ("a.py", b"TOKEN = 'ghp_" + b"a" * 36 + b"'", "GitHub Token"),
    ("a.py", b"URL = 'mqtts://me:hunter2@broker.example'", "Basic Auth Credentials"),
)


def test_every_planted_file_is_found_and_nothing_else(built: Subject) -> None:
    """All at once: each run scans every file of the layer."""
    planted = layer_of(built) / "python" / "planted"
    for number, (name, content, _) in enumerate(PLANTED):
        file = planted / str(number) / name
        file.parent.mkdir(parents=True)
        file.write_bytes(content)
    try:
        findings = check_packages(built).findings
    finally:
        shutil.rmtree(planted)
    assert len(findings) == len(PLANTED)
    for number, (name, _, fault) in enumerate(PLANTED):
        (finding,) = (f for f in findings if f.where.endswith(f"planted/{number}/{name}"))
        assert fault in finding.problem


def test_a_library_of_this_machine_is_recognised_by_its_tag(tmp_path: Path) -> None:
    """A real one, with the versions of the C library that it needs."""
    found = Path(msgspec.__file__).parent
    (library,) = found.glob("_core*.so")
    right = tmp_path / LIBRARY
    right.write_bytes(library.read_bytes())
    assert all("glibc" not in fault for fault in library_faults(right))
    assert any("cpython-3" in fault for fault in library_faults(library))


def test_a_library_that_needs_a_newer_c_library_is_found(
    built: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdk.verify.packages.MAX_GLIBC", (2, 4))
    assert any("needs glibc 2." in finding.problem for finding in check_packages(built).findings)


def test_a_function_that_is_too_large_is_found(
    built: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdk.verify.packages.MAX_UNPACKED_BYTES", 1_000_000)
    found = {finding.where for finding in check_packages(built).findings}
    assert len([where for where in found if "Function" in where]) == len(Function)


def test_too_many_layers_and_too_many_variables_are_found(built: Subject) -> None:
    def change(resource: Json) -> None:
        resource["Properties"]["Layers"] *= 6

    (finding,) = check_packages(plant(built, FUNCTION, change)).findings
    assert finding.problem == "6 layers"
    variables = {"Variables": {"LONG": "x" * MAX_ENVIRONMENT_BYTES}}
    (finding,) = check_packages(plant_property(built, FUNCTION, Environment=variables)).findings
    assert f"{MAX_ENVIRONMENT_BYTES + 4} bytes of variables" in finding.problem


def test_a_reference_counts_as_the_longest() -> None:
    variables = {"AB": "cde", "QUEUE": {"Ref": "Queue"}}
    assert environment_bytes({"Environment": {"Variables": variables}}) == 5 + 5 + 150


def test_a_zip_counts_with_its_unpacked_size(built: Subject) -> None:
    (packed,) = (a for a in assets_of(built).values() if a.path.suffix == ".zip")
    assert packed.unpacked_bytes > 1.5 * packed.path.stat().st_size
    assert packed.files() == []
