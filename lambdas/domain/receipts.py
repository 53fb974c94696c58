"""Receipts of accepted orders: number, verification code, and the places of the documents.

The number follows from the order, so that no counter is shared: the day of acceptance (UTC) and 60
bits of a hash of the order's id. The code and the token are random and made once.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from lambdas.domain.orders import Order, State

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
_READ_AS: Final = str.maketrans("ILO", "110")
_GROUPS: Final = 3
_GROUP: Final = 4
_BITS_PER_CHARACTER: Final = 5


class Language(StrEnum):
    """Languages of the documents."""

    SPANISH = "es"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The receipt of one order. `ready_at` is None until its documents are stored."""

    number: str
    order_id: str
    account_id: str
    total_minor: int
    currency: str
    code: str
    """Printed on the receipt: whoever has it may ask whether the receipt is genuine."""

    token: str
    """Part of the documents' keys, so that nobody can guess one."""

    ready_at: datetime | None = None

    def key(self, language: Language) -> str:
        """Where the document in this language is stored."""
        return f"{self.account_id}/receipts/{self.number}-{self.token}.{language}.pdf"

    def is_confirmed_by(self, code: str) -> bool:
        """Whether this is the receipt's code, however it was typed; in constant time."""
        return hmac.compare_digest(_typed(self.code).encode(), _typed(code).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFacts:
    """Everything that a receipt says."""

    receipt: Receipt
    order: Order
    company: str
    email: str | None


def receipt_number(order: Order) -> str:
    """`20261124-7KQ4-M2XD-9PTB`: the same for the same order, in any process."""
    assert order.state is State.ACCEPTED, "only an accepted order has a receipt"
    assert order.ended_at is not None, "an accepted order has ended"
    day = order.ended_at.astimezone(UTC).strftime("%Y%m%d")
    digest = hashlib.sha256(f"receipt {order.order_id}".encode()).digest()
    return f"{day}-{_readable(int.from_bytes(digest))}"


def new_receipt(order: Order, code: UUID, token: UUID) -> Receipt:
    """The receipt of an order, with two random ids."""
    return Receipt(
        number=receipt_number(order),
        order_id=order.order_id,
        account_id=order.account_id,
        total_minor=order.cost_minor,
        currency=order.currency,
        code=_readable(int.from_bytes(hashlib.sha256(code.bytes).digest())),
        token=token.hex,
    )


def typed_number(text: str) -> str:
    """A receipt's number as it is stored, however it was typed."""
    characters = _typed(text)
    day, rest = characters[:8], characters[8:]
    return "-".join([day, *(rest[at : at + _GROUP] for at in range(0, len(rest), _GROUP))])


def _typed(text: str) -> str:
    return text.upper().replace("-", "").replace(" ", "").translate(_READ_AS)


def _readable(number: int) -> str:
    """The lowest 60 bits as three groups of four characters."""
    characters = [
        _ALPHABET[(number >> (_BITS_PER_CHARACTER * at)) % len(_ALPHABET)]
        for at in range(_GROUPS * _GROUP)
    ]
    text = "".join(characters)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
