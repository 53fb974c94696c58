"""The built assets: only what is needed, with valid bytecode, byte-identical at every build."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cdk.build import LAMBDAS, Assets, Target, build_for, trim_packages, version_of
from cdk.verify.packages import zipped_bytes
from lambdas.names import Function, Setting

UNCHECKED_HASH = 0b01
AARCH64 = 0xB7

pytestmark = pytest.mark.timeout(300)  # the first build downloads wheels


@pytest.fixture(scope="module")
def built() -> Assets:
    return build_for("local")


@pytest.fixture(scope="module")
def built_for_aws() -> Assets:
    return build_for("dev")


def tree(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_two_builds_are_the_same_to_the_byte(tmp_path: Path) -> None:
    first, second = build_for("local", tmp_path / "1"), build_for("local", tmp_path / "2")
    assert len(tree(first.layer)) > 500
    assert tree(first.layer) == tree(second.layer)
    assert tree(first.code) == tree(second.code)


def test_a_build_of_the_same_inputs_is_not_done_again(built: Assets) -> None:
    before = (built.code.stat().st_ino, built.layer.stat().st_ino)
    again = build_for("local")
    assert (again.code.stat().st_ino, again.layer.stat().st_ino) == before


def test_a_lost_asset_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdk.build._fill_layer", lambda folder, _target: folder.mkdir())
    assets = build_for("local", tmp_path)
    shutil.rmtree(assets.code)
    assert tree(build_for("local", tmp_path).code)


def test_a_changed_input_is_a_new_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cdk.build._fill_layer", lambda folder, _target: folder.mkdir())
    digest = build_for("local", tmp_path).code.with_suffix(".digest")
    before = digest.read_text()
    monkeypatch.setattr("cdk.build.SHIPPED", (".py",))
    build_for("local", tmp_path)
    assert digest.read_text() != before


def test_the_code_is_our_package_and_nothing_else(built: Assets) -> None:
    assert {path.name for path in built.code.iterdir()} == {"lambdas"}
    shipped = {name for name in tree(built.code) if "__pycache__" not in name}
    assert shipped == {
        str(path.relative_to(LAMBDAS.parent))
        for kind in ("*.py", "*.json", "*.typ", "*.ttf")
        for path in LAMBDAS.rglob(kind)
    }


def test_every_source_has_bytecode_that_is_never_checked_against_it(built: Assets) -> None:
    compiler = Target.of("local").compiler
    assert compiler is not None
    tag = "cpython-{}{}".format(*(version_of(compiler) or ()))
    for folder in (built.code, built.layer):
        sources = list(folder.rglob("*.py"))
        assert sources
        for source in sources:
            compiled = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
            assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED_HASH


def services_in(data: Path) -> set[str]:
    return {path.name for path in data.iterdir() if path.is_dir()}


def test_boto3_and_botocore_describe_only_the_services_in_use(built: Assets) -> None:
    packages = built.layer / "python"
    assert (packages / "botocore" / "cacert.pem").is_file()
    assert services_in(packages / "botocore" / "data") == {
        "apigatewaymanagementapi",
        "cognito-idp",
        "dynamodb",
        "s3",
        "sqs",
        "stepfunctions",
    }
    assert services_in(packages / "boto3" / "data") <= {"dynamodb", "s3", "sqs"}


CLIENTS = """
import sys
sys.path[:0] = [sys.argv[1]]
import boto3
pages = {
    "cognito-idp": "list_users",
    "dynamodb": "query",
    "s3": "list_objects_v2",
    "sqs": "list_queues",
    "stepfunctions": "list_executions",
}
for service, operation in pages.items():
    client = boto3.client(service, region_name="us-east-1")
    client.get_paginator(operation)
    print(client.meta.endpoint_url)
