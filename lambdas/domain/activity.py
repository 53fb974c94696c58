"""What is traded on the exchange by every group: requests, and how they ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

DEMAND_WINDOW: Final = timedelta(days=7)
"""How far back purchases count as demand, and how far the feed over all companies reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRequest:
    """A purchase request of some group, as read from the request topic."""

    request_id: str
    group_id: str
    symbol: str
    quantity: Decimal
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The exchange's answer to a request of some group."""

    request_id: str
    group_id: str
    valid: bool
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A request with its answer. `group_id` is None for our own group, whose number is a setting.

    Of our own group only what was bought is told.
    """

    request_id: str
    group_id: str | None
    symbol: str
    quantity: Decimal
    valid: bool
    requested_at: datetime
    validated_at: datetime
