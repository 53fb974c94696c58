"""POST /orders: which orders are accepted and refused, and that a retry never buys twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from lambdas.domain.errors import StaleDecision
from lambdas.domain.ledger import Account
from lambdas.domain.orders import order_id_for
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_quote
from tests.fakes.memory import MemoryOrders
from tests.unit.http.gateway import MADE_KEY, Site

KEY = "0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0e"


def test_an_order_by_quantity_is_stored_and_its_cost_held(site: Site) -> None:
    answer = site.order(KEY, symbol="AAPL", quantity="2.5")

    order_id = order_id_for(ALICE, UUID(KEY))
    assert answer.status == 202
    assert answer.headers["Location"] == f"/orders/{order_id}"
    assert answer.json == {
        "order_id": order_id,
        "symbol": "AAPL",
        "quantity": "2.5",
        "price": "190.25",
        "cost": "475.63",
        "currency": "USD",
        "state": "PENDING",
        "overdue": False,
        "asks": 0,
        "created_at": "2026-03-04T15:00:00.123456Z",
        "sent_at": None,
        "ended_at": None,
        "reason": None,
        "released": None,
        "account_version": 2,
        "version": 1,
    }
    assert site.store.account(ALICE) == Account(
        account_id=ALICE, available_minor=524_37, held_minor=475_63, version=2, posted_at=NOW
    )


def test_an_order_by_amount_buys_as_much_as_the_amount_allows(site: Site) -> None:
    order = site.order(symbol="AAPL", amount="100").json

    assert (order["quantity"], order["cost"]) == ("0.525624", "100.00")


@pytest.mark.parametrize("quantity", [2, "2", 2.0, "2.000000", "2.0000000", "2e0", " 2 ", "+2"])
def test_a_quantity_is_parsed_as_a_decimal_in_every_notation(site: Site, quantity: Any) -> None:
    assert site.order(symbol="AAPL", quantity=quantity).json["quantity"] == "2"


def test_a_json_number_is_never_parsed_as_a_float(site: Site) -> None:
    body = '{"symbol": "AAPL", "quantity": 1.100001}'

    order = site.ask("POST", "/orders", body=body).json

    assert site.store.orders[order["order_id"]].quantity == Decimal("1.100001")


@pytest.mark.parametrize("symbol", ["aapl", " AAPL "])
def test_a_symbol_is_found_in_any_case_and_with_blanks_around_it(site: Site, symbol: str) -> None:
    assert site.order(symbol=symbol, quantity=1).json["symbol"] == "AAPL"


def test_a_price_in_the_body_is_ignored(site: Site) -> None:
    order = site.order(symbol="AAPL", quantity=1, price="0.01", cost="0.01", account_id=BRUNO).json

    assert (order["price"], order["cost"]) == ("190.25", "190.25")
    assert site.store.orders[order["order_id"]].account_id == ALICE


def test_a_body_in_base64_is_decoded(site: Site) -> None:
    answer = site.ask("POST", "/orders", body=b'{"symbol": "AAPL", "quantity": 1}')

    assert answer.status == 202


def test_null_is_the_same_as_a_missing_field(site: Site) -> None:
    answer = site.order(symbol="AAPL", quantity=1, amount=None, max_price=None)

    assert answer.status == 202


def test_a_retry_under_the_same_key_answers_with_the_same_order_and_buys_once(site: Site) -> None:
    first = site.order(KEY, symbol="AAPL", quantity="2.50")
    stored = site.frozen()
    site.now += timedelta(minutes=1)

    again = site.order(KEY.upper(), symbol="aapl", quantity=2.5)

    assert (first.status, again.status) == (202, 200)
    assert again.json == first.json
    assert site.store == stored


def test_a_retry_is_answered_even_when_the_order_could_not_be_placed_now(site: Site) -> None:
    site.order(KEY, symbol="AAPL", quantity=5)
    site.now += timedelta(days=1)  # the price is too old, and the money is spent

    assert site.order(KEY, symbol="AAPL", quantity=5).status == 200


def test_another_order_under_a_used_key_is_refused(site: Site) -> None:
    site.order(KEY, symbol="AAPL", quantity=1)
    stored = site.frozen()

    answer = site.order(KEY, symbol="AAPL", quantity=2)

    assert (answer.status, answer.json["code"]) == (422, "idempotency_key_reused")
    assert answer.json["field"] == "Idempotency-Key"
    assert site.store == stored


def test_the_same_key_of_another_account_is_another_order(site: Site) -> None:
    site.store.deposit(a_deposit(BRUNO))

    alices = site.order(KEY, symbol="AAPL", quantity=1)
    brunos = site.order(KEY, symbol="AAPL", quantity=2, who=BRUNO)

    assert (alices.status, brunos.status) == (202, 202)
    assert alices.json["order_id"] != brunos.json["order_id"]
    assert site.store.orders[brunos.json["order_id"]].account_id == BRUNO


def test_without_a_key_the_server_makes_one(site: Site) -> None:
    assert site.order(symbol="AAPL", quantity=1).json["order_id"] == order_id_for(ALICE, MADE_KEY)


REFUSED = {
    "not enough money": ({"symbol": "AAPL", "quantity": 6}, 409, "insufficient_funds"),
    "above max_price": (
        {"symbol": "AAPL", "quantity": 1, "max_price": "190.24"},
        409,
        "price_above_max",
    ),
    "unknown company": ({"symbol": "NOPE", "quantity": 1}, 404, "not_found"),
    "stale price": ({"symbol": "STALE", "quantity": 1}, 409, "price_too_old"),
    "less than a cent": ({"symbol": "AAPL", "quantity": "0.000001"}, 422, "too_small"),
}


@pytest.mark.parametrize(("body", "status", "code"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_order_writes_nothing(
    site: Site, body: dict[str, Any], status: int, code: str
) -> None:
    an_hour_ago = NOW - timedelta(minutes=60, microseconds=1)
    site.store.quotes["STALE"] = a_quote(symbol="STALE", observed_at=an_hour_ago)
    stored = site.frozen()

    answer = site.post("/orders", body)

    assert (answer.status, answer.json["code"]) == (status, code)
    assert site.store == stored


def test_a_price_of_exactly_max_price_and_maximum_age_is_accepted(site: Site) -> None:
    at_the_edge = NOW - timedelta(minutes=60)
    site.store.quotes["EDGE"] = a_quote(symbol="EDGE", observed_at=at_the_edge)

    assert site.order(symbol="EDGE", quantity=1, max_price="190.25").status == 202


def test_a_lasting_collision_is_a_conflict(site: Site) -> None:
    class Contested(MemoryOrders):
        def commit(self, decision: object) -> None:
            raise StaleDecision

    site.deps.orders = Contested(site.store)

    answer = site.order(symbol="AAPL", quantity=1)

    assert (answer.status, answer.json["code"]) == (409, "conflict")


def test_the_account_comes_from_the_token_alone(site: Site) -> None:
    site.order(KEY, symbol="AAPL", quantity=1, account_id=BRUNO, user_id=BRUNO)

    owners = {order.account_id for order in site.store.orders.values()}
    assert owners == {ALICE}
