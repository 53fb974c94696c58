"""What must be true when the faults have stopped and time has passed: every order has ended as the
exchange answered, every confirmed wish was carried out, and no message is left.
"""

import json
from base64 import b64decode
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from lambdas.domain.orders import Policy
from lambdas.names import Table
from lambdas.services.orders import Sweep
from tests.simulation.exchange import OUR_GROUP, SimExchange
from tests.simulation.expressions import Item
from tests.simulation.laws import OPEN, LawBroken, Laws
from tests.simulation.people import ACCOUNTS, People
from tests.simulation.sqs import Message
from tests.simulation.tables import Tables


class Ends:
    """Checks a world at rest."""

    def __init__(
        self, laws: Laws, tables: Tables, exchange: SimExchange, people: People, *, is_whole: bool
    ) -> None:
        self._laws = laws
        self._tables = tables
        self._exchange = exchange
        self._people = people
        self._is_whole = is_whole

    def check(self) -> None:
        """Raise LawBroken."""
        self._laws.check()
        for order_id, order in self._laws.orders.items():
            self._check_outcome(order_id, order)
        self._check_wishes()
        self._check_board()
        self._check_activity()

    def _check_outcome(self, order_id: str, order: Item) -> None:
        state, said = order["state"]["S"], self._exchange.said[order_id]
        if state in OPEN:
            if self._is_whole or said or order_id not in self._exchange.requests:
                raise LawBroken("end", f"{order_id} is still {state}")
            return  # on the fast path nothing is published again
        truth = self._exchange.verdicts.get(order_id)
        if state != "VOIDED" and len(said) == 1 and (state == "ACCEPTED") is not truth:
            raise LawBroken("law 6", f"{order_id} is {state}, the exchange holds {truth}")
        contradicted = len(said) == 2 or (state == "VOIDED" and True in said)
        if contradicted and not self._is_whole and "conflict_event" not in order:
            raise LawBroken("end", f"{order_id}: a conflict that was not recorded")

    def _check_wishes(self) -> None:
        lost = self._laws.deposits("granted") - self._laws.deposits("booked")
        if lost:
            raise LawBroken("end", f"a deposit was confirmed and is not there: {list(lost)}")
        placed = Counter(
            (order["account_id"]["S"], order["symbol"]["S"], Decimal(order["quantity"]["N"]))
            for order in self._laws.orders.values()
        )
        wished: Counter[tuple[str, str, Decimal]] = Counter()
        for wish in self._people.wishes:
            if not wish.answers:
                raise LawBroken("end", f"{wish.who} never got an answer to {wish.body}")
            if wish.path == "/orders":
                wished[_wanted(wish.who, wish.body, wish.granted)] += 1
                self._check_granted(wish.granted, ACCOUNTS[wish.who])
        if placed - wished:
            raise LawBroken("end", f"an order that nobody asked for, or twice: {placed - wished}")

    def _check_granted(self, granted: dict[str, Any] | None, account_id: str) -> None:
        if granted is None:
            return
        order = self._laws.orders.get(granted["order_id"])
        if order is None or order["account_id"]["S"] != account_id:
            raise LawBroken("end", f"{granted['order_id']} was confirmed and is not there")

    def _check_board(self) -> None:
        newest: dict[str, str] = {}
        for symbol, at in sorted(self._tables.of(Table.PRICES)):
            newest[symbol] = at
        quotes = self._tables.of(Table.QUOTES)
        shown = {symbol: quote["observed_at"]["S"] for (_, symbol), quote in quotes.items()}
        if shown != newest:
            raise LawBroken("end", f"the board is not the newest price: {shown} ≠ {newest}")

    def _check_activity(self) -> None:
        """Every accepted order is in the record of all groups' purchases, and no other of ours."""
        activity = self._tables.of(Table.ACTIVITY)
        recorded = {
            request_id
            for (request_id,), item in activity.items()
            if item["group_id"]["S"] == OUR_GROUP and item["valid"]["BOOL"]
        }
        accepted = {
            order_id
            for order_id, order in self._laws.orders.items()
            if order["state"]["S"] == "ACCEPTED"
        }
        if recorded != accepted:
            raise LawBroken("end", f"accepted or recorded, not both: {accepted ^ recorded}")


def check_dead_letters(
    letters: Iterable[Message], rubbish: set[bytes], *, is_all_expected: bool
) -> None:
    """Only rubbish lies there, each with its reason; and all of it, unless a broker lost some."""
    aside: set[bytes] = set()
    for letter in letters:
        payload = payload_of(letter.body)
        aside.add(payload)
        if letter.reason is None or payload not in rubbish:
            raise LawBroken("end", f"a dead letter that does not belong: {letter.body}")
    if is_all_expected and rubbish - aside:
        raise LawBroken("end", f"rubbish that nobody can find: {rubbish - aside}")


def check_measured(swept: Sweep, laws: Laws, policy: Policy, now: datetime) -> None:
    """Once the index is up to date, the sweep counts every open order, and no other."""
    ages = [
        now - datetime.fromisoformat(order["created_at"]["S"])
        for order in laws.orders.values()
        if order["state"]["S"] in OPEN
    ]
    expected = (
        sum(age >= policy.first_retry_after for age in ages),
        sum(age >= policy.overdue_after for age in ages),
    )
    if (swept.unanswered, swept.overdue) != expected:
        text = f"{swept.unanswered} unanswered, {swept.overdue} overdue, not {expected}"
        raise LawBroken("end", f"the sweep counts {text}")


def check_receipts(messages: Iterable[Message], laws: Laws, *, is_complete: bool) -> None:
    """A receipt is requested for every accepted order, and for no other. Nobody makes them here."""
    requested = {json.loads(message.body)["order_id"] for message in messages}
    accepted = {
        order_id for order_id, order in laws.orders.items() if order["state"]["S"] == "ACCEPTED"
    }
    if requested - accepted:
        raise LawBroken("end", f"receipts of orders that are not accepted: {requested - accepted}")
    if is_complete and accepted - requested:
        raise LawBroken("end", f"accepted orders without a receipt: {accepted - requested}")


def payload_of(body: str) -> bytes:
    """The MQTT payload in an envelope."""
    envelope = json.loads(body)
    if "payload" in envelope:
        return str(envelope["payload"]).encode()
    return b64decode(envelope["payload_b64"])


def _wanted(
    who: str, body: dict[str, Any], granted: dict[str, Any] | None
) -> tuple[str, str, Decimal]:
    quantity = body.get("quantity") or (granted or {}).get("quantity", "0")
    return ACCOUNTS[who], body["symbol"], Decimal(str(quantity))
