"""What CloudFormation would do to each resource of the last release, by what AWS's own schemas say.

They tell which properties can be set at creation only; a change of such a one makes a new resource
and drops the old. A property that refers to what is made anew changes with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

from cdk.verify.release import Release
from cdk.verify.subject import REGION, Json


class Fate(StrEnum):
    """What becomes of a resource."""

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"
    PERHAPS = "perhaps replaced"
    CHANGED = "changed in place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One resource that is not as it was."""

    stack: str
    logical_id: str
    kind: str
    fate: Fate
    because: tuple[str, ...] = ()
    """Properties that differ."""


def changes(before: Release, now: Release) -> Iterator[Change]:
    """Every resource that differs, stack by stack."""
    for stack in sorted(before.keys() | now.keys()):
        yield from _in_stack(stack, before.get(stack, {}), now.get(stack, {}))


def _in_stack(stack: str, before: dict[str, Json], now: dict[str, Json]) -> Iterator[Change]:
    anew: set[str] = set()
    while True:
        found = list(_compare(stack, before, now, anew))
        gone = {change.logical_id for change in found if change.fate is Fate.REPLACED}
        if gone == anew:
            yield from found
            return
        anew = gone


def _compare(
    stack: str, before: dict[str, Json], now: dict[str, Json], anew: set[str]
) -> Iterator[Change]:
    """One pass, with what is known to be made anew so far."""
    for name in sorted(before.keys() | now.keys()):
        old, new = before.get(name), now.get(name)
        kind = (old or new or {})["Type"]
        if (judged := _judge(kind, old, new, anew)) is not None:
            fate, because = judged
            yield Change(stack=stack, logical_id=name, kind=kind, fate=fate, because=because)


def _judge(
    kind: str, old: Json | None, new: Json | None, anew: set[str]
) -> tuple[Fate, tuple[str, ...]] | None:
    """What becomes of it, and for which properties; None if it stays as it is."""
    if old is None:
        return Fate.ADDED, ()
    if new is None:
        return Fate.REMOVED, ()
    if old["Type"] != new["Type"]:
        return Fate.REPLACED, ("Type",)
    was, will_be = old.get("Properties", {}), new.get("Properties", {})
    because = _differing(was, will_be, anew)
    return (_fate(kind, because, was, will_be, anew), because) if because else None


def _differing(old: Json, new: Json, anew: set[str]) -> tuple[str, ...]:
    return tuple(
        name for name in sorted(old.keys() | new.keys()) if _differs(old, new, [name], anew)
    )


def _differs(old: Any, new: Any, path: list[str], anew: set[str]) -> bool:
    """Whether what lies under the path is another, or refers to what is made anew."""
    was, will_be = _under(old, path), _under(new, path)
    return was != will_be or bool(anew & set(_references(will_be)))


def _under(value: Any, path: list[str]) -> Any:
    for position, part in enumerate(path):
        if part == "*":
            items = value if isinstance(value, list) else []
            return [_under(item, path[position + 1 :]) for item in items]
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


_FATES: Final = (
    ("createOnlyProperties", Fate.REPLACED),
    ("conditionalCreateOnlyProperties", Fate.PERHAPS),
)


def _fate(kind: str, because: tuple[str, ...], old: Json, new: Json, anew: set[str]) -> Fate:
    if kind.startswith("Custom::"):  # whoever stands behind it decides; ServiceToken is fixed
        return Fate.REPLACED if "ServiceToken" in because else Fate.CHANGED
    for listed, fate in _FATES:
        for pointer in schema_of(kind).get(listed, []):
            if _differs(old, new, pointer.removeprefix("/properties/").split("/"), anew):
                return fate
    return Fate.CHANGED


def schema_of(kind: str) -> Json:
    """What AWS says of that type of resource; nothing of one that is not AWS's."""
    try:
        schema: Json = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    except ResourceNotFoundError:
        return {}
    return schema
