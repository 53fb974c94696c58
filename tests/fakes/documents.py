"""In-memory ports of receipts: the table, the queue, the bucket, the user pool, the typesetter."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from lambdas.domain.errors import StaleDecision
from lambdas.domain.receipts import Language, Receipt, ReceiptFacts
from lambdas.domain.statements import Statement
from tests.fakes.store import MemoryStore


class MemoryReceipts:
    """The port `Receipts`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def get(self, number: str) -> Receipt | None:
        """One receipt."""
        return self.store.receipts.get(number)

    def create(self, receipt: Receipt) -> None:
        """Stores it, or raises StaleDecision."""
        if receipt.number in self.store.receipts:
            raise StaleDecision
        self.store.receipts[receipt.number] = receipt

    def mark_ready(self, receipt: Receipt, at: datetime) -> None:
        """The first time stays."""
        known = self.store.receipts[receipt.number]
        if known.ready_at is None:
            self.store.receipts[receipt.number] = replace(known, ready_at=at)


class MemoryReceiptQueue:
    """The port `ReceiptQueue`; `refuse` holds positions that a batch cannot enqueue."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.refuse: set[int] = set()

    def send(self, order_ids: Sequence[str]) -> Sequence[int]:
        """Positions that were not enqueued."""
        self.sent += [order for at, order in enumerate(order_ids) if at not in self.refuse]
        return sorted(self.refuse & set(range(len(order_ids))))


class MemoryDocuments:
    """The port `Documents`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, key: str, content: bytes) -> None:
        """The first one stays."""
        self.files.setdefault(key, content)

    def link(self, key: str, file_name: str, valid_for: timedelta) -> str:
        """An address that names all of it."""
        seconds = int(valid_for.total_seconds())
        return f"https://documents.example/{key}?as={file_name}&seconds={seconds}"


class MemoryUsers:
    """The port `Users`."""

    def __init__(self) -> None:
        self.emails: dict[str, str] = {}

    def email(self, account_id: str) -> str | None:
        """Of those in `emails`."""
        return self.emails.get(account_id)


class PlainTypesetter:
    """The port `Typesetter`: the facts as text."""

    def receipt(self, facts: ReceiptFacts, language: Language) -> bytes:
        """All of it."""
        return f"{language} {facts}".encode()

    def statement(self, statement: Statement, email: str | None, language: Language) -> bytes:
        """All of it."""
        return f"{language} {email} {statement}".encode()
