"""Each stage is synthesized once for all tests, in this process, with assets of one line."""

import json
from collections.abc import Iterator
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
    for name in ("code", "layer"):
        (folder / name).mkdir()
        (folder / name / "file.py").write_text("x = 1\n")
    return Assets(code=folder / "code", layer=folder / "layer")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<!doctype html>")
    return folder


@contextmanager
def operators_environment(mqtt_url: str) -> Iterator[None]:
    """The variables that an operator sets for stages on AWS, during synthesis only: nothing else in
    this process may use them.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MQTT_URL", mqtt_url)
        patch.setenv("ALARM_EMAIL", "operator@example.com")
        patch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
        # As the CDK's command line does for an application.
        patch.setenv("CDK_DEFAULT_ACCOUNT", "111122223333")
        patch.setenv("CDK_DEFAULT_REGION", "us-east-1")
        yield


def synthesize(
    name: str,
    assets: Assets,
    site: Path,
    folder: Path,
    *,
    mqtt_url: str = "mqtts://broker.example:8883",
    **more_context: str,
) -> Synthesized:
    from aws_cdk import App  # after `cdk`, which tells the CDK where Node is

    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    with operators_environment(mqtt_url):
        app = App(context=context | more_context, outdir=str(folder))
        stage = Stage.named(name)
        assemble(app, stage, assets, None if stage.local else site)
        assembly = app.synth()
    stacks = {stack.stack_name: dict(stack.template) for stack in assembly.stacks}
    return Synthesized(stage=stage, app=app, folder=folder, stacks=stacks)


@pytest.fixture(scope="session")
def local(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize("local", assets, site, tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def dev(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize("dev", assets, site, tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(assets: Assets, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize("prod", assets, site, tmp_path_factory.mktemp("prod"))
