"""Hostile requests to the function: 4xx, and nothing of them is repeated in a header, stored or
obeyed.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.builders import ALICE
from tests.unit.http.gateway import Answer, Site
from tests.unit.http.hostile import ORDER, REQUESTS, Hostile


def sent(site: Site, hostile: Hostile, *, is_decoded: bool) -> Answer:
    """As a gateway passes it on: the path decoded or not, the query decoded."""
    url = urlsplit(hostile.path)
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return site.ask(
        hostile.method,
        unquote(url.path) if is_decoded else url.path,
        query={name: ",".join(values) for name, values in query.items()},
        headers=hostile.headers,
        body=hostile.body,
    )


@pytest.mark.parametrize("is_decoded", [True, False])
@pytest.mark.parametrize("hostile", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_hostile_request_is_refused(site: Site, hostile: Hostile, is_decoded: bool) -> None:
    stored = site.frozen()

    answer = sent(site, hostile, is_decoded=is_decoded)

    assert 400 <= answer.status < 500
    codes = {answer.json["code"], *(fault["code"] for fault in answer.json.get("faults", []))}
    assert hostile.code in codes
    assert set(answer.headers) <= {
        "Allow",
        "Cache-Control",
        "Content-Security-Policy",
        "Content-Type",
        "Referrer-Policy",
        "Strict-Transport-Security",
        "X-Content-Type-Options",
        "X-Request-Id",
    }
    assert not [value for value in answer.headers.values() if "\n" in value or "\r" in value]
    assert site.store == stored


def test_the_last_of_two_equal_fields_counts(site: Site) -> None:
    body = '{"symbol": "AAPL", "quantity": "999999", "quantity": "0.1"}'

    order = site.ask("POST", "/orders", body=body).json

    assert (order["quantity"], order["cost"]) == ("0.1", "19.03")


def test_unknown_fields_are_ignored(site: Site) -> None:
    smuggled: dict[str, Any] = {
        "account_id": "x",
        "price": "0.01",
        "cost": "0.01",
        "state": "ACCEPTED",
        "__v": 1,
    }

    order = site.order(**ORDER, **smuggled).json

    assert (order["state"], order["price"]) == ("PENDING", "190.25")
    assert {order.account_id for order in site.store.orders.values()} == {ALICE}
