"""A stand-in for Webpay Plus: payments and their states, without I/O.

It knows what the real one promises and what it has been seen to do, and counts what it really takes
from cards, so that tests can compare that with what accounts were credited.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any, Final, NamedTuple

COMMERCE_CODE: Final = "597055555532"
# Transbank publishes this key for its integration environment.
API_KEY: Final = (
    "579B532A7440BB0C9079DED94D31EA1615BACEB56610332264630D42D0A36B1C"  # pragma: allowlist secret
)

PAGE_LIFETIME: Final = timedelta(minutes=10)
COMMIT_WITHIN: Final = timedelta(minutes=10)
"""After this, an authorised payment that nobody committed is given back."""

_LIMITS: Final = {"buy_order": 26, "session_id": 61, "return_url": 255}


class Choice(StrEnum):
    """What the buyer does at the payment page."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ABANDON = "abandon"
    WAIT = "wait"  # until the page's time is over
    BREAK = "break"  # the error page, which sends everything


class Reply(NamedTuple):
    """A status and a JSON body."""

    status: int
    body: dict[str, Any]


@dataclass(kw_only=True)
class Transaction:
    """One payment."""

    token: str
    buy_order: str
    session_id: str
    amount: int
    return_url: str
    created_at: datetime
    choice: Choice | None = None
    chosen_at: datetime | None = None
    status: str = "INITIALIZED"


@dataclass
class Webpay:
    """All payments of one commerce. `rng` makes the tokens."""

    page_url: str
    rng: Random = field(default_factory=Random)
    transactions: dict[str, Transaction] = field(default_factory=dict)
    tells_uncommitted: bool = False
    """Whether `status` already says AUTHORIZED before the commit."""

    def create(self, request: dict[str, Any], now: datetime) -> Reply:
        """Opens a payment."""
        for name, limit in _LIMITS.items():
            value = request.get(name)
            if not isinstance(value, str) or not 0 < len(value) <= limit:
                return _refusal(f"Invalid value for parameter: {name}")
        amount = str(request.get("amount", ""))
        if not amount.isdecimal() or int(amount) < 1:
            return _refusal("Invalid value for parameter: amount")
        token = f"{self.rng.getrandbits(256):064x}"
        self.transactions[token] = Transaction(
            token=token,
            buy_order=request["buy_order"],
            session_id=request["session_id"],
            amount=int(amount),
            return_url=request["return_url"],
            created_at=now,
        )
        return Reply(200, {"token": token, "url": self.page_url})

    def choose(self, token: str, choice: Choice, now: datetime) -> dict[str, str] | None:
        """What the buyer's browser brings back; None where there is nothing to pay any more.

        Choosing again, as with the browser's back button, changes nothing and brings back the same.
        """
        transaction = self.transactions.get(token)
        if transaction is None:
            return None
        if transaction.choice is None:
            is_late = now - transaction.created_at > PAGE_LIFETIME
            transaction.choice = Choice.WAIT if is_late else choice
            transaction.chosen_at = now
        return _returned(transaction)

    def commit(self, token: str, now: datetime) -> Reply:
        """Takes the money of an approved payment, once."""
        transaction = self.transactions.get(token)
        if transaction is None:
            return _refusal("Token was not found")
        if transaction.status != "INITIALIZED":
            return _refusal("Transaction already locked by another process")
        match transaction.choice:
            case Choice.APPROVE if self._is_committable(transaction, now):
                transaction.status = "AUTHORIZED"
            case Choice.REFUSE:
                transaction.status = "FAILED"
            case _:
                return _refusal("Transaction has an invalid finished state: aborted")
        return Reply(200, _facts(transaction, transaction.status))

    def status(self, token: str, now: datetime) -> Reply:
        """What is true of a payment."""
        transaction = self.transactions.get(token)
        if transaction is None or now - transaction.created_at > timedelta(days=7):
            return _refusal("Token was not found")
        status = transaction.status
        if status == "INITIALIZED" and self.tells_uncommitted:
            if transaction.choice is Choice.APPROVE:
                status = "AUTHORIZED" if self._is_committable(transaction, now) else "REVERSED"
            elif transaction.choice is Choice.REFUSE:
                status = "FAILED"
        return Reply(200, _facts(transaction, status))

    def taken(self) -> dict[str, int]:
        """Pesos that cards were charged for good, by buy order."""
        totals: dict[str, int] = {}
        for each in self.transactions.values():
            if each.status == "AUTHORIZED":
                totals[each.buy_order] = totals.get(each.buy_order, 0) + each.amount
        return totals

    def _is_committable(self, transaction: Transaction, now: datetime) -> bool:
        assert transaction.chosen_at is not None, "an approved payment was approved at some time"
        return now - transaction.chosen_at <= COMMIT_WITHIN


def _returned(transaction: Transaction) -> dict[str, str]:
    names = {
        "TBK_ID_SESION": transaction.session_id,
        "TBK_ORDEN_COMPRA": transaction.buy_order,
    }
    match transaction.choice:
        case Choice.APPROVE | Choice.REFUSE:
            return {"token_ws": transaction.token}
        case Choice.ABANDON:
            return {"TBK_TOKEN": transaction.token} | names
        case Choice.BREAK:
            return {"token_ws": transaction.token, "TBK_TOKEN": transaction.token} | names
        case _:
            return names


def _facts(transaction: Transaction, status: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "amount": transaction.amount,
        "status": status,
        "buy_order": transaction.buy_order,
        "session_id": transaction.session_id,
        "accounting_date": f"{transaction.created_at:%m%d}",
        "transaction_date": transaction.created_at.isoformat(),
        "installments_number": 0,
    }
    if status in ("AUTHORIZED", "REVERSED"):
        facts |= {"vci": "TSY", "response_code": 0, "authorization_code": "1213"}
        facts |= {"payment_type_code": "VN", "card_detail": {"card_number": "6623"}}
    elif status == "FAILED":
        facts |= {"vci": "TSN", "response_code": -1, "payment_type_code": "VN"}
    elif transaction.choice in (Choice.ABANDON, Choice.BREAK):
        facts |= {"vci": "ABO", "response_code": 0}  # seen in the wild: 0, and yet not paid
    return facts


def _refusal(words: str) -> Reply:
    return Reply(422, {"error_message": words})


class Fault(StrEnum):
    """How a call can go wrong."""

    ERROR_BEFORE = "error-before"  # 500, and nothing was done
    ERROR_AFTER = "error-after"  # done, and 500 all the same
    LOST = "lost"  # done, but the answer does not arrive
    SLOW = "slow"  # done, but the answer takes long
    TWICE = "twice"  # done twice: the answer is the second one's
    PAGE = "page"  # done, but a proxy answers with a page of HTML


@dataclass
class Faults:
    """Which calls go wrong: those that were asked for first, then each with a probability."""

    rng: Random
    probability: float = 0.0
    asked: list[Fault] = field(default_factory=list)

    def next(self) -> Fault | None:
        """What goes wrong with the next call."""
        if self.asked:
            return self.asked.pop(0)
        if self.probability and self.rng.random() < self.probability:
            return self.rng.choice(list(Fault))
        return None
