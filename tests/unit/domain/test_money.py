"""Numbers in, money out: exact, rounded once, and never a float."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain import money
from lambdas.domain.errors import InvalidInput

prices = st.decimals(Decimal("0.000001"), Decimal(1_000_000), places=6)
quantities = st.decimals(Decimal("0.000001"), Decimal(1_000_000), places=6)


def code_of(text: object) -> str:
    with pytest.raises(InvalidInput) as error:
        money.decimal_in(text, field="quantity", most=money.MAX_QUANTITY)  # type: ignore[arg-type]
    assert error.value.faults[0].field == "quantity"
    return error.value.faults[0].code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.5", "2.5"),
        (" 2.50 ", "2.5"),
        ("1e2", "100"),
        (".5", "0.5"),
        (7, "7"),
        ("0.000001", "0.000001"),
    ],
)
def test_numbers_are_read_exactly(text: str | int, value: str) -> None:
    assert money.decimal_in(text, field="x", most=money.MAX_QUANTITY) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "Infinity",
        "-inf",
        "",
        "1_000",
        "１２",
        "0x10",
        "1,5",
        "true",
        True,
        "9" * 65,
        "1e99999",
        Decimal("NaN"),
        Decimal("Infinity"),
    ],
)
def test_what_is_no_number_is_refused(text: object) -> None:
    assert code_of(text) == "not_a_number"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "too_small"),
        ("-1", "too_small"),
        ("-0", "too_small"),
        ("1e400", "too_large"),
        (Decimal("1E+4000"), "too_large"),
        ("1000000001", "too_large"),
        ("0.0000001", "too_many_decimals"),
        ("1.2345678", "too_many_decimals"),
        ("1e-400", "too_many_decimals"),
    ],
)
def test_numbers_out_of_bounds_are_refused_by_name(text: object, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("price", "quantity", "cost_minor"),
    [
        ("190.25", "2", 38050),
        ("0.33", "0.5", 17),
        ("0.01", "0.5", 1),
        ("0.01", "0.499999", 0),
        ("142.71", "0.333333", 4757),
        ("1000000000", "1000000000", 10**20),
    ],
)
def test_the_cost_is_rounded_half_up_to_the_cent(
    price: str, quantity: str, cost_minor: int
) -> None:
    assert money.cost_minor(Decimal(price), Decimal(quantity)) == cost_minor


@given(price=prices, quantity=quantities)
def test_rounding_is_off_by_half_a_cent_at_most(price: Decimal, quantity: Decimal) -> None:
    exact = price * quantity * 100
    assert abs(money.cost_minor(price, quantity) - exact) <= Decimal("0.5")


@given(amount_minor=st.integers(1, 10**9), price=prices)
def test_what_an_amount_buys_costs_no_more_than_it(amount_minor: int, price: Decimal) -> None:
    quantity = money.quantity_for(amount_minor, price)
    assert money.cost_minor(price, quantity) <= amount_minor
    assert (quantity + money.STEP) * price * 100 > amount_minor


@given(st.integers(-(10**15), 10**15))
def test_amounts_leave_as_they_came(amount_minor: int) -> None:
    text = money.major(amount_minor)
    assert len(text.split(".")[1]) == 2
    if amount_minor > 0:
        assert money.minor_in(text, field="amount", most_minor=10**15) == amount_minor


def test_decimals_leave_without_exponent_and_zeros() -> None:
    assert [money.plain(Decimal(text)) for text in ("1E+2", "2.500", "0.000001")] == [
        "100",
        "2.5",
        "0.000001",
    ]
