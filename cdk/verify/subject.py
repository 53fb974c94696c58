"""A stage as it would go to AWS: its constructs, its templates, and the files that it would upload.

Synthesized in this process for an account and a region, without credentials and without a look at
AWS: what is verified is what `cdk deploy` would send.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import App, CfnResource, Stack

from cdk.build import ROOT, Assets
from cdk.constructs.nag_suppressions import suppressions_in
from cdk.stage import Stage
from cdk.system import assemble

Json = dict[str, Any]

ACCOUNT = "111122223333"
"""Of nobody: the number that AWS writes its own examples with."""

REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A finding that is taken for a reason, for a construct and what is in it."""

    path: str
    finding: str
    reason: str

    def covers(self, path: str, finding: str) -> bool:
        """Whether it was given for that finding at that construct."""
        inside = path == self.path or path.startswith(f"{self.path}/")
        return inside and finding == self.finding


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the checks look at."""

    stage: Stage
    app: App
    folder: Path
    """The cloud assembly."""

    templates: Mapping[str, Json]
    """By the name of the stack."""

    def resources(self, kind: str | None = None) -> Iterator[tuple[str, str, Json]]:
        """Stack, logical id and resource: all, or those of one type."""
        for stack, template in self.templates.items():
            for logical_id, resource in template["Resources"].items():
                if kind in (None, resource["Type"]):
                    yield stack, logical_id, resource

    def properties(self, kind: str) -> Iterator[Json]:
        """Of each resource of that type."""
        for _, _, resource in self.resources(kind):
            yield resource.get("Properties", {})

    @cached_property
    def accepted(self) -> list[Acceptance]:
        """All that was accepted in the constructs."""
        return [
            Acceptance(path=node.node.path, finding=finding, reason=reason)
            for node in self.app.node.find_all()
            for entry in node.node.metadata
            if entry.type == ACCEPTED
            for finding, reason in entry.data.items()
        ]

    @cached_property
    def _paths(self) -> dict[tuple[str, str], str]:
        return {
            (Stack.of(node).stack_name, Stack.of(node).resolve(node.logical_id)): node.node.path
            for node in self.app.node.find_all()
            if isinstance(node, CfnResource)
        }

    def path_of(self, stack: str, logical_id: str) -> str:
        """Where the resource comes from in the tree of constructs."""
        return self._paths.get((stack, logical_id), f"{stack}/{logical_id}")


def synthesize(
    stage: Stage,
    assets: Assets,
    site: Path,
    folder: Path,
    *,
    account: str = ACCOUNT,
    region: str = REGION,
) -> Subject:
    """Makes the stage for that account and region, into the folder."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(context=context, outdir=str(folder))
    placed = replace(stage, account=account, region=region)
    assemble(app, placed, assets, site)
    assembly = app.synth()
    templates = {stack.stack_name: dict(stack.template) for stack in assembly.stacks}
    return Subject(stage=placed, app=app, folder=folder, templates=templates)
