"""What stays when its stack goes must not stand in the way when the stack comes back."""

from collections.abc import Iterator

from cdk.verify.changes import schema_of
from cdk.verify.checked import Checked, Finding
from cdk.verify.subject import Json, Subject


def check_leftovers(subject: Subject) -> Checked:
    """Every resource that outlives its stack."""
    kept = [
        (f"{stack}/{logical_id}", resource)
        for stack, logical_id, resource in subject.resources()
        if resource.get("DeletionPolicy") == "Retain"
    ]
    return Checked(
        name="leftovers",
        looked_at=f"{len(kept)} resources that outlive their stack",
        findings=tuple(fault for where, resource in kept for fault in _judge(where, resource)),
    )


def _judge(where: str, resource: Json) -> Iterator[Finding]:
    for pointer in schema_of(resource["Type"]).get("primaryIdentifier", []):
        name = pointer.removeprefix("/properties/")
        value = resource.get("Properties", {}).get(name)
        if isinstance(value, str):
            yield Finding(
                where=where,
                what=f"outlives its stack under the fixed {name} {value}",
                todo="let AWS name it, or put the stack's id into its name: a second deployment "
                "would find the name taken",
            )
