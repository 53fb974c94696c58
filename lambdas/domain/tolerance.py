"""How much is let pass in what others say: how a symbol may be written, how a clock may go."""

import re
from datetime import datetime, timedelta
from typing import Final

# A clock of the exchange that runs ahead must not make every later price look old.
MAX_AHEAD: Final = timedelta(minutes=5)
_SYMBOL: Final = re.compile(r"[A-Z0-9^][A-Z0-9.^=-]{0,15}")


def observed(claimed: datetime | None, received_at: datetime) -> datetime:
    """When a price was true: as the exchange says, unless it says nothing or a time to come."""
    if claimed is None or claimed > received_at + MAX_AHEAD:
        return received_at
    return claimed


def symbol_in(text: str) -> str | None:
    """The company's symbol that `text` means, in upper case; None where it cannot be one."""
    symbol = text.strip().upper()
    return symbol if _SYMBOL.fullmatch(symbol) else None
