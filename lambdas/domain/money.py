"""Amounts in the smallest unit (US cents), prices and quantities as decimals; no float anywhere.

Every number that comes from outside passes through `decimal_in`.
"""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Final

from lambdas.domain.errors import Fault, InvalidInput

PLACES: Final = 6
STEP: Final = Decimal(1).scaleb(-PLACES)
MAX_PRICE: Final = Decimal(1_000_000_000)
MAX_QUANTITY: Final = Decimal(1_000_000_000)
MAX_AMOUNT: Final = Decimal(1_000_000_000)
MINOR_PER_MAJOR: Final = 100
# Wide enough for price × quantity without intermediate rounding: 16 digits each.
EXACT: Final = Context(prec=64)
# Decimal() alone would accept NaN, Infinity, 1_000, digits of other scripts, and any length.
_NUMBER: Final = re.compile(
    r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?"
)


def decimal_in(
    text: str | int | Decimal, *, field: str, above: int = 0, most: Decimal, places: int = PLACES
) -> Decimal:
    """Parses a number that is more than `above`, at most `most`, and has at most `places` decimals.

    Raises InvalidInput with a code for each violated rule: not_a_number, too_small, too_large,
    too_many_decimals.
    """
    value = _number(text, field)
    if value <= above:
        raise _invalid(field, "too_small", f"It must be more than {above}.")
    if value > most:
        raise _invalid(field, "too_large", f"It must be at most {most:f}.")
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_DOWN, EXACT)
    if rounded != value:
        raise _invalid(field, "too_many_decimals", f"At most {places} decimals are allowed.")
    return rounded.normalize(EXACT)


def _number(text: str | int | Decimal, field: str) -> Decimal:
    if isinstance(text, bool):  # a bool is an int in Python, but no number in JSON
        raise _invalid(field, "not_a_number", "It must be a number.")
    if isinstance(text, str) and not _NUMBER.fullmatch(text.strip()):
        raise _invalid(field, "not_a_number", "It must be a number.")
    value = Decimal(text)
    if not value.is_finite():
        raise _invalid(field, "not_a_number", "It must be a finite number.")
    return value


def _invalid(field: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(Fault(field=field, code=code, message=message))


def minor_in(text: str | int | Decimal, *, field: str, most_minor: int) -> int:
    """Parses an amount in units of the currency; returns minor units. Raises InvalidInput."""
    most = Decimal(most_minor).scaleb(-2)
    return int(decimal_in(text, field=field, most=most, places=2).scaleb(2))


def cost_minor(price: Decimal, quantity: Decimal) -> int:
    """Price × quantity, rounded half up to the minor unit: the one place where money is rounded."""
    exact = EXACT.multiply(EXACT.multiply(price, quantity), Decimal(MINOR_PER_MAJOR))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP, EXACT))


def quantity_for(amount_minor: int, price: Decimal) -> Decimal:
    """The largest quantity with 6 decimals that costs at most `amount_minor`."""
    exact = EXACT.divide(Decimal(amount_minor).scaleb(-2), price)
    return exact.quantize(STEP, ROUND_DOWN, EXACT).normalize(EXACT)


def rounded(value: Decimal) -> Decimal:
    """Rounds half up to the 6 decimals that are stored; exchanges send float noise."""
    return value.quantize(STEP, ROUND_HALF_UP, EXACT).normalize(EXACT)


def plain(value: Decimal) -> str:
    """A decimal as text, without exponent and trailing zeros."""
    return f"{value.normalize(EXACT):f}"


def major(amount_minor: int) -> str:
    """Minor units as text in units of the currency: `12345` → `"123.45"`."""
    return f"{Decimal(amount_minor).scaleb(-2):.2f}"
