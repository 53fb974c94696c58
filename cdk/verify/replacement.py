"""What a deployment would do to the resources of the last release, and what outlives its stack.

AWS's resource schemas (which cfn-lint ships) list the properties that can be set at creation only:
changing one of them makes CloudFormation create a new resource and delete the old one. A property
that refers to a replaced resource changes with it. Losing a table or the user pool is a finding.

`cdk/released/<stage>.json` holds the resources of the last release, written by `make
release-templates`; a stage that was never released has none. Values that differ between builds and
places (asset hashes, account, region) are masked.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

from cdk.build import ROOT
from cdk.verify.report import CheckResult, Finding
from cdk.verify.subject import REGION, Json, Subject

RELEASES: Final = ROOT / "cdk" / "released"

TABLE: Final = "AWS::DynamoDB::GlobalTable"
USER_POOL: Final = "AWS::Cognito::UserPool"

_IRREPLACEABLE: Final = (TABLE, USER_POOL, "AWS::DynamoDB::Table")

_UNCHANGEABLE: Final = {
    USER_POOL: ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration"),
}
"""Properties that cannot change although AWS's schema allows it: the deployment would fail."""

Release = dict[str, dict[str, Json]]
"""Stack → logical id → resource."""

_KEPT_SECTIONS: Final = ("Type", "DeletionPolicy", "UpdateReplacePolicy", "Properties")
_ASSET_HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")


def release_of(subject: Subject) -> Release:
    """The stage's resources in the form in which a release is recorded."""
    return {
        stack: {
            logical_id: {
                section: _masked(resource[section], subject)
                for section in _KEPT_SECTIONS
                if section in resource
            }
            for logical_id, resource in template["Resources"].items()
        }
        for stack, template in subject.templates.items()
    }


def _masked(value: Any, subject: Subject) -> Any:
    text = _ASSET_HASH.sub("asset", json.dumps(value))
    for place in (subject.stage.account, subject.stage.region):
        text = text.replace(place, "here") if place else text
    return json.loads(text)


def release_path(stage: str, folder: Path = RELEASES) -> Path:
    """File of the last release of that stage."""
    return folder / f"{stage}.json"


def write_release(release: Release, path: Path) -> None:
    """Writes one line per resource, so that a diff shows what a release changes."""
    stacks = []
    for stack, resources in release.items():
        lines = [
            f"{json.dumps(name)}: {json.dumps(resource, sort_keys=True, separators=(',', ':'))}"
            for name, resource in sorted(resources.items())
        ]
        stacks.append(f"{json.dumps(stack)}: {{\n" + ",\n".join(lines) + "\n}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{\n" + ",\n".join(stacks) + "\n}\n")


def read_release(path: Path) -> Release:
    """The recorded release; empty if there is none."""
    if not path.is_file():
        return {}
    release: Release = json.loads(path.read_text())
    return release


class Effect(StrEnum):
    """What happens to a resource."""

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    PERHAPS_REPLACED = "perhaps replaced"
    CHANGED = "changed in place"


