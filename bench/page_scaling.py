"""The table in docs/scaling.md: between its two marks, and nothing else of that page."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.tables import table

PAGE: Final = Path("docs/scaling.md")
MARKS: Final = re.compile(r"(<!-- limits: [^\n]*-->\n).*?(<!-- end -->)", re.DOTALL)


def _told(users: int) -> str:
    return f"{users / 1e6:,.0f} M" if users >= 1e7 else f"{users / 1e6:.1f} M"


def write(limits: Sequence[Mapping[str, Any]]) -> None:
    """Nearest first."""
    rows = [
        [
            limit["what"],
            f"{limit['per_s']:,.0f}",
            _told(limit["users"]),
            limit["then"],
        ]
        for limit in limits
    ]
    text = table(["what", "a second", "reached by users", "then"], rows)
    page, times = MARKS.subn(lambda marks: f"{marks[1]}{text}\n{marks[2]}", PAGE.read_text())
    assert times == 1, f"{PAGE} has lost its marks"
    PAGE.write_text(page)
