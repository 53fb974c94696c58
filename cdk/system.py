"""Assembles the stacks of one stage, and synthesizes the stage that the CDK's CLI names."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aws_cdk import App, Tags

from cdk.build import ROOT, Assets, build_for
from cdk.stacks.backend import BackendStack
from cdk.stacks.bridge import BridgeStack
from cdk.stacks.canary import CanaryStack
from cdk.stacks.copies import CopiesStack
from cdk.stacks.cost import CostStack
from cdk.stacks.data import DataStack
from cdk.stacks.web import WebStack
from cdk.stage import Stage

SITE: Final = ROOT / "frontend" / "dist"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The stacks of one stage."""

    data: DataStack
    web: WebStack
    backend: BackendStack
    bridge: BridgeStack


def assemble(app: App, stage: Stage, assets: Assets, site: Path | None) -> System:
    """Creates every stack. `site` is the built web app; None deploys no files."""
    data = DataStack(app, stage)
    web = WebStack(app, stage)
    backend = BackendStack(app, stage, data=data, web=web, assets=assets, site=site)
    bridge = BridgeStack(app, stage, data=data, backend=backend)
    if stage.canary:
        CanaryStack(app, stage, data=data, backend=backend, assets=assets)
    if stage.copies_to is not None:
        CopiesStack(app, stage, data=data).add_stack_dependency(bridge)
    if stage.cost_anomaly_usd is not None:
        # Last: `cdk deploy --all` stops at the first stack that fails.
        CostStack(app, stage).add_stack_dependency(bridge)
    Tags.of(app).add("system", "fintech-async")
    Tags.of(app).add("stage", stage.name)
    return System(data=data, web=web, backend=backend, bridge=bridge)


def main() -> None:
    """Synthesizes the stage of the context value `stage`, by default `dev`."""
    app = App()
    stage = Stage.named(app.node.try_get_context("stage") or "dev")
    assemble(app, stage, build_for(stage.name), built_site(stage, SITE))
    app.synth()


def built_site(stage: Stage, folder: Path) -> Path | None:
    """Folder of the built web app; None in the local stage, whose files `make up` uploads."""
    if stage.local:
        return None
    if not (folder / "index.html").is_file():
        raise FileNotFoundError(
            f"The web app is not built ({folder}/index.html is missing): run `make web` first."
        )
    return folder
