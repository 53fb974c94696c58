"""The money-weighted return: the constant rate at which every deposit would have grown to what the
account is worth now (internal rate of return).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

import pyxirr

from lambdas.domain.performance import Flow, Span

_UNITS: Final = 3_650
"""The span is divided into so many units, which stand as days: hours count as well as years do."""

_EPOCH: Final = date(2000, 1, 1)
_RATES: Final = tuple(1.02**power - 1 for power in range(-700, 701))
"""Yearly rates, from almost −100 % up, at which the present value is looked at for roots."""


class NoRate(StrEnum):
    """Why there is no rate."""

    NO_FLOWS = "no_flows"
    NO_UNIQUE_RATE = "no_unique_rate"
    TOO_SHORT = "too_short"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyWeighted:
    """The return of the whole span as a part of 1, or why there is none."""

    period: Decimal | None
    reason: NoRate | None = None


def money_weighted(
    span: Span, *, opening_minor: int, flows: Sequence[Flow], worth_minor: int
) -> MoneyWeighted:
    """The return on what the account was worth at the start and on every flow since."""
    paid = {0: -opening_minor}
    for flow in flows:
        unit = _unit(flow.at - span.start, span)
        paid[unit] = paid.get(unit, 0) - flow.amount_minor
    if not any(paid.values()):
        return MoneyWeighted(period=None, reason=NoRate.NO_FLOWS)
    if worth_minor == 0 and all(amount <= 0 for amount in paid.values()):
        return MoneyWeighted(period=Decimal(-1))
    if min(unit for unit, amount in paid.items() if amount) >= _UNITS:
        return MoneyWeighted(period=None, reason=NoRate.TOO_SHORT)
    paid[_UNITS] = paid.get(_UNITS, 0) + worth_minor
    units = sorted(unit for unit, amount in paid.items() if amount)
    dates = [_EPOCH + timedelta(days=unit) for unit in units]
    amounts = [float(paid[unit]) for unit in units]
    rate = _rate(dates, amounts)
    if rate is None:
        return MoneyWeighted(period=None, reason=NoRate.NO_UNIQUE_RATE)
    period = (1 + rate) ** (_UNITS / 365) - 1
    return MoneyWeighted(period=Decimal(period))


def _unit(since: timedelta, span: Span) -> int:
    length = span.now - span.start
    return round(_UNITS * (since / length)) if length else _UNITS


def _rate(dates: Sequence[date], amounts: Sequence[float]) -> float | None:
    """The only rate at which the present value is zero; None if there is none, or several."""
    if not pyxirr.is_conventional_cash_flow(amounts) and _roots(dates, amounts) != 1:
        return None
    return pyxirr.xirr(dates, amounts, silent=True)


def _roots(dates: Sequence[date], amounts: Sequence[float]) -> int:
    """How often the present value changes its sign over all rates."""
    values = pyxirr.xnpv(_RATES, list(zip(dates, amounts, strict=True)))
    signs = [value > 0 for value in values if value is not None]
    return sum(one != other for one, other in pairwise(signs))
