"""The bodies of the same routes as pydantic models."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, model_validator

Plain = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str)]
Shares = Annotated[Decimal, Field(gt=0, le=1_000_000_000, decimal_places=6)]


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
        previous = item.get("previous_price")
        change = item["price"] - previous if previous else None
        percent = round(change * 100 / previous, 2) if previous else None
        trend = [Decimal(part.split(":")[1]) for part in item["closes"].split()]
        return cls(**item, change=change, change_percent=percent, trend=trend)


class Board(BaseModel):
    """All companies."""

    items: list[Stock]


class NewOrder(BaseModel):
    """What a client asks for: shares, or money to spend."""

    symbol: str = Field(pattern=r"^[A-Za-z0-9.^=-]{1,16}$")
    quantity: Shares | None = None
    amount: Shares | None = None
    max_price: Shares | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "NewOrder":
        if (self.quantity is None) == (self.amount is None):
            raise ValueError("give either quantity or amount")
        return self


class Order(BaseModel):
    """A purchase request as the API shows it."""

    order_id: UUID
    symbol: str
    quantity: Plain
    price: Plain
    cost: Plain
    currency: str
    state: str
    created_at: datetime

    @classmethod
    def of(cls, item: dict[str, Any]) -> "Order":
        """From an item of the table."""
        return cls(**item, cost=Decimal(item["cost_minor"]) / 100)


class Validation(BaseModel):
    """The exchange's answer."""

    request_id: str
    group_id: str | int
    valid: bool


class Envelope(BaseModel):
    """The bridge's envelope around it."""

    payload: str
    received_at: datetime
