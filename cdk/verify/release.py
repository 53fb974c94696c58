"""What was released last, kept in the repository: each resource of each stack, a line for each.

What changes with every build or place (hashes of assets, account, region) is blotted out: none of
it replaces anything that keeps something.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from cdk.build import ROOT
from cdk.verify.subject import Json, Subject

FOLDER: Final = ROOT / "cdk" / "released"

Release = dict[str, dict[str, Json]]
"""Stack → logical id → resource."""

_KEPT: Final = ("Type", "DeletionPolicy", "UpdateReplacePolicy", "Properties")
_HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")


def compact(subject: Subject) -> Release:
    """The stage as it is now, in that form."""
    return {
        stack: {
            logical_id: {key: _blot(resource[key], subject) for key in _KEPT if key in resource}
            for logical_id, resource in template["Resources"].items()
        }
        for stack, template in subject.templates.items()
    }


def _blot(value: Any, subject: Subject) -> Any:
    text = _HASH.sub("asset", json.dumps(value))
    for placed in (subject.stage.account, subject.stage.region):
        text = text.replace(placed, "here") if placed else text
    return json.loads(text)


def path_of(stage: str, folder: Path = FOLDER) -> Path:
    """Where the last release of that stage lies."""
    return folder / f"{stage}.json"


def write(release: Release, path: Path) -> None:
    """One line for each resource, so that a review shows what a release changes."""
    stacks = []
    for stack, resources in release.items():
        lines = [
            f"{json.dumps(name)}: {json.dumps(resource, sort_keys=True, separators=(',', ':'))}"
            for name, resource in sorted(resources.items())
        ]
        stacks.append(f"{json.dumps(stack)}: {{\n" + ",\n".join(lines) + "\n}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(stacks) + "\n}\n")


def read(path: Path) -> Release:
    """Nothing where nothing was ever released."""
    if not path.is_file():
        return {}
    release: Release = json.loads(path.read_text())
    return release
