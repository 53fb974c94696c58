"""Investors who look: at their wallet, ledger, orders and shares, and at the market."""

import json
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, Final

from lambdas.names import Function
from tests.histories.http import decoded, minor, posting_page
from tests.histories.judge import ledger_complaints
from tests.histories.operations import (
    PostingPage,
    PostingView,
    ReadOrder,
    ReadPositions,
    ReadPostings,
    ReadWallet,
    Request,
)
from tests.simulation.functions import Functions
from tests.simulation.people import ACCOUNTS, gateway_event
from tests.simulation.sometimes import NEXT_PAGE
from tests.simulation.witness import Witness

PLACES: Final = ("wallet", "order", "postings", "portfolio", "orders", "board", "activity")
Heard = Callable[[int, Any], None]


class Readers:
    """Sends GET requests and gives the answers to the witness."""

    def __init__(
        self, functions: Functions, rng: Random, witness: Witness, bug: Callable[[str], None]
    ) -> None:
        self._functions = functions
        self._rng = rng
        self._witness = witness
        self._bug = bug
        self.is_walking = False

    def look(self, who: str, place: str, order_id: str | None = None) -> None:
        """One look at one place."""
        match place:
            case "wallet":
                self._read(who, "/wallet", ReadWallet())
            case "order" if order_id is not None:
                self._read(who, f"/orders/{order_id}", ReadOrder(order_id))
            case "postings":
                self._page(who, limit=self._rng.randint(1, 4), pages_left=2)
            case "portfolio":
                self._read(who, "/portfolio", ReadPositions())
            case "orders":
                self._list_orders(who)
            case "board":
                self._list(who, "/stocks", "price", lambda it: it["symbol"], _price)
            case "activity":
                self._list(who, "/activity", "trade", _trade_name, _trade)

    def _read(
        self, who: str, path: str, request: Request, query: dict[str, str] | None = None
    ) -> None:
        self._get(who, path, request, query or {}, lambda _status, _body: None)

    def _get(
        self, who: str, path: str, request: Request, query: dict[str, str], heard: Heard
    ) -> None:
        account_id = ACCOUNTS[who]
        number = self._witness.asked(account_id, who, request)

        def receive(status: int, body: Any) -> None:
            self._witness.told(account_id, number, request, status, body)
            heard(status, body)

        self._send(who, path, query, receive)

    def _send(self, who: str, path: str, query: dict[str, str], heard: Heard) -> None:
        kernel = self._functions.kernel
        event = gateway_event("GET", path, ACCOUNTS[who], {}, None, query)
        asked = path + "".join(f" {name}={value}" for name, value in query.items())
        kernel.say(f"{who}: GET {asked}")

        def receive(answer: Any, _ok: bool) -> None:
            status, body = decoded(answer)
            if status == 500:
                self._bug(f"the API answered 500 to GET {path}")
            kernel.say(f"{who}: reads {status or 'nothing'} {_shown(body)}")
            if body.get("next_cursor"):
                kernel.reached.add(NEXT_PAGE)
            if "ended_at" in body:
                self._check_times(body)
            heard(status, body)

        self._functions.invoke(Function.API, event, receive)

    def _check_times(self, order: Any) -> None:
        times = [order[name] for name in ("created_at", "sent_at", "ended_at") if order[name]]
        if order["ended_at"] is not None and order["ended_at"] < order["created_at"]:
            self._bug(f"the order {order['order_id']} ended before it was placed: {times}")

    def _page(
        self,
        who: str,
        *,
        limit: int,
        pages_left: int,
        cursor: str | None = None,
        behind: str | None = None,
    ) -> None:
        """A page of the ledger, and sometimes the next one."""

        def next_page(status: int, body: Any) -> None:
            if status == 200 and body["next_cursor"] and pages_left > 1 and body["items"]:
                last = body["items"][-1]["posting_id"]
                self._page(
                    who,
                    limit=limit,
                    pages_left=pages_left - 1,
                    cursor=body["next_cursor"],
                    behind=last,
                )

        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        self._get(who, "/wallet/postings", ReadPostings(limit, behind), query, next_page)

    def _list_orders(self, who: str) -> None:
        """A list by index may lack an order; what it shows is as true as a read of that order."""
        account_id, call = ACCOUNTS[who], self._witness.now()

        def receive(status: int, body: Any) -> None:
            if status != 200:
                return
            ids = [item["order_id"] for item in body["items"]]
            times = [item["created_at"] for item in body["items"]]
            if len(set(ids)) < len(ids) or times != sorted(times, reverse=True):
                self._bug(f"a list of orders that is not newest first, each once: {ids}")
            for item in body["items"]:
                request = ReadOrder(item["order_id"])
                number = self._witness.histories.call(account_id, who, request, call)
                response = self._witness.told_by(request, status, item)
                self._witness.histories.ret(account_id, number, response, self._witness.now())

        self._send(who, "/orders", {"limit": str(self._rng.randint(1, 5))}, receive)

    def _list(
        self,
        who: str,
        path: str,
        kind: str,
        name_of: Callable[[Any], str],
        value_of: Callable[[Any], Any],
    ) -> None:
        call = self._witness.now()

        def receive(status: int, body: Any) -> None:
            for item in body["items"] if status == 200 else ():
                self._witness.saw(f"{kind} {name_of(item)}", who, value_of(item), call)

        self._send(who, path, {}, receive)

    def walk(self, who: str, broken: Callable[[str], None]) -> None:
        """The whole ledger at a quiet moment, in small pages, and the wallet: they must agree."""
        self.is_walking = True
        pages: list[PostingPage] = []
        times: list[str] = []
        limit = str(self._rng.randint(1, 4))

        def wallet(status: int, body: Any) -> None:
            self.is_walking = False
            if status != 200:
                return broken(f"GET /wallet answers {status} at a quiet moment")
            balances = minor(body["available"]), minor(body["held"])
            shown: list[tuple[PostingView, ...]] = [page.postings for page in pages]
            for text in ledger_complaints(shown, times, balances):
                broken(f"{who}: {text}")
            return None

        def page(status: int, body: Any) -> None:
            if status != 200:
                self.is_walking = False
                return broken(f"GET /wallet/postings answers {status} at a quiet moment")
            pages.append(posting_page(body))
            times.extend(item["recorded_at"] for item in body["items"])
            if body["next_cursor"] is None:
                return self._send(who, "/wallet", {}, wallet)
            query = {"limit": limit, "cursor": body["next_cursor"]}
            return self._send(who, "/wallet/postings", query, page)

        self._send(who, "/wallet/postings", {"limit": limit}, page)


def _price(item: Any) -> Any:
    return Decimal(item["price"]), item["observed_at"]


def _trade(item: Any) -> Any:
    return item["symbol"], Decimal(item["quantity"]), item["valid"]


def _trade_name(item: Any) -> str:
    return f"{item['group_id']} {item['validated_at']}"


def _shown(body: Any) -> str:
    if "items" in body:
        return f"{len(body['items'])} items{', more' if body['next_cursor'] else ''}"
    words = [f"{name} {body[name]}" for name in ("available", "held", "state") if name in body]
    return ", ".join(words) or str(body.get("code", "")) or json.dumps(body)[:60]
