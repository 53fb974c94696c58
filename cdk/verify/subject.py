"""The synthesized stage that the checks look at: constructs, templates and files to upload.

It is synthesized in this process for an account and a region, without credentials and without
look-ups: what is checked is what `cdk deploy` would send.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from aws_cdk import App, CfnResource, Stack

from cdk.build import ROOT, Assets
from cdk.constructs.nag_suppressions import Suppression, suppressions_in
from cdk.stage import Stage
from cdk.system import assemble

Json = dict[str, Any]

ACCOUNT: Final = "111122223333"
"""The account number of AWS's own examples."""

REGION: Final = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One synthesized stage."""

    stage: Stage
    app: App
    folder: Path
    """The cloud assembly."""

    templates: Mapping[str, Json]
    """By stack name."""

    def resources(self, kind: str | None = None) -> Iterator[tuple[str, str, Json]]:
        """Stack, logical id and resource: all of them, or those of one type."""
        for stack, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                if kind in (None, resource["Type"]):
                    yield stack, logical_id, resource

    def properties(self, kind: str) -> Iterator[Json]:
        """Properties of each resource of that type."""
        for _, _, resource in self.resources(kind):
            yield resource.get("Properties", {})

    @cached_property
    def suppressions(self) -> list[Suppression]:
        """All suppressed findings."""
        return suppressions_in(self.app)

    def is_suppressed(self, path: str, finding: str) -> bool:
        """True if that finding is suppressed at that construct."""
        return any(one.covers(path, finding) for one in self.suppressions)

    def path_of(self, stack: str, logical_id: str) -> str:
        """Path of the construct that the resource comes from."""
        return self._paths.get((stack, logical_id), f"{stack}/{logical_id}")

    @cached_property
    def _paths(self) -> dict[tuple[str, str], str]:
        return {
            (Stack.of(node).stack_name, Stack.of(node).resolve(node.logical_id)): node.node.path
            for node in self.app.node.find_all()
            if isinstance(node, CfnResource)
        }


def synthesize(
    stage: Stage,
    assets: Assets,
    site: Path,
    folder: Path,
    *,
    account: str = ACCOUNT,
    region: str = REGION,
) -> Subject:
    """Synthesizes the stage for that account and region into the folder."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context=context, outdir=str(folder))
    placed = replace(stage, account=account, region=region)
    assemble(app, placed, assets, site)
    assembly = app.synth()
    templates = {stack.stack_name: dict(stack.template) for stack in assembly.stacks}
    return Subject(stage=placed, app=app, folder=folder, templates=templates)
