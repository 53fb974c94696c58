"""The bodies of the same routes as pydantic models."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, model_validator

Plain = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]


class Stock(BaseModel):
    """A company of the board."""

    symbol: str
    name: str
    price: Plain
    currency: str
    change: Plain | None
    change_percent: Plain | None
    previous_price: Plain | None
    observed_at: datetime
    source: str | None
    trend: list[Plain]

    @classmethod
    def of(cls, item: dict[str, Any]) -> "Stock":
        """From an item of the table."""
        price, previous = item["price"], item.get("previous_price")
        change = None if previous is None else price - previous
        percent = None if not previous else round(change * 100 / previous, 2)
        closes = item.get("closes") or ""
        return cls(
            symbol=item["symbol"],
            name=item["name"],
            price=price,
            currency=item["currency"],
            change=change,
            change_percent=percent,
            previous_price=previous,
            observed_at=item["observed_at"],
            source=item.get("source"),
            trend=[Decimal(part.split(":")[1]) for part in closes.split()],
        )


class Board(BaseModel):
    """All companies."""

    items: list[Stock]
    next_cursor: str | None = None


class NewOrder(BaseModel):
    """What a client asks for: shares, or money to spend."""

    model_config = ConfigDict(str_strip_whitespace=True)

    symbol: str = Field(pattern=r"^[A-Za-z0-9.^=-]{1,16}$")
    quantity: Decimal | None = Field(default=None, gt=0, le=1_000_000_000, decimal_places=6)
    amount: Decimal | None = Field(default=None, gt=0, le=1_000_000_000, decimal_places=2)
    max_price: Decimal | None = Field(default=None, gt=0, le=1_000_000_000, decimal_places=6)

    @model_validator(mode="after")
    def _one_of_two(self) -> "NewOrder":
        if (self.quantity is None) == (self.amount is None):
            raise ValueError("give either quantity or amount")
        return self


class Order(BaseModel):
    """A purchase request as the API tells it."""

    order_id: UUID
    symbol: str
    quantity: Plain
    price: Plain
    cost: Plain
    currency: str
    state: str
    created_at: datetime
    sent_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None

    @classmethod
    def of(cls, item: dict[str, Any]) -> "Order":
        """From an item of the table."""
        cost = item["cost_minor"] / 100
        return cls(**{name: item[name] for name in cls.model_fields if name in item}, cost=cost)


class Verdict(BaseModel):
    """The exchange's answer."""

    request_id: str
    group_id: str | int
    seller: int = 0
    valid: bool


class Envelope(BaseModel):
    """What the bridge puts around it."""

    v: int
    topic: str
    payload: str
    received_at: datetime
