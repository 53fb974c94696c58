"""DynamoDB numbers that are money, prices or quantities: they refuse floats.

pynamodb's own NumberAttribute writes a float without a word, and refuses Decimal.
"""

from decimal import Decimal

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER


class IntegerAttribute(Attribute[int]):
    """A whole number; DynamoDB keeps 38 digits, and refuses more."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """Raises TypeError for anything but an int."""
        if type(value) is not int:
            raise TypeError("minor units, counts and sums are integers")
        return str(value)

    def deserialize(self, value: str) -> int:
        """Raises ValueError where something else was stored."""
        return int(value)


class MinorAttribute(IntegerAttribute):
    """Minor units of a currency."""


class DecimalAttribute(Attribute[Decimal]):
    """A finite decimal; DynamoDB keeps 38 digits."""

    attr_type = NUMBER

    def serialize(self, value: Decimal) -> str:
        """Raises TypeError for anything but a finite Decimal."""
        if type(value) is not Decimal or not value.is_finite():
            raise TypeError("prices and quantities are finite decimals")
        return f"{value:f}"

    def deserialize(self, value: str) -> Decimal:
        """DynamoDB answers in plain or in scientific notation: Decimal reads both."""
        return Decimal(value)
