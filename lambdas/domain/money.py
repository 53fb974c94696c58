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
# Wide enough for price times quantity without rounding on the way: 16 digits each.
EXACT: Final = Context(prec=64)
# What Decimal() alone would let through: NaN, Infinity, 1_000, other scripts' digits, any length.
_NUMBER: Final = re.compile(
    r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?"
)


def decimal_in(
    text: str | int | Decimal, *, field: str, above: int = 0, most: Decimal, places: int = PLACES
) -> Decimal:
    """The number that `text` means: more than `above`, at most `most`, at most `places` decimals.

    Raises InvalidInput, whose code says which of these does not hold.
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
    if isinstance(text, bool):  # a bool is an int in Python, and never a number on the wire
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
    """The amount that `text` means in units of the currency, as minor units."""
    most = Decimal(most_minor).scaleb(-2)
    return int(decimal_in(text, field=field, most=most, places=2).scaleb(2))


def cost_minor(price: Decimal, quantity: Decimal) -> int:
    """Price × quantity, rounded half up to the minor unit: the one place where money is rounded."""
    exact = EXACT.multiply(EXACT.multiply(price, quantity), Decimal(MINOR_PER_MAJOR))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP, EXACT))


def quantity_for(amount_minor: int, price: Decimal) -> Decimal:
    """The most shares, in steps of 6 decimals, that cost no more than `amount_minor`."""
    exact = EXACT.divide(Decimal(amount_minor).scaleb(-2), price)
    return exact.quantize(STEP, ROUND_DOWN, EXACT).normalize(EXACT)


def rounded(value: Decimal) -> Decimal:
    """A foreign price as we keep it: 6 decimals, half up (exchanges send float noise)."""
    return value.quantize(STEP, ROUND_HALF_UP, EXACT).normalize(EXACT)


def plain(value: Decimal) -> str:
    """A decimal as it leaves us: no exponent, no trailing zeros."""
    return f"{value.normalize(EXACT):f}"


def major(amount_minor: int) -> str:
    """Minor units as it leaves us: `12345` → `"123.45"`."""
    return f"{Decimal(amount_minor).scaleb(-2):.2f}"
