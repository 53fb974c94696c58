"""What each function needs of the world: one class for each, built by `lambdas.runtime`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

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


class Api(NamedTuple):
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


class Prices(NamedTuple):
    """What the function behind the queue `prices` needs."""

    market: Market
    dead_letters: DeadLetters
    currency: str


class Exchange(NamedTuple):
    """What the functions behind the queues `requests` and `validations` need."""

    orders: Orders
    activity: ActivityLog
    dead_letters: DeadLetters
    group_id: str


class Relay(NamedTuple):
    """What the function behind the orders' stream needs."""

    outbox: Outbox
    reminders: Reminders
    to_publish: Callable[[Mapping[str, Any]], Change | None]
    group_id: str
    first_ask_after: timedelta


class Sweep(NamedTuple):
    """What the scheduled sweep needs."""

    orders: Orders
    reminders: Reminders
    dead_letters: DeadLetters
    market: Market
    policy: Policy


class RunJobs(NamedTuple):
    """What the function behind the queue `jobs` needs."""

    jobs: Jobs
    workflow: Workflow


class Master(NamedTuple):
    """What the job master needs."""

    jobs: Jobs
    queue: JobQueue
    sources: Sources
    currency: str