"""


def test_the_layer_can_make_a_client_of_each_service(built: Assets) -> None:
    interpreter = Target.of("local").compiler
    assert interpreter is not None
    command = [str(interpreter), "-S", "-c", CLIENTS, str(built.layer / "python")]
    ran = subprocess.run(command, capture_output=True, text=True, env={}, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == [
        f"https://{host}.amazonaws.com"
        for host in (
            "cognito-idp.us-east-1",
            "dynamodb.us-east-1",
            "s3",  # the links that we sign are of the bucket's region: tests/contract
            "sqs.us-east-1",
            "states.us-east-1",
        )
    ]


def test_trimming_keeps_the_named_services(tmp_path: Path) -> None:
    data = tmp_path / "botocore" / "data"
    for service in ("sqs", "ec2"):
        (data / service).mkdir(parents=True)
    endpoints = {"partitions": [{"services": {"sqs": {}, "ec2": {}}, "regions": {"r": {}}}]}
    (data / "endpoints.json").write_text(json.dumps(endpoints))
    trim_packages(tmp_path, {"sqs": "sqs"})
    assert {path.name for path in data.iterdir()} == {"sqs", "endpoints.json"}
    (kept,) = json.loads((data / "endpoints.json").read_text())["partitions"]
    assert (kept["services"], kept["regions"]) == ({"sqs": {}}, {"r": {}})


def test_licences_and_versions_ship(built: Assets) -> None:
    for info in (built.layer / "python").glob("*.dist-info"):
        assert (info / "METADATA").is_file()
        assert [p for p in info.rglob("*") if p.name.upper().startswith(("LICEN", "COPYING"))], info


def test_no_unused_file_ships(built: Assets) -> None:
    superfluous = {"tests", "bin", "examples", "pip", "awscrt", "aws_xray_sdk", "numpy", "pydantic"}
    names = {part for name in tree(built.layer) for part in Path(name).parts}
    assert not names & superfluous
    assert not [name for name in names if name.endswith((".pyi", ".min.js", ".txt.orig"))]


def test_the_layer_is_small(built_for_aws: Assets, capsys: pytest.CaptureFixture[str]) -> None:
    unpacked_mb = sum(path.stat().st_size for path in built_for_aws.layer.rglob("*")) / 1e6
    folders = (built_for_aws.code, built_for_aws.layer)
    zipped_mb = sum(zipped_bytes(folder) for folder in folders) / 1e6
    with capsys.disabled():
        print(f"\nlayer {unpacked_mb:.1f} MB unpacked, {zipped_mb:.1f} MB zipped with the code")  # noqa: T201
    assert unpacked_mb < 20
    assert zipped_mb < 7


def test_the_layer_for_aws_is_of_arm64(built_for_aws: Assets) -> None:
    libraries = list(built_for_aws.layer.rglob("*.so"))
    assert libraries
    for library in libraries:
        assert int.from_bytes(library.read_bytes()[18:20], "little") == AARCH64
        assert "cpython-313-aarch64" in library.name


START = """
import importlib, json, sys, time
sys.path[:0] = sys.argv[1:3]
before = time.process_time()
importlib.import_module("lambdas.handlers." + sys.argv[3])
cpu_ms = round(1000 * (time.process_time() - before))
print(json.dumps({"cpu_ms": cpu_ms, "modules": sorted(sys.modules)}))
"""

UNWANTED = {"aws_xray_sdk", "numpy", "awscrt", "pydantic"}


@pytest.mark.parametrize("function", Function)
def test_a_function_starts_from_the_assets_and_imports_nothing_heavy(
    built: Assets, function: Function, capsys: pytest.CaptureFixture[str]
) -> None:
    interpreter = Target.of("local").compiler
    assert interpreter is not None
    # Without site-packages: what is not in the assets is not there.
    folders = [str(built.code), str(built.layer / "python")]
    command = [str(interpreter), "-S", "-c", START, *folders, function.value]
    settings = {setting.value: "1" for setting in Setting if not setting.endswith("_TABLE")}
    tables = {setting.value: setting.value for setting in Setting if setting.endswith("_TABLE")}
    environment = settings | tables | {"AWS_REGION": "us-east-1"}
    runs = [
        json.loads(subprocess.run(command, capture_output=True, check=True, env=environment).stdout)
        for _ in range(3)
    ]
    assert not UNWANTED & set(runs[0]["modules"])
    with capsys.disabled():
        print(f"\n{function}: import {min(run['cpu_ms'] for run in runs)} ms of CPU")  # noqa: T201


def test_an_interpreter_that_does_not_run_is_not_chosen(tmp_path: Path) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    assert version_of(broken) is None
    assert version_of(tmp_path / "missing") is None


def test_without_the_runtimes_python_the_build_warns_and_ships_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cdk.build._fill_layer", lambda folder, _target: folder.mkdir())
    monkeypatch.setattr("cdk.build.find_interpreter", lambda *_: None)
    assets = build_for("dev", tmp_path)
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(assets.code.rglob("*.pyc"))
