"""Purchase requests of all groups on the exchange, and how they ended."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

_WHOLE_NUMBER: Final = re.compile(r"\+?0*([0-9]{1,40})(\.0*)?", re.ASCII)

DEMAND_WINDOW: Final = timedelta(days=7)
"""How far back purchases count as demand, and how far the feed of all companies reaches."""


def normalise_group_id(text: str) -> str:
    """One id for one group: `3`, `03`, `3.0` and ` 3 ` are `3`. Other text is only stripped."""
    text = text.strip()
    match = _WHOLE_NUMBER.fullmatch(text)
    return match[1] if match else text


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRequest:
    """A purchase request of some group."""

    request_id: str
    group_id: str
    symbol: str
    quantity: Decimal
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """The exchange's answer to a request of some group."""

    request_id: str
    group_id: str
    valid: bool
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A request with its answer. Of our own group only accepted orders are recorded."""

    request_id: str
    group_id: str
    symbol: str
    quantity: Decimal
    valid: bool
    requested_at: datetime
    validated_at: datetime
