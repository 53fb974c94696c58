"""Faults for the checks to find, put into a copy of a stage's templates."""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from cdk.verify.subject import Json, Subject


def plant(subject: Subject, kind: str, change: Callable[[Json], object]) -> Subject:
    """The stage with the first resource of that type changed; `change` gets the whole resource."""
    changed = replace(subject, templates=copy.deepcopy(dict(subject.templates)))
    resource = next(resource for _, _, resource in changed.resources(kind))
    change(resource)
    return changed


def plant_property(subject: Subject, kind: str, **values: object) -> Subject:
    """The stage with those properties in the first resource of that type."""
    return plant(subject, kind, lambda resource: resource["Properties"].update(values))


def add(subject: Subject, kind: str, properties: Mapping[str, object]) -> Subject:
    """The stage with one resource more, `Planted`, in its first stack."""
    changed = replace(subject, templates=copy.deepcopy(dict(subject.templates)))
    first = next(iter(changed.templates.values()))
    first["Resources"]["Planted"] = {"Type": kind, "Properties": dict(properties)}
    return changed


def written(subject: Subject, folder: Path) -> Subject:
    """The same with its templates as files in the folder, as a check that reads files wants it."""
    for stack, template in subject.templates.items():
        (folder / f"{stack}.template.json").write_text(json.dumps(template))
    return replace(subject, folder=folder)
