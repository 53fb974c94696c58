"""What the clients of a run were told over HTTP, by the clock of this machine, for the checker."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tests.e2e.system import Answer, Person
from tests.histories.http import deposit_of, place_of, response_of
from tests.histories.judge import Histories, OrderRecord, Truth, facts_of
from tests.histories.operations import (
    ReadOrder,
    ReadPositions,
    ReadPostings,
    ReadWallet,
    Request,
)

if TYPE_CHECKING:
    from tests.chaos.aftermath import Owned

PAGE: Final = 5


@dataclass
class Witness:
    """Sends requests for people and remembers what they were told."""

    histories: Histories = field(default_factory=Histories)
    _accounts: dict[str, str] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def account_of(self, person: Person) -> str:
        """The account's id, as the API tells it."""
        if person.email not in self._accounts:
            self._accounts[person.email] = person.get("/me")["account_id"]
        return self._accounts[person.email]

    def post(self, person: Person, path: str, body: dict[str, Any], key: UUID) -> Answer | None:
        """A deposit or an order. None without an answer: nobody knows what became of it."""
        account_id = self.account_of(person)
        request: Request
        if path == "/orders":
            request = place_of(account_id, key, body, None)
        else:
            request = deposit_of(account_id, key, body)
        return self._send(person, "POST", path, request, body, key)

    def look(self, person: Person, place: int, order_id: str | None) -> Answer | None:
        """One look: at the wallet, an order, the newest postings, or the shares."""
        looks: list[tuple[str, Request]] = [
            ("/wallet", ReadWallet()),
            (f"/wallet/postings?limit={PAGE}", ReadPostings(PAGE)),
            ("/portfolio", ReadPositions()),
        ]
        if order_id is not None:
            looks.append((f"/orders/{order_id}", ReadOrder(order_id)))
        path, request = looks[place % len(looks)]
        return self._send(person, "GET", path, request)

    def _send(
        self,
        person: Person,
        method: str,
        path: str,
        request: Request,
        body: dict[str, Any] | None = None,
        key: UUID | None = None,
    ) -> Answer | None:
        account_id = self.account_of(person)
        with self._lock:
            client = person.email.split("@", 1)[0]
            number = self.histories.call(account_id, client, request, time.monotonic())
        answer = None
        with suppress(OSError, HTTPException):
            answer = person.call(method, path, body, key=key)
        with self._lock:
            told = None if answer is None else _told(request, answer)
            self.histories.ret(account_id, number, told, time.monotonic())
        return answer

    def violations(self, people: Iterable[Person], owned: "Iterable[Owned]") -> Iterator[str]:
        """Judges every account by its ledger and orders at the end."""
        truths = {
            self.account_of(person): _truth(account)
            for person, account in zip(people, owned, strict=True)
        }
        yield from (f"law 8: {text}" for text in self.histories.violations(truths))


def _told(request: Request, answer: Answer) -> Any:
    try:
        body = answer.body
    except ValueError:  # an error page of something between
        return None
    is_ours = answer.status < 400 or (isinstance(body, dict) and "code" in body)
    return response_of(request, answer.status, body) if is_ours else None


def _truth(owned: "Owned") -> Truth:
    return Truth(
        postings=[posting["posting_id"] for posting in reversed(owned.postings)],
        orders=[
            OrderRecord(
                order_id=order["order_id"],
                state=order["state"],
                facts=facts_of(order["symbol"], order["quantity"], order["price"]),
            )
            for order in owned.orders
        ],
    )
