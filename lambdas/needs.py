"""What each function needs of the world: one frozen class for each, built by `lambdas.runtime`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # each function loads what it needs itself
    from lambdas.adapters.orders_stream import Change
    from lambdas.domain.trading import Policy
    from lambdas.ports import (
        ActivityLog,
        DeadLetters,
        JobQueue,
        Jobs,
        Market,
        Orders,
        Outbox,
        Reminders,
        Wallets,
        Workflow,
    )
    from lambdas.usecases.job_sources import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """What the HTTP function needs."""

    orders: Orders
    wallets: Wallets
    market: Market
    activity: ActivityLog
    jobs: Jobs
    job_queue: JobQueue
    workflow: Workflow
    policy: Policy
    max_deposit_minor: int
    currency: str
    group_id: str
    stage: str
    link_silent_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the function behind the queue `prices` needs."""

    market: Market
    dead_letters: DeadLetters
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the functions behind the queues `requests` and `validations` need."""

    orders: Orders
    activity: ActivityLog
    dead_letters: DeadLetters
    group_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """What the function behind the orders' stream needs."""

    outbox: Outbox
    reminders: Reminders
    to_publish: Callable[[Mapping[str, Any]], Change | None]
    group_id: str
    first_ask_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What the scheduled sweep needs."""

    orders: Orders
    reminders: Reminders
    dead_letters: DeadLetters
    market: Market
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJobs:
    """What the function behind the queue `jobs` needs."""

    jobs: Jobs
    workflow: Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """What the job master needs."""

    jobs: Jobs
    queue: JobQueue
    sources: Sources
    currency: str
