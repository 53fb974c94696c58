"""Tables as CSV (RFC 4180), safe to open in a spreadsheet.

A cell of text that a spreadsheet would run as a formula gets an apostrophe in front; numbers,
negative ones included, stay numbers. What is not known is an empty cell.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct, to_builtins

_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# The full-width forms are folded to these by some spreadsheets.
_STARTS_A_FORMULA: Final = tuple("=+-@\uff1d\uff0b\uff0d\uff20|%")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")


def csv_text(model: type[Struct], rows: Iterable[Struct]) -> str:
    """A header line with the names of the model's fields, and one line for each row."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(model.__struct_fields__)
    for row in rows:
        cells = to_builtins(row)
        writer.writerow([_cell(cells[name]) for name in model.__struct_fields__])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _CONTROL.sub(" ", str(value))
    if _NUMBER.fullmatch(text) or not text.lstrip().startswith(_STARTS_A_FORMULA):
        return text
    return f"'{text}"
