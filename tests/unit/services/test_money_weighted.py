"""The money-weighted return. Oracles are from the test suite of Portfolio Performance (IRRTest)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.performance import Flow, Span, annualised
from lambdas.services.money_weighted import MoneyWeighted, NoRate, money_weighted

START = datetime(2010, 1, 1, tzinfo=UTC)


def rate(
    days: float, deposits: list[tuple[float, float]], worth: float, opening: float = 0
) -> MoneyWeighted:
    """Deposits by day; amounts in minor units."""
    span = Span(start=START, now=START + timedelta(days=days), is_whole=True)
    flows = [
        Flow(at=START + timedelta(days=day), amount_minor=round(amount * 100))
        for day, amount in deposits
    ]
    return money_weighted(
        span,
        opening_minor=round(opening * 100),
        flows=flows,
        worth_minor=round(worth * 100),
    )


def yearly(found: MoneyWeighted, days: int) -> float:
    assert found.period is not None
    return float((1 + found.period) ** (Decimal(365) / days) - 1)


def test_200_that_became_210_in_364_days() -> None:
    found = rate(364, [(0, 200)], 210)
    assert float(found.period or 0) == pytest.approx(0.05)
    assert yearly(found, 364) == pytest.approx(0.050140747, abs=1e-8)
    assert annualised(found.period or Decimal(0), timedelta(days=364)) is None


def test_ten_years_with_payments_out() -> None:
    begin = datetime(2002, 11, 30, tzinfo=UTC)
    paid = [
        ("2007-06-11", 200),
        ("2008-05-11", 270),
        ("2009-05-01", 280),
        ("2010-06-01", 280),
        ("2011-05-02", 300),
        ("2012-04-30", 330),
    ]
    out = [
        ((datetime.fromisoformat(day).replace(tzinfo=UTC) - begin).days, -amount)
        for day, amount in paid
    ]
    days = (datetime(2012, 12, 6, tzinfo=UTC) - begin).days
    found = rate(days, [(0, 4398), *out], 14508)
    assert yearly(found, days) == pytest.approx(0.1444629967, abs=1e-4)


def test_a_nearly_total_loss() -> None:
    begin = datetime(2019, 5, 24, tzinfo=UTC)
    second = (datetime(2020, 1, 13, tzinfo=UTC) - begin).days
    days = (datetime(2020, 6, 29, tzinfo=UTC) - begin).days
    found = rate(days, [(0, 1560.94), (second, 1160)], 42.80)
    assert yearly(found, days) == pytest.approx(-0.999251643, abs=1e-4)


def test_a_total_loss_is_minus_one() -> None:
    assert rate(30, [(0, 100), (4, 5)], 0).period == -1


def test_an_hour_counts_like_a_year() -> None:
    assert float(rate(1 / 24, [(0, 100)], 101).period or 0) == pytest.approx(0.01)


def test_where_several_rates_fit_none_is_given() -> None:
    """−100, +230, −132: 10 % and 20 % fit both."""
    found = rate(730, [(0, 100), (365, -230)], -132)
    assert found == MoneyWeighted(period=None, reason=NoRate.NO_UNIQUE_RATE)


def test_where_no_rate_fits_none_is_given() -> None:
    assert rate(730, [(0, 100), (365, -150)], -100).reason is NoRate.NO_UNIQUE_RATE


def test_a_change_of_signs_with_one_rate_has_that_rate() -> None:
    found = rate(730, [(0, 100), (365, -50), (500, 40)], 120)
    assert found.period is not None
    assert found.reason is None


def test_an_account_without_money_has_no_rate() -> None:
    assert rate(30, [], 0).reason is NoRate.NO_FLOWS
    assert rate(30, [(30, 100)], 100).reason is NoRate.TOO_SHORT
    assert rate(0, [(0, 100)], 100).reason is NoRate.TOO_SHORT


@given(
    st.floats(-0.6, 2),
    st.lists(st.tuples(st.integers(0, 300), st.integers(1, 10_000)), min_size=1, max_size=8),
)
def test_deposits_that_grow_at_one_rate_have_that_rate(
    growth: float, deposits: list[tuple[int, int]]
) -> None:
    days = 400
    worth = sum(amount * (1 + growth) ** ((days - day) / days) for day, amount in deposits)
    found = rate(days, [(day, float(amount)) for day, amount in deposits], worth)
    assert found.period is not None
    assert float(found.period) == pytest.approx(growth, abs=2e-2 if worth < 10 else 5e-3)


@given(st.integers(1, 400))
def test_a_deposit_at_the_end_changes_the_rate_only_by_rounding(days: int) -> None:
    before = rate(days, [(0, 100)], 120)
    after = rate(days, [(0, 100), (days, 50)], 170)
    assert after.period == before.period
