"""Reads lists of the API, page by page."""

from typing import Any

from tests.e2e.system import Person


def everything(person: Person, path: str) -> list[Any]:
    """All items of a list, page by page."""
    found: list[Any] = []
    cursor = ""
    while True:
        page = person.get(f"{path}{'&' if '?' in path else '?'}limit=100{cursor}")
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"
