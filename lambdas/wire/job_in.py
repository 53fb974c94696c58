"""What POST /jobs asks for. Each kind of job has its own reader; all faults are told at once."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from lambdas.domain import money
from lambdas.domain.projections import MOST_DAYS
from lambdas.wire.http_in import (
    Faults,
    body_of,
    decimal_of,
    given,
    invalid,
    key_of,
    string_of,
    symbol_of,
)
from lambdas.wire.http_jobs import NewJob

Question = dict[str, Any]
Reader = Callable[[NewJob, Faults], Question]


def job_in(body: bytes, key: str | None) -> tuple[str, str, UUID | None]:
    """The kind of job, its question as one canonical JSON text, and the key."""
    asked = body_of(body, NewJob)
    faults = Faults()
    key_uuid = faults.read(lambda: key_of(key))
    kind = faults.read(lambda: _kind(asked)) or ""
    question = READERS[kind](asked, faults) if kind else {}
    faults.check()
    return kind, json.dumps(question, sort_keys=True, separators=(",", ":")), key_uuid


def _kind(asked: NewJob) -> str:
    kind = string_of(given(asked.kind, "kind"), "kind")
    if kind not in READERS:
        raise invalid("kind", "not_a_kind", f"It must be one of: {', '.join(READERS)}.")
    return kind


def _projection(asked: NewJob, faults: Faults) -> Question:
    quantity = faults.read(lambda: _quantity(asked))
    return {
        "symbol": faults.read(lambda: symbol_of(asked.symbol)),
        "days": faults.read(lambda: _days(asked)),
        "quantity": None if quantity is None else money.plain(quantity),
    }


def _portfolio_history(asked: NewJob, faults: Faults) -> Question:
    return {"days": faults.read(lambda: _days(asked))}


READERS: Final[dict[str, Reader]] = {
    "projection": _projection,
    "portfolio_history": _portfolio_history,
}
"""By the kind's name. What a kind does not ask for is ignored, like every unknown key."""


def _days(asked: NewJob) -> int:
    days = decimal_of(given(asked.days, "days"), "days", Decimal(MOST_DAYS), places=0)
    assert days is not None  # it is given
    return int(days)


def _quantity(asked: NewJob) -> Decimal:
    quantity = decimal_of(given(asked.quantity, "quantity"), "quantity", money.MAX_QUANTITY)
    assert quantity is not None  # it is given
    return quantity
