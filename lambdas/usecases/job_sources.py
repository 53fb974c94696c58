"""What the steps of a job work with, whatever its kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from lambdas.ports import ActivityLog, Market, Orders, Wallets

Q = TypeVar("Q")


class Sources(NamedTuple):
    """Where a job may read. Each function is granted only what its kinds of job really read."""

    market: Market
    activity: ActivityLog
    orders: Orders
    wallets: Wallets


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[Q]):
    """A job as its steps see it. `now` is when it was asked for, however late and often it runs:
    the same job always computes the same.
    """

    account_id: str
    question: Q
    now: datetime
