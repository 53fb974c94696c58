"""GET /orders and GET /orders/{id}: states, and that another account's orders are unknown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lambdas.domain.orders import Event
from lambdas.services.orders import advance_order
from tests.builders import BRUNO, NOW, POLICY
from tests.unit.http.gateway import Site

KEY = "0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0e"


def apply(site: Site, order_id: str, event: Event, after_s: float = 1) -> None:
    """Applies an event to an order, as the functions behind the queues do."""
    now = NOW + timedelta(seconds=after_s)
    advance_order(site.deps.orders, site.deps.accounts, order_id, event, now=now)


def key_of(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def five_orders(site: Site) -> list[str]:
    """Ids of five orders a second apart, newest first; the 2nd and the 4th newest have ended."""
    found: list[str] = []
    for number in range(5):
        site.now = NOW + timedelta(seconds=number)
        found.insert(0, site.order(key_of(number), symbol="AAPL", quantity=1).json["order_id"])
    apply(site, found[1], Event.ACCEPT)
    apply(site, found[3], Event.REJECT)
    return found


def test_an_order_shows_every_step(site: Site) -> None:
    order_id = site.order(symbol="AAPL", quantity=1).json["order_id"]
    apply(site, order_id, Event.ECHOED, after_s=0.5)
    sent = site.get(f"/orders/{order_id}").json
    apply(site, order_id, Event.ACCEPT, after_s=1)
    accepted = site.get(f"/orders/{order_id}").json

    assert (sent["state"], sent["sent_at"]) == ("SENT", "2026-03-04T15:00:00.623456Z")
    assert (sent["ended_at"], sent["released"]) == (None, None)
    assert (accepted["state"], accepted["ended_at"]) == ("ACCEPTED", "2026-03-04T15:00:01.123456Z")
    assert (accepted["reason"], accepted["released"]) == ("the exchange accepted it", None)


def test_a_rejected_order_shows_the_released_amount(site: Site) -> None:
    order_id = site.order(symbol="AAPL", quantity=1).json["order_id"]
    apply(site, order_id, Event.REJECT)

    order = site.get(f"/orders/{order_id}").json

    assert (order["state"], order["released"]) == ("REJECTED", "190.25")
    assert order["reason"] == "the exchange rejected it"


def test_an_unanswered_order_is_overdue_after_the_configured_time(site: Site) -> None:
    order_id = site.order(symbol="AAPL", quantity=1).json["order_id"]

    site.now = NOW + POLICY.overdue_after - timedelta(microseconds=1)
    assert site.get(f"/orders/{order_id}").json["overdue"] is False
    site.now = NOW + POLICY.overdue_after
    assert site.get(f"/orders/{order_id}").json["overdue"] is True


def test_an_order_shows_how_many_times_it_was_published_again(site: Site) -> None:
    order_id = site.order(symbol="AAPL", quantity=1).json["order_id"]
    site.store.orders[order_id] = replace(site.store.orders[order_id], attempts=3)

    assert site.get(f"/orders/{order_id}").json["asks"] == 3


def test_an_order_of_another_account_does_not_exist(site: Site) -> None:
    order_id = site.order(KEY, symbol="AAPL", quantity=1).json["order_id"]

    of_another = site.get(f"/orders/{order_id}", who=BRUNO)
    of_nobody = site.get(f"/orders/{key_of(1)}", who=BRUNO)

    assert of_another.status == 404
    assert of_another.json == of_nobody.json


@pytest.mark.parametrize("order_id", ["1", "orders", "..", "%00", "not-a-uuid'--", "ñ"])
def test_an_invalid_order_id_is_not_found(site: Site, order_id: str) -> None:
    assert site.get(f"/orders/{order_id}").status == 404


def test_an_order_is_found_by_its_id_in_any_case(site: Site) -> None:
    order_id = site.order(symbol="AAPL", quantity=1).json["order_id"]

    assert site.get(f"/orders/{order_id.upper()}").json["order_id"] == order_id


def test_orders_come_newest_first_and_page_by_page(site: Site) -> None:
    placed = five_orders(site)

    first = site.get("/orders", query={"limit": "2"}).json
    second = site.get("/orders", query={"limit": "2", "cursor": first["next_cursor"]}).json
    third = site.get("/orders", query={"limit": "2", "cursor": second["next_cursor"]}).json

    pages = [[order["order_id"] for order in page["items"]] for page in (first, second, third)]
    assert pages == [placed[:2], placed[2:4], placed[4:]]
    assert third["next_cursor"] is None


def test_a_page_has_25_orders_by_default(site: Site) -> None:
    site.deposit("100000")
    for number in range(26):
        site.order(key_of(number), symbol="AAPL", quantity=1)

    assert len(site.get("/orders").json["items"]) == 25
    assert len(site.get("/orders", query={"limit": "100"}).json["items"]) == 26


@pytest.mark.parametrize(("state", "places"), [("open", [0, 2, 4]), ("done", [1, 3])])
def test_orders_are_filtered_by_state(site: Site, state: str, places: list[int]) -> None:
    placed = five_orders(site)

    found = site.get("/orders", query={"state": state}).json["items"]

    assert [order["order_id"] for order in found] == [placed[place] for place in places]


def test_only_own_orders_are_listed(site: Site) -> None:
    five_orders(site)

    assert site.get("/orders", who=BRUNO).json == {"items": [], "next_cursor": None}


def test_an_order_is_found_by_the_key_it_was_placed_under(site: Site) -> None:
    five_orders(site)
    order = site.order(KEY, symbol="AAPL", quantity="0.1").json

    found = site.get("/orders", query={"key": KEY}).json

    assert found == {"items": [order], "next_cursor": None}
    assert site.get("/orders", query={"key": KEY, "state": "open"}).json["items"] == [order]
    assert site.get("/orders", query={"key": KEY, "state": "done"}).json["items"] == []


def test_a_key_of_another_account_finds_nothing(site: Site) -> None:
    site.order(KEY, symbol="AAPL", quantity=1)

    assert site.get("/orders", query={"key": KEY}, who=BRUNO).json["items"] == []


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "-1"}, ["limit"]),
        ({"limit": "1.5"}, ["limit"]),
        ({"limit": "ten"}, ["limit"]),
        ({"limit": ""}, ["limit"]),
        ({"limit": "1,2"}, ["limit"]),
        ({"limit": "٣"}, ["limit"]),
        ({"limit": "9" * 5_000}, ["limit"]),
        ({"state": "PENDING"}, ["state"]),
        ({"key": "mine"}, ["key"]),
        ({"cursor": "not ours"}, ["cursor"]),
        ({"cursor": "a" * 5_000}, ["cursor"]),
        ({"limit": "0", "state": "x", "key": "y"}, ["limit", "state", "key"]),
    ],
)
def test_every_invalid_parameter_is_named(
    site: Site, query: dict[str, str], fields: list[str]
) -> None:
    answer = site.get("/orders", query=query)

    assert (answer.status, answer.fields) == (422, fields)
