"""What bad input gets from the deployed API: the documented status and code, nothing written."""

import base64
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.system import Person, System, a_person, http

GOOD: dict[str, Any] = {"symbol": "AAPL", "quantity": "0.1"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (GOOD | {"symbol": "NOSUCH"}, 404, "not_found"),
        (GOOD | {"quantity": 0}, 422, "too_small"),
        (GOOD | {"quantity": "-1"}, 422, "too_small"),
        (GOOD | {"quantity": "0.1234567"}, 422, "too_many_decimals"),
        (GOOD | {"quantity": "NaN"}, 422, "not_a_number"),
        (b'{"symbol": "AAPL", "quantity": 1e400}', 422, "too_large"),
        (GOOD | {"quantity": "100000"}, 409, "insufficient_funds"),
        (GOOD | {"max_price": "0.01"}, 409, "price_above_max"),
        (b"this is no JSON", 422, "invalid_json"),
        (b"", 422, "invalid_json"),
        (GOOD | {"note": "x" * 20_000}, 413, "body_too_large"),
    ],
)
def test_a_bad_order_is_refused_by_name_and_nothing_is_written(
    person: Person, body: Any, status: int, code: str
) -> None:
    answer = person.call("POST", "/orders", body, key=uuid4())
    assert (answer.status, answer.code) == (status, code)
    assert person.get("/orders")["items"] == []
    assert person.get("/wallet")["available"] == "1000.00"


def test_a_price_in_the_body_is_ignored(person: Person) -> None:
    answer = person.call("POST", "/orders", GOOD | {"price": "0.01", "cost": "0.01"}, key=uuid4())
    assert answer.status == 202
    assert float(answer.body["price"]) > 1


def test_the_same_key_of_another_account_is_its_own_order(system: System, person: Person) -> None:
    other = a_person(system)
    other.deposit("1000.00")
    key = uuid4()
    orders = {p.call("POST", "/orders", GOOD, key=key).body["order_id"] for p in (person, other)}
    assert len(orders) == 2


def test_unknown_routes_and_wrong_methods(person: Person) -> None:
    assert person.call("GET", "/nowhere").status == 404
    assert person.call("DELETE", "/orders").status == 405


def b64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def forged(person: Person) -> dict[str, str]:
    """Tokens that are no tokens of ours."""
    head, claims, signature = person.tokens["IdToken"].split(".")
    values = json.loads(base64.urlsafe_b64decode(claims + "=="))
    return {
        "none": "",
        "rubbish": "Bearer rubbish",
        "unsigned": f"Bearer {b64({'alg': 'none'})}.{claims}.",
        "tampered": f"Bearer {head}.{b64(values | {'sub': str(uuid4())})}.{signature}",
    }


@pytest.mark.parametrize("kind", ["none", "rubbish", "unsigned", "tampered"])
@pytest.mark.parametrize("path", ["/wallet", "/orders", "/stocks", "/portfolio", "/me"])
def test_without_a_token_of_ours_nothing_is_answered(person: Person, kind: str, path: str) -> None:
    answer = person.call("GET", path, Authorization=forged(person)[kind])
    assert answer.status == 401


def test_cors_answers_the_site_and_nobody_else(system: System) -> None:
    site = system.outputs["site_url"].rstrip("/")
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    ours = http("OPTIONS", f"{system.api_url}/orders", headers={"Origin": site, **asked})
    theirs = http(
        "OPTIONS", f"{system.api_url}/orders", headers={"Origin": "https://evil.example", **asked}
    )
    assert ours.headers.get("access-control-allow-origin") == site
    assert theirs.headers.get("access-control-allow-origin") in (None, site)
