"""Invalid input: 422 with every invalid field, and nothing is written."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.api.orders import parse_purchase
from lambdas.domain.errors import InvalidInput
from tests.unit.http.gateway import Context, Site, event

NUMBERS = {
    "zero": ("0", "too_small"),
    "negative": ("-1", "too_small"),
    "negative zero": ("-0.0", "too_small"),
    "seven decimals": ("1.0000001", "too_many_decimals"),
    "seven decimals, small": ("1e-7", "too_many_decimals"),
    "too large": ("1000000000.000001", "too_large"),
    "astronomic": ("1e400", "too_large"),
    "beyond decimals": ('"1e99999999999999999999"', "not_a_number"),
    "NaN": ('"NaN"', "not_a_number"),
    "sNaN": ('"sNaN"', "not_a_number"),
    "infinite": ('"Infinity"', "not_a_number"),
    "true": ("true", "not_a_number"),
    "false": ("false", "not_a_number"),
    "list": ("[1]", "not_a_number"),
    "object": ('{"n": 1}', "not_a_number"),
    "empty": ('""', "not_a_number"),
    "words": ('"a lot"', "not_a_number"),
    "grouped": ('"1,000"', "not_a_number"),
    "underscored": ('"1_000"', "not_a_number"),
    "hexadecimal": ('"0x10"', "not_a_number"),
    "digits of another script": ('"１"', "not_a_number"),
}
NO_JSON = {
    "nothing": "",
    "words": "buy AAPL",
    "unfinished": '{"symbol": "AAPL"',
    "a list": '[{"symbol": "AAPL", "quantity": 1}]',
    "a number": "3",
    "null": "null",
    "NaN unquoted": '{"symbol": "AAPL", "quantity": NaN}',
    "Infinity unquoted": '{"symbol": "AAPL", "quantity": Infinity}',
    "two values": '{"symbol": "AAPL", "quantity": 1} {}',
    "a form": "symbol=AAPL&quantity=1",
    "nested too deeply": '{"x": ' + "[" * 9_000,
    "half a character": '{"symbol": "\\ud800", "quantity": 1}',
    "half a character, unescaped": '{"symbol": "\ud800", "quantity": 1}',
}


@pytest.mark.parametrize("field", ["quantity", "max_price"])
@pytest.mark.parametrize(("text", "code"), NUMBERS.values(), ids=NUMBERS.keys())
def test_a_bad_number_is_a_fault_and_nothing_is_written(
    site: Site, field: str, text: str, code: str
) -> None:
    other = '"amount": 10,' if field == "max_price" else ""
    stored = site.frozen()

    answer = site.ask("POST", "/orders", body=f'{{"symbol": "AAPL", {other} "{field}": {text}}}')

    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, code, field)
    assert answer.fields == [field]
    assert site.store == stored


@pytest.mark.parametrize("amount", ["0", "-5", "0.001", "10.123", "1000000000.01", "NaN", "1e400"])
def test_a_bad_amount_is_a_fault_and_nothing_is_written(site: Site, amount: str) -> None:
    stored = site.frozen()

    answer = site.order(symbol="AAPL", amount=amount)

    assert (answer.status, answer.json["field"]) == (422, "amount")
    assert site.store == stored


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON.keys())
@pytest.mark.parametrize("path", ["/orders", "/wallet/deposits"])
def test_a_body_that_is_no_json_object_is_refused(site: Site, path: str, body: str) -> None:
    stored = site.frozen()

    answer = site.ask("POST", path, body=body)

    assert (answer.status, answer.json["code"]) == (422, "invalid_json")
    assert site.store == stored


def test_a_body_that_is_no_utf8_is_refused(site: Site) -> None:
    answer = site.ask("POST", "/orders", body=b'{"symbol": "AAPL", "quantity": 1, "note": "\xff"}')

    assert (answer.status, answer.json["code"]) == (422, "invalid_json")


def test_a_body_marked_as_base64_that_is_not_is_refused(site: Site) -> None:
    sent = event("POST", "/orders", body=b"")
    sent["body"] = "{not base64}"

    answered = site.handler(sent, Context())

    assert answered["statusCode"] == 422
    assert json.loads(answered["body"])["code"] == "invalid_json"


@pytest.mark.parametrize(
    ("symbol", "code"),
    [
        (None, "required"),
        ("", "not_a_symbol"),
        ("A" * 17, "not_a_symbol"),
        ("AAPL; DROP", "not_a_symbol"),
        ("ÁÉÍ", "not_a_symbol"),
        ("ſ", "not_a_symbol"),
        (7, "not_a_text"),
        (["AAPL"], "not_a_text"),
        (True, "not_a_text"),
    ],
)
def test_an_invalid_symbol_is_refused(site: Site, symbol: Any, code: str) -> None:
    answer = site.order(symbol=symbol, quantity=1)

    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, code, "symbol")


@pytest.mark.parametrize("body", [{}, {"quantity": 1, "amount": 1}])
def test_exactly_one_of_quantity_and_amount_is_required(site: Site, body: dict[str, int]) -> None:
    answer = site.post("/orders", {"symbol": "AAPL", **body})

    assert (answer.status, answer.json["code"]) == (422, "quantity_or_amount")


@pytest.mark.parametrize(
    "key", ["", "1", "{0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0e}", "0b7b7a3c1d114f0e8f0a6f1c3c869f0e"]
)
def test_an_idempotency_key_that_is_no_uuid_is_a_fault(site: Site, key: str) -> None:
    answer = site.order(key, symbol="AAPL", quantity=1)

    assert (answer.status, answer.json["code"]) == (422, "not_a_uuid")
    assert answer.json["field"] == "Idempotency-Key"


def test_every_invalid_field_is_named(site: Site) -> None:
    answer = site.order("no-uuid", symbol="?", quantity=0, max_price=-1)

    assert (answer.status, answer.json["code"]) == (422, "invalid_input")
    assert answer.fields == ["Idempotency-Key", "symbol", "quantity", "max_price"]
    assert "field" not in answer.json


def test_a_body_over_ten_kilobytes_is_too_large(site: Site) -> None:
    order = '{"symbol": "AAPL", "quantity": 1}'

    assert site.ask("POST", "/orders", body=order.ljust(10_001)).status == 413
    assert site.ask("POST", "/orders", body=order.ljust(10_001).encode()).status == 413
    assert site.ask("POST", "/orders", body=order.ljust(10_000).encode()).status == 202


def test_a_huge_body_in_base64_is_refused_before_it_is_decoded(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = event("POST", "/orders", body=b" " * 5_000_000)
    monkeypatch.setattr(base64, "b64decode", lambda *_, **__: pytest.fail("it was decoded"))

    assert site.handler(sent, Context())["statusCode"] == 413


def test_the_size_of_a_body_is_counted_in_bytes(site: Site) -> None:
    body = json.dumps({"symbol": "AAPL", "quantity": 1, "note": "ñ" * 5_000}, ensure_ascii=False)

    assert site.ask("POST", "/orders", body=body).status == 413


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = dict.fromkeys(["symbol", "quantity", "amount", "max_price"], ANYTHING)


def faults_of(body: bytes) -> int:
    """Number of faults of a body; one without faults is a valid purchase."""
    try:
        purchase, _ = parse_purchase(body, None)
    except InvalidInput as error:
        return len(error.faults)
    return 0 if (purchase.quantity is None) != (purchase.amount_minor is None) else -1


@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_any_fields_are_parsed_or_named_as_faults(body: dict[str, Any]) -> None:
    assert 0 <= faults_of(json.dumps(body).encode()) <= 5


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fault(body: bytes) -> None:
    assert faults_of(body) >= 1
