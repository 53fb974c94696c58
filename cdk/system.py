"""The four stacks of one stage, put together in the order in which they depend on each other."""

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import App, CliCredentialsStackSynthesizer, Tags

from cdk.build import ROOT, Assets, build_for
from cdk.stacks.backend import BackendStack
from cdk.stacks.bridge import BridgeStack
from cdk.stacks.data import DataStack
from cdk.stacks.web import WebStack
from cdk.stage import Stage

SITE = ROOT / "frontend" / "dist"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """All that one stage deploys."""

    data: DataStack
    web: WebStack
    backend: BackendStack
    bridge: BridgeStack


def assemble(app: App, stage: Stage, assets: Assets, site: Path | None) -> System:
    """Makes every stack. `site` is the built web app; None leaves its publication to another."""
    # The local cloud refuses to let the bootstrap's roles publish assets; each stack needs its own.
    synthesizer = CliCredentialsStackSynthesizer if stage.local else lambda: None
    data = DataStack(app, stage, synthesizer())
    web = WebStack(app, stage, synthesizer())
    backend = BackendStack(app, stage, synthesizer(), data=data, web=web, assets=assets, site=site)
    bridge = BridgeStack(app, stage, synthesizer(), data=data, backend=backend)
    Tags.of(app).add("system", "fintech-async")
    Tags.of(app).add("stage", stage.name)
    return System(data=data, web=web, backend=backend, bridge=bridge)


def main() -> None:
    """Synthesizes the stage that the command line names; `dev` when it names none."""
    app = App()
    stage = Stage.named(app.node.try_get_context("stage") or "dev")
    assemble(app, stage, build_for(stage.name), built_site(stage, SITE))
    app.synth()


def built_site(stage: Stage, folder: Path) -> Path | None:
    """The built web app, in that folder; None where the laptop publishes it itself."""
    if stage.local:
        return None
    if not (folder / "index.html").is_file():
        raise FileNotFoundError(f"The web app is not built: {folder}/index.html is missing.")
    return folder
