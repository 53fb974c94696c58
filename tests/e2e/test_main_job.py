"""The main use case through the public API: prices, a purchase, and the exchange's answer."""

from decimal import Decimal
from uuid import uuid4

import pytest

from tests.e2e.system import Person, System, a_person, eventually, http

REFUSED = "LTMAY"


def test_an_account_is_let_in_only_after_an_operator_confirmed_it(system: System) -> None:
    person = Person(system=system)
    person.sign_up()
    with pytest.raises(person.cognito.exceptions.ClientError) as error:
        person.sign_in()
    assert error.value.response["Error"]["Code"] == "UserNotConfirmedException"
    confirmed = system.run("confirm", f"EMAIL={person.email}")
    assert confirmed.returncode == 0, confirmed.stderr
    person.sign_in()
    assert person.get("/me")["group_id"] == "3"


def test_a_purchase_is_followed_to_its_end_and_owned(person: Person) -> None:
    order = person.buy("AAPL", "0.5")
    assert order["state"] == "PENDING"
    held = person.get("/wallet")
    assert Decimal(held["available"]) == 1000 - Decimal(order["cost"])
    ended = person.ended(order["order_id"])
    assert ended["state"] == "ACCEPTED"
    assert ended["sent_at"] is None or ended["created_at"] <= ended["sent_at"]
    wallet = person.get("/wallet")
    assert (wallet["held"], Decimal(wallet["available"])) == ("0.00", 1000 - Decimal(order["cost"]))
    (position,) = person.get("/portfolio")["positions"]
    assert (position["symbol"], position["quantity"], position["cost"]) == (
        "AAPL",
        "0.5",
        order["cost"],
    )
    kinds = [posting["kind"] for posting in person.get("/wallet/postings")["items"]]
    assert kinds == ["SPEND", "HOLD", "DEPOSIT"]


def test_a_rejected_purchase_gives_the_money_back(person: Person) -> None:
    order = person.buy(REFUSED, "10")
    ended = person.ended(order["order_id"])
    assert (ended["state"], ended["released"]) == ("REJECTED", order["cost"])
    wallet = person.get("/wallet")
    assert (wallet["available"], wallet["held"]) == ("1000.00", "0.00")
    assert person.get("/portfolio")["positions"] == []


def test_a_retry_with_the_same_key_is_the_same_order(person: Person) -> None:
    key = uuid4()
    body = {"symbol": "AAPL", "quantity": "0.1"}
    first = person.call("POST", "/orders", body, key=key)
    second = person.call("POST", "/orders", body, key=key)
    assert (first.status, second.status) == (202, 200)
    assert first.body["order_id"] == second.body["order_id"]
    found = person.get(f"/orders?key={key}")["items"]
    assert [order["order_id"] for order in found] == [first.body["order_id"]]
    other = person.call("POST", "/orders", {"symbol": "AAPL", "quantity": "0.2"}, key=key)
    assert (other.status, other.code) == (422, "idempotency_key_reused")


def test_nothing_of_another_account_can_be_seen(system: System, person: Person) -> None:
    order = person.buy("AAPL", "0.1")
    stranger = a_person(system)
    assert stranger.call("GET", f"/orders/{order['order_id']}").status == 404
    assert stranger.get("/orders")["items"] == []
    assert stranger.get("/wallet")["available"] == "0.00"


def test_prices_come_in_and_make_a_history(person: Person) -> None:
    history = eventually(
        lambda: (h := person.get("/stocks/AAPL/prices?limit=2"))["next_cursor"] and h,
        what="three prices of AAPL",
    )
    times = [price["observed_at"] for price in history["items"]]
    assert times == sorted(times, reverse=True)
    page = person.get(f"/stocks/AAPL/prices?limit=2&cursor={history['next_cursor']}")
    assert page["items"][0]["observed_at"] < times[-1]


def test_the_board_answers_not_modified_to_whom_has_it(person: Person) -> None:
    def not_modified() -> bool:
        board = person.call("GET", "/stocks")
        return person.call("GET", "/stocks", If_None_Match=board.headers["etag"]).status == 304

    assert eventually(not_modified, what="two equal boards in a row")


def test_the_heartbeat_is_public_and_hears_the_exchange(system: System, person: Person) -> None:
    beat = http("GET", f"{system.api_url}/heartbeat")
    assert beat.status == 200
    assert beat.body["alive"] is True

    def hears() -> bool:
        found: bool = http("GET", f"{system.api_url}/heartbeat").body["exchange"]["link_alive"]
        return found

    # A process may answer with what it found out five seconds ago, before the first price.
    eventually(hears, what="the heartbeat hears the exchange", within_s=10)


def test_the_demo_tells_its_story_and_ends_well(system: System) -> None:
    demo = system.run("demo")
    assert demo.returncode == 0, demo.stdout + demo.stderr
    for word in ("refused", "PENDING", "ACCEPTED", "REJECTED", "back"):
        assert word in demo.stdout
