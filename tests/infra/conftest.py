"""Each stage is synthesized once for all tests, in this process, with assets of one line."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from cdk.build import Assets
from cdk.stage import Stage
from cdk.system import assemble
from tests.infra.templates import Synthesized

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    folder = tmp_path_factory.mktemp("assets")
    for name in ("code", "layer", "documents"):
        (folder / name).mkdir()
        (folder / name / "file.py").write_text("x = 1\n")
    return Assets(code=folder / "code", layer=folder / "layer", documents=folder / "documents")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html><html><head></head></html>")
    return folder


BROKER = "mqtts://broker.example:8883"


def write_settings(file: Path, dev: Mapping[str, object], prod: Mapping[str, object]) -> None:
    """An operator's settings file: strings, numbers, booleans and lists are written as in JSON."""
    lines = []
    for stage, settings in (("dev", dev), ("prod", prod)):
        lines.append(f"[{stage}]")
        lines += [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    file.write_text("\n".join(lines) + "\n")


def operators_settings(folder: Path, mqtt_url: str = BROKER, **more: object) -> Path:
    """Settings of both stages, each with its own broker; `more` is for both."""
    own = {"group_id": "3", "alarm_email": "operator@example.com", **more}
    other = "mqtts://other.example:8883"
    file = folder / "stages.toml"
    write_settings(file, own | {"mqtt_url": mqtt_url}, own | {"mqtt_url": other})
    return file


@contextmanager
def operators_environment(settings: Path, region: str = "us-east-1") -> Iterator[None]:
    """The environment of stages on AWS, during synthesis only: nothing else in this process may use
    it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAGES_FILE", str(settings))
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        # As the CDK's command line does for an application.
        patch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")
        patch.setenv("CDK_DEFAULT_REGION", region)
        yield


def synthesize(
    name: str,
    assets: Assets,
    site: Path,
    folder: Path,
    *,
    mqtt_url: str = BROKER,
    settings: Mapping[str, object] | None = None,
    region: str = "us-east-1",
    **more_context: str,
) -> Synthesized:
    from aws_cdk import App  # after `cdk`, which tells the CDK where Node is

    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    folder.mkdir(exist_ok=True)
    file = operators_settings(folder, mqtt_url, **(settings or {}))
    with operators_environment(file, region):
        app = App(context=context | more_context, outdir=str(folder))
        stage = Stage.named(name)
        assemble(app, stage, assets, None if stage.local else site)
        assembly = app.synth()
    stacks = {stack.stack_name: dict(stack.template) for stack in assembly.stacks}
    return Synthesized(stage=stage, app=app, folder=folder, stacks=stacks)


EVERY_OPTION = {
    "cost_anomaly_usd": 50,
    "fixed_address": True,
    "canary": True,
    "copies_to": "arn:aws:backup:us-east-1:999988887777:backup-vault:fintech",
    "form_hosts": ["https://pay.example"],
}
"""What `stages.toml` may add to a stage."""


@pytest.fixture(scope="session")
def full(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    """`prod` with every option."""
    folder = tmp_path_factory.mktemp("full")
    return synthesize("prod", assets, site, folder, settings=EVERY_OPTION)


@pytest.fixture(scope="session")
def local(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize("local", assets, site, tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def dev(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize("dev", assets, site, tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize("prod", assets, site, tmp_path_factory.mktemp("prod"))
