"""What is traded on the exchange by every group: requests, and how they ended."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


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
