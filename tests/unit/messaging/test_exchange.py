"""The exchange's messages in all notations that have been seen, and the bridge's envelope."""

import json
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.errors import Malformed
from lambdas.messaging.exchange import (
    parse_envelope,
    parse_prices,
    parse_request,
    parse_validation,
    serialize_request,
)
from tests.builders import NOW

ORDER_ID = "be0e538d-c983-43e8-957b-391746eb4236"
MESSAGES = Path(__file__).parents[2] / "messages"


def message(name: str) -> bytes:
    return (MESSAGES / name).read_bytes()


@pytest.mark.parametrize("name", ["info.json", "info-plain-array.json"])
def test_prices_are_read_from_text_within_json_and_from_a_plain_array(name: str) -> None:
    prices = parse_prices(message(name), NOW, "USD")
    assert prices.faults == ()
    assert [(t.symbol, t.name, str(t.price)) for t in prices.ticks] == [
        ("AMZN", "Amazon.com, Inc.", "142.71"),
        ("AAPL", "Apple Inc.", "189.949997"),
        ("LTMAY", "LATAM AIRLINES GROUP S.A.", "0.33"),
    ]
    assert [t.source for t in prices.ticks] == ["Nasdaq Real Time Price", None, None]
    assert {t.observed_at.date() for t in prices.ticks} == {
        datetime(2023, 10, 29, tzinfo=UTC).date()
    }


def test_a_batch_without_a_time_has_that_of_its_arrival() -> None:
    prices = parse_prices(message("info-without-id-and-time.json"), NOW, "USD")
    assert [tick.observed_at for tick in prices.ticks] == [NOW]


def test_one_invalid_item_is_named_and_the_others_are_read() -> None:
    prices = parse_prices(message("info-one-bad-item.json"), NOW, "USD")
    assert [tick.symbol for tick in prices.ticks] == ["AMZN", "MSFT"]
    assert prices.ticks[1].price == Decimal("329.809998")
    assert [fault.split(":")[0] for fault in prices.faults] == ["stock 2", "stock 3"]


@pytest.mark.parametrize(
    ("stock", "fault"),
    [
        ({"symbol": "A", "price": 1, "currency": "CLP"}, "currency"),
        ({"symbol": "A", "price": True}, "no number"),
        ({"symbol": "A", "price": None}, "no number"),
        ({"symbol": "A", "price": "1e400"}, "too_large"),
        ({"symbol": "A", "price": 0}, "too_small"),
        ({"symbol": "A", "price": "0.00000001"}, "less than we can keep"),
        ({"symbol": 7, "price": 1}, "symbol"),
        ("AAPL", "no object"),
    ],
)
def test_an_invalid_item_has_its_reason(stock: object, fault: str) -> None:
    prices = parse_prices(json.dumps({"stocks": [stock]}).encode(), NOW, "USD")
    assert prices.ticks == ()
    assert fault in prices.faults[0]


def test_another_groups_request_is_read() -> None:
    request = parse_request(message("request-other-group.json"), NOW)
    assert (request.group_id, request.symbol, request.quantity) == ("13", "AAPL", Decimal(2))


def test_a_request_of_odd_types_is_read_as_usual() -> None:
    request = parse_request(message("request-odd-types.json"), NOW)
    assert (request.group_id, request.quantity, request.requested_at) == ("20", Decimal("3.5"), NOW)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("request-missing-keys.json", "there is no request_id"),
        ("request-empty.bin", "it is empty"),
        ("request-undefined.bin", "it is no JSON"),
    ],
)
def test_an_unusable_request_says_why(name: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        parse_request(message(name), NOW)


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("validation-accepted.json", True),
        ("validation-rejected.json", False),
        ("validation-odd-types.json", True),
    ],
)
def test_answers_are_read_whatever_their_types(name: str, valid: bool) -> None:
    validation = parse_validation(message(name), NOW)
    assert (validation.valid, validation.group_id) == (valid, "13")


def test_an_answer_without_a_verdict_is_malformed() -> None:
    with pytest.raises(Malformed, match="there is no verdict"):
        parse_validation(message("validation-no-verdict.json"), NOW)


def test_prices_that_are_no_json_are_malformed() -> None:
    with pytest.raises(Malformed, match="no JSON"):
        parse_prices(message("info-not-json.bin"), NOW, "USD")


@pytest.mark.parametrize("group", [3, 3.0, "3", "03", " 3 ", " 03 ", "3.0"])
def test_a_group_has_one_id_whatever_its_notation(group: object) -> None:
    payload = json.dumps({"request_id": "a", "group_id": group, "valid": 1}).encode()
    assert parse_validation(payload, NOW).group_id == "3"


