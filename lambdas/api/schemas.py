"""What the schemas of the HTTP API share; each noun's own schemas stand beside its routes.

The docstrings of the classes are descriptions in the OpenAPI file. Amounts, prices and quantities
leave as decimal strings with the currency beside them; what is not known is null, never 0. Times
are ISO-8601 in UTC.
"""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Final, Generic, Self, TypeVar

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from lambdas.domain import errors, money
from lambdas.domain.times import format_utc

T = TypeVar("T")

_CENT: Final = Decimal("0.01")

Amount = Annotated[
    str,
    Meta(description="Money, two decimals; may be negative.", pattern=r"^-?[0-9]+\.[0-9]{2}$"),
]
Decimals = Annotated[
    str, Meta(description="A decimal number, up to 6 places.", pattern=r"^-?[0-9]+(\.[0-9]{1,6})?$")
]
Version = Annotated[
    int, Meta(ge=0, description="Number of an account's posting; 0 before the first one.")
]
Time = Annotated[str, Meta(description="ISO-8601, UTC.", extra_json_schema={"format": "date-time"})]

Date = Annotated[
    str, Meta(description="A date, for example 2023-10-29.", extra_json_schema={"format": "date"})
]


def optional_time(at: datetime | None) -> str | None:
    """A time as text; None stays None."""
    return None if at is None else format_utc(at)


def optional_decimal(value: Decimal | None) -> str | None:
    """A decimal as text; None stays None."""
    return None if value is None else money.plain(value)


def optional_amount(amount_minor: int | None) -> str | None:
    """An amount as text; None stays None."""
    return None if amount_minor is None else money.major(amount_minor)


def percent(part: Decimal | None, whole: Decimal | None) -> str | None:
    """In percent with two decimals, half up; None where it is unknown or `whole` is zero."""
    if part is None or not whole:
        return None
    exact = money.EXACT.divide(part * 100, whole)
    return f"{exact.quantize(_CENT, ROUND_HALF_UP, money.EXACT):f}"


class Items(Struct, Generic[T], frozen=True, kw_only=True):
    """A page of a list, newest first. `next_cursor` is the `cursor` of the next page, null on the
    last one.
    """

    items: list[T]
    next_cursor: str | None


class Fault(Struct, frozen=True, kw_only=True):
    """One invalid field, query parameter or header."""

    field: str
    code: str
    message: str

    @classmethod
    def from_fault(cls, fault: errors.Fault) -> Self:
        """An invalid field."""
        return cls(field=fault.field, code=fault.code, message=fault.message)


class Error(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was not carried out. Switch on `code`; `message` is for a person.

    `faults` names every invalid field; `field` is present if there is exactly one.
    """

    code: str
    message: str
    request_id: str
    field: str | UnsetType = UNSET
    faults: list[Fault] | UnsetType = UNSET


# Fields of requests stay undecoded (`Raw`), so that every invalid one can be named. What a field's
# type therefore cannot say stands in RULES, which the generator adds to the schema.
_NUMBER: Final = {
    "anyOf": [
        {
            "type": "string",
            "pattern": r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$",
        },
        {"type": "number"},
    ]
}
NumberIn = Annotated[
    Raw,
    Meta(description="A decimal, as string or number, read exactly.", extra_json_schema=_NUMBER),
]
SymbolIn = Annotated[
    Raw,
    Meta(
        extra_json_schema={
            "type": "string",
            "pattern": r"^\s*[A-Za-z0-9^][A-Za-z0-9.^=-]{0,15}\s*$",
        }
    ),
]
