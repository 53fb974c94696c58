"""What a deployment would do to the last release; what loses a table or the people is refused."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from cdk.verify import release
from cdk.verify.changes import Change, Fate, changes
from cdk.verify.checked import Checked, Finding
from cdk.verify.release import Release
from cdk.verify.subject import Subject

TABLE: Final = "AWS::DynamoDB::GlobalTable"
PEOPLE: Final = "AWS::Cognito::UserPool"
KEEPS: Final = (TABLE, PEOPLE, "AWS::DynamoDB::Table")
"""What holds what cannot be made again."""

UNCHANGEABLE: Final = {
    PEOPLE: ("AliasAttributes", "UsernameAttributes", "UsernameConfiguration"),
}
"""Set at creation and for ever, though AWS's schema does not say so: the deployment would fail."""

Indexes = dict[str, Any]
"""Global ones of a table, by name."""

LOSES: Final = (Fate.REMOVED, Fate.REPLACED, Fate.PERHAPS)


def check_replacement(subject: Subject, folder: Path = release.FOLDER) -> Checked:
    """Against the last release of the stage."""
    before = release.read(release.path_of(subject.stage.name, folder))
    if not before:
        return Checked(
            name="replacement",
            looked_at="no release of this stage yet",
            notes=(
                f"for the next to be compared: make release-templates STAGE={subject.stage.name}",
            ),
        )
    return compare(before, release.compact(subject))


def compare(before: Release, now: Release) -> Checked:
    """Findings for what must not be lost, notes for whatever else is made anew."""
    found = list(changes(before, now))
    counts = Counter(change.fate.value for change in found)
    told = ", ".join(f"{count} {fate}" for fate, count in sorted(counts.items())) or "no change"
    return Checked(
        name="replacement",
        looked_at=f"{sum(map(len, before.values()))} released resources, {told}",
        findings=tuple(fault for change in found for fault in _judge(change, before, now)),
        notes=tuple(_told(change) for change in found if change.fate in LOSES),
    )


def _told(change: Change) -> str:
    reason = f" ({', '.join(change.because)})" if change.because else ""
    return f"{change.fate}: {change.kind} {change.stack}/{change.logical_id}{reason}"


def _judge(change: Change, before: Release, now: Release) -> Iterator[Finding]:
    where = f"{change.stack}/{change.logical_id}"
    if change.kind in KEEPS and change.fate in LOSES:
        yield Finding(
            where=where,
            what=f"the {change.kind} would be {change.fate}: {', '.join(change.because) or 'gone'}",
            todo="leave it as it is, and add a new one beside it; move the data first",
        )
    if fixed := set(UNCHANGEABLE.get(change.kind, ())) & set(change.because):
        yield Finding(
            where=where,
            what=f"{', '.join(sorted(fixed))} cannot change in a pool that exists",
            todo="leave it as it was",
        )
    if change.kind == TABLE and change.fate is Fate.CHANGED:
        yield from _judge_indexes(where, _indexes(change, before), _indexes(change, now))


def _judge_indexes(where: str, was: Indexes, will_be: Indexes) -> Iterator[Finding]:
    touched = {name for name in was.keys() | will_be.keys() if was.get(name) != will_be.get(name)}
    if len(touched) > 1:
        yield Finding(
            where=where,
            what=f"{len(touched)} indexes change at once: {', '.join(sorted(touched))}",
            todo="DynamoDB makes or drops one at a time: release them one after the other",
        )
    for name in touched & was.keys() & will_be.keys():
        yield Finding(
            where=where,
            what=f"the index {name} would be another under its old name",
            todo="give it a new name, and drop the old one in a later release",
        )


def _indexes(change: Change, side: Release) -> Indexes:
    properties = side[change.stack][change.logical_id].get("Properties", {})
    listed = properties.get("GlobalSecondaryIndexes", [])
    return {index["IndexName"]: index for index in listed}
