"""A function that does nothing: what it takes to start, the interpreter takes."""

from typing import Any


def handler(event: Any, context: Any) -> dict[str, int]:  # noqa: ARG001 - as Lambda calls it
    """Entry point."""
    return {"statusCode": 200}
