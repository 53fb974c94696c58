"""Purchase requests of all groups on the exchange, and how they ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

DEMAND_WINDOW: Final = timedelta(days=7)
"""How far back purchases count as demand, and how far the feed of all companies reaches."""


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
