"""Entry point of the CDK: `cdk -c stage=local|dev|prod deploy --all`."""

from pathlib import Path

from aws_cdk import App

from cdk.build import build_for
from cdk.stage import Stage
from cdk.system import assemble, built_site

app = App()
stage = Stage.named(app.node.try_get_context("stage") or "dev")
assemble(app, stage, build_for(stage.name), built_site(stage, Path("frontend/dist")))
app.synth()