_LOSSES: Final = (Effect.REMOVED, Effect.REPLACED, Effect.PERHAPS_REPLACED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """A resource that differs from the last release."""

    stack: str
    logical_id: str
    kind: str
    effect: Effect
    properties: tuple[str, ...] = ()
    """Properties that differ."""


def changes(before: Release, now: Release) -> Iterator[ResourceChange]:
    """Every resource that differs, stack by stack."""
    for stack in sorted(before.keys() | now.keys()):
        yield from _stack_changes(stack, before.get(stack, {}), now.get(stack, {}))


def _stack_changes(
    stack: str, before: dict[str, Json], now: dict[str, Json]
) -> Iterator[ResourceChange]:
    """Repeats the comparison until no further resource is replaced because of a reference."""
    replaced: set[str] = set()
    while True:
        found = list(_compare_once(stack, before, now, replaced))
        all_replaced = {one.logical_id for one in found if one.effect is Effect.REPLACED}
        if all_replaced == replaced:
            yield from found
            return
        replaced = all_replaced


def _compare_once(
    stack: str, before: dict[str, Json], now: dict[str, Json], replaced: set[str]
) -> Iterator[ResourceChange]:
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        kind = (old or new or {})["Type"]
        if (judged := _compare_resource(kind, old, new, replaced)) is not None:
            effect, properties = judged
            yield ResourceChange(
                stack=stack, logical_id=name, kind=kind, effect=effect, properties=properties
            )


def _compare_resource(
    kind: str, old: Json | None, new: Json | None, replaced: set[str]
) -> tuple[Effect, tuple[str, ...]] | None:
    """The effect and the properties that cause it; None if nothing changes."""
    if old is None:
        return Effect.ADDED, ()
    if new is None:
        return Effect.REMOVED, ()
    if old["Type"] != new["Type"]:
        return Effect.REPLACED, ("Type",)
    was, becomes = old.get("Properties", {}), new.get("Properties", {})
    differing = tuple(
        name
        for name in sorted(was.keys() | becomes.keys())
        if _differs(was, becomes, [name], replaced)
    )
    return (_effect(kind, differing, was, becomes, replaced), differing) if differing else None


def _differs(old: Any, new: Any, path: list[str], replaced: set[str]) -> bool:
    """True if the value at the path changes, or refers to a replaced resource."""
    was, becomes = _value_at(old, path), _value_at(new, path)
    return was != becomes or bool(replaced & set(_references(becomes)))


def _value_at(value: Any, path: list[str]) -> Any:
    for position, part in enumerate(path):
        if part == "*":
            items = value if isinstance(value, list) else []
            return [_value_at(item, path[position + 1 :]) for item in items]
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(name := value.get("Ref"), str):
            yield name
        if isinstance(attribute := value.get("Fn::GetAtt"), list):
            yield attribute[0]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


_SCHEMA_EFFECTS: Final = (
    ("createOnlyProperties", Effect.REPLACED),
    ("conditionalCreateOnlyProperties", Effect.PERHAPS_REPLACED),
)


def _effect(
    kind: str, differing: tuple[str, ...], old: Json, new: Json, replaced: set[str]
) -> Effect:
    if kind.startswith("Custom::"):  # its provider decides; only ServiceToken is fixed
        return Effect.REPLACED if "ServiceToken" in differing else Effect.CHANGED
    for section, effect in _SCHEMA_EFFECTS:
        for pointer in _schema_of(kind).get(section, []):
            if _differs(old, new, pointer.removeprefix("/properties/").split("/"), replaced):
                return effect
    return Effect.CHANGED


def _schema_of(kind: str) -> Json:
    """AWS's schema of that resource type; empty for a type that is not AWS's."""
    try:
        schema: Json = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    except ResourceNotFoundError:
        return {}
    return schema


def check_replacement(subject: Subject, folder: Path = RELEASES) -> CheckResult:
    """The stage against its last release."""
    before = read_release(release_path(subject.stage.name, folder))
    if not before:
        return CheckResult(
            name="replacement",
            scope="no release of this stage is recorded",
            notes=(f"after a release: make release-templates STAGE={subject.stage.name}",),
        )
    return compare(before, release_of(subject))


def compare(before: Release, now: Release) -> CheckResult:
    """Findings for what must not be lost, notes for everything else that is replaced or removed."""
    found = list(changes(before, now))
    counts = Counter(change.effect.value for change in found)
    summary = ", ".join(f"{count} {effect}" for effect, count in sorted(counts.items()))
    return CheckResult(
        name="replacement",
        scope=f"{sum(map(len, before.values()))} released resources, {summary or 'no change'}",
        findings=tuple(fault for change in found for fault in _findings(change, before, now)),
        notes=tuple(_note(change) for change in found if change.effect in _LOSSES),
    )


def _note(change: ResourceChange) -> str:
    reason = f" ({', '.join(change.properties)})" if change.properties else ""
    return f"{change.effect}: {change.kind} {change.stack}/{change.logical_id}{reason}"


def _findings(change: ResourceChange, before: Release, now: Release) -> Iterator[Finding]:
    where = f"{change.stack}/{change.logical_id}"
    if change.kind in _IRREPLACEABLE and change.effect in _LOSSES:
        reason = ", ".join(change.properties) or "gone"
        yield Finding(
            where=where,
            problem=f"the {change.kind} would be {change.effect}: {reason}",
            remedy="leave it as it is, add a new one beside it, and move the data first",
        )
    if fixed := set(_UNCHANGEABLE.get(change.kind, ())) & set(change.properties):
        yield Finding(
            where=where,
            problem=f"{', '.join(sorted(fixed))} cannot change in an existing user pool",
            remedy="leave it as it was",
        )
    if change.kind == TABLE and change.effect is Effect.CHANGED:
        yield from _index_findings(where, _indexes(change, before), _indexes(change, now))


def _index_findings(where: str, was: Json, becomes: Json) -> Iterator[Finding]:
    touched = {name for name in was.keys() | becomes.keys() if was.get(name) != becomes.get(name)}
    if len(touched) > 1:
        yield Finding(
            where=where,
            problem=f"{len(touched)} indexes change at once: {', '.join(sorted(touched))}",
            remedy="DynamoDB creates or deletes one at a time: release them one after the other",
        )
    for name in touched & was.keys() & becomes.keys():
        yield Finding(
            where=where,
            problem=f"the index {name} would change under its old name",
            remedy="give it a new name, and delete the old one in a later release",
        )


def _indexes(change: ResourceChange, release: Release) -> Json:
    """Global secondary indexes of a table, by name."""
    properties = release[change.stack][change.logical_id].get("Properties", {})
    listed = properties.get("GlobalSecondaryIndexes", [])
    return {index["IndexName"]: index for index in listed}


def check_leftovers(subject: Subject) -> CheckResult:
    """A resource that outlives its stack must not keep a fixed name: the next deployment of the
    stack would find the name taken.
    """
    retained = [
        (f"{stack}/{logical_id}", resource)
        for stack, logical_id, resource in subject.resources()
        if resource.get("DeletionPolicy") == "Retain"
    ]
    return CheckResult(
        name="leftovers",
        scope=f"{len(retained)} resources that outlive their stack",
        findings=tuple(fault for where, one in retained for fault in _fixed_names(where, one)),
    )


def _fixed_names(where: str, resource: Json) -> Iterator[Finding]:
    for pointer in _schema_of(resource["Type"]).get("primaryIdentifier", []):
        name = pointer.removeprefix("/properties/")
        value = resource.get("Properties", {}).get(name)
        if isinstance(value, str):
            yield Finding(
                where=where,
                problem=f"outlives its stack under the fixed {name} {value}",
                remedy="let AWS name it, or put the stack's id into its name",
            )