@pytest.mark.parametrize("group", [None, True, "", [], {}, "x" * 200, "a\u0000"])
def test_an_invalid_group_is_malformed(group: object) -> None:
    payload = json.dumps({"request_id": "a", "group_id": group, "valid": True}).encode()
    with pytest.raises(Malformed, match="group_id"):
        parse_validation(payload, NOW)


@pytest.mark.parametrize("valid", ["yes", 2, None, [], "nope", 0.5, -1])
def test_an_invalid_verdict_is_malformed(valid: object) -> None:
    payload = json.dumps({"request_id": "a", "group_id": 3, "valid": valid}).encode()
    with pytest.raises(Malformed, match="verdict"):
        parse_validation(payload, NOW)


def test_our_request_has_exactly_the_seven_keys_of_the_protocol() -> None:
    text = serialize_request(ORDER_ID, "AAPL", Decimal("2.50"), NOW, "3")
    assert json.loads(text) == {
        "request_id": ORDER_ID,
        "group_id": "3",
        "symbol": "AAPL",
        "datetime": "2026-03-04T15:00:00.123Z",
        "deposit_token": "",
        "quantity": 2.5,
        "seller": 0,
    }
    assert '"quantity":2.5' in text


def test_our_own_request_reads_back_as_what_was_sent() -> None:
    request = parse_request(
        serialize_request("a", "AAPL", Decimal("0.000001"), NOW, "3").encode(), NOW
    )
    assert (request.request_id, request.group_id) == ("a", "3")
    assert (request.symbol, request.quantity) == ("AAPL", Decimal("0.000001"))
    assert NOW - request.requested_at < timedelta(milliseconds=1)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "request_id",
                    "group_id",
                    "valid",
                    "stocks",
                    "symbol",
                    "price",
                    "quantity",
                    "datetime",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)
payloads = st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode())


@given(payloads)
def test_any_payload_is_parsed_or_malformed_and_never_crashes(payload: bytes) -> None:
    for read in (parse_request, parse_validation, lambda p, at: parse_prices(p, at, "USD")):
        with suppress(Malformed):
            str(read(payload, NOW)).encode()  # what is parsed can be stored: no lone surrogates


def test_deeply_nested_json_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_validation(b"[" * 100_000, NOW)


@pytest.mark.parametrize("text", [ORDER_ID.upper(), f" {ORDER_ID} ", ORDER_ID])
def test_a_request_id_in_upper_case_is_the_same_id(text: str) -> None:
    answer = json.dumps({"request_id": text, "group_id": 3, "valid": True}).encode()
    assert parse_validation(answer, NOW).request_id == ORDER_ID
    request = {"request_id": text, "group_id": 3, "symbol": "AAPL", "quantity": 1}
    assert parse_request(json.dumps(request).encode(), NOW).request_id == ORDER_ID


def test_a_request_id_that_is_no_uuid_is_kept_as_it_is() -> None:
    answer = {"request_id": "Order-X", "group_id": 3, "valid": True}
    assert parse_validation(json.dumps(answer).encode(), NOW).request_id == "Order-X"


def test_a_batch_longer_than_any_exchange_is_malformed() -> None:
    batch = {"stocks": [{"symbol": "A", "price": 1}] * 5_001}
    with pytest.raises(Malformed, match="longer than any exchange"):
        parse_prices(json.dumps(batch).encode(), NOW, "USD")


RECEIVED_AT = "2023-10-29T19:32:51.123456Z"


def a_body(**changes: object) -> str:
    values = {"v": 1, "topic": "stocks/info", "payload": "{}", "received_at": RECEIVED_AT}
    return json.dumps(
        {key: value for key, value in (values | changes).items() if value is not None}
    )


@given(st.text())
def test_text_is_unwrapped_unchanged(text: str) -> None:
    envelope = parse_envelope(a_body(payload=text))
    assert envelope.payload == text.encode()
    assert envelope.received_at == datetime(2023, 10, 29, 19, 32, 51, 123456, tzinfo=UTC)


@given(st.binary())
def test_bytes_are_unwrapped_unchanged(payload: bytes) -> None:
    body = a_body(payload=None, payload_b64=b64encode(payload).decode())
    assert parse_envelope(body).payload == payload


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        a_body(v=2),
        a_body(received_at="yesterday"),
        a_body(topic=7),
        a_body(payload=None, payload_b64="*"),
        "[" * 100_000,
    ],
)
def test_what_the_bridge_never_sends_is_malformed(body: str) -> None:
    with pytest.raises(Malformed):
        parse_envelope(body)
