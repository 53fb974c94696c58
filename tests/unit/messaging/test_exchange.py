"""Every example message of the exchange leads where the protocol says; rubbish leads nowhere."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.wire.exchange import request_in, request_out, verdict_in
from lambdas.wire.exchange_prices import prices_in
from lambdas.wire.malformed import Malformed
from tests.builders import NOW

MESSAGES = Path(__file__).parents[2] / "messages"


def message(name: str) -> bytes:
    return (MESSAGES / name).read_bytes()


@pytest.mark.parametrize("name", ["info.json", "info-plain-array.json"])
def test_prices_are_read_from_text_within_json_and_from_a_plain_array(name: str) -> None:
    prices = prices_in(message(name), NOW, "USD")
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


def test_a_batch_without_a_time_was_observed_when_it_came() -> None:
    prices = prices_in(message("info-without-id-and-time.json"), NOW, "USD")
    assert [tick.observed_at for tick in prices.ticks] == [NOW]


def test_one_bad_item_does_not_spoil_the_others_and_is_named() -> None:
    prices = prices_in(message("info-one-bad-item.json"), NOW, "USD")
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
def test_a_bad_item_says_what_is_wrong_with_it(stock: object, fault: str) -> None:
    prices = prices_in(json.dumps({"stocks": [stock]}).encode(), NOW, "USD")
    assert prices.ticks == ()
    assert fault in prices.faults[0]


def test_another_groups_request_is_read_as_it_is() -> None:
    request = request_in(message("request-other-group.json"), NOW)
    assert (request.group_id, request.symbol, request.quantity) == ("13", "AAPL", Decimal(2))


def test_a_request_of_odd_types_means_the_same() -> None:
    request = request_in(message("request-odd-types.json"), NOW)
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
        request_in(message(name), NOW)


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("validation-accepted.json", True),
        ("validation-rejected.json", False),
        ("validation-odd-types.json", True),
    ],
)
def test_answers_are_read_whatever_their_types(name: str, valid: bool) -> None:
    verdict = verdict_in(message(name), NOW)
    assert (verdict.valid, verdict.group_id) == (valid, "13")


def test_an_answer_without_a_verdict_is_put_aside() -> None:
    with pytest.raises(Malformed, match="there is no verdict"):
        verdict_in(message("validation-no-verdict.json"), NOW)


def test_prices_that_are_no_json_are_put_aside() -> None:
    with pytest.raises(Malformed, match="no JSON"):
        prices_in(message("info-not-json.bin"), NOW, "USD")


@pytest.mark.parametrize("group", [3, 3.0, "3", " 03 ", "3.0"])
def test_a_group_has_one_id_whatever_its_type(group: object) -> None:
    payload = json.dumps({"request_id": "a", "group_id": group, "valid": 1}).encode()
    assert verdict_in(payload, NOW).group_id == "3"


@pytest.mark.parametrize("group", [None, True, "", [], {}, "x" * 200, "a\u0000"])
def test_what_is_no_group_is_put_aside(group: object) -> None:
    payload = json.dumps({"request_id": "a", "group_id": group, "valid": True}).encode()
    with pytest.raises(Malformed, match="group_id"):
        verdict_in(payload, NOW)


@pytest.mark.parametrize("valid", ["yes", 2, None, [], "nope", 0.5, -1])
def test_what_is_no_verdict_is_put_aside(valid: object) -> None:
    payload = json.dumps({"request_id": "a", "group_id": 3, "valid": valid}).encode()
    with pytest.raises(Malformed, match="verdict"):
        verdict_in(payload, NOW)


def test_our_request_has_exactly_the_seven_keys_of_the_protocol() -> None:
    text = request_out("be0e538d-c983-43e8-957b-391746eb4236", "AAPL", "2.5", NOW, "3")
    assert json.loads(text) == {
        "request_id": "be0e538d-c983-43e8-957b-391746eb4236",
        "group_id": "3",
        "symbol": "AAPL",
        "datetime": "2026-03-04T15:00:00.123Z",
        "deposit_token": "",
        "quantity": 2.5,
        "seller": 0,
    }
    assert '"quantity":2.5' in text


def test_our_own_request_reads_back_as_what_was_sent() -> None:
    request = request_in(request_out("a", "AAPL", "0.000001", NOW, "3").encode(), NOW)
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
def test_whatever_comes_is_understood_or_put_aside_and_never_crashes(payload: bytes) -> None:
    for read in (request_in, verdict_in, lambda p, at: prices_in(p, at, "USD")):
        with suppress(Malformed):
            str(read(payload, NOW)).encode()  # what is understood can be stored: no lone surrogates


def test_json_nested_without_end_is_put_aside() -> None:
    with pytest.raises(Malformed):
        verdict_in(b"[" * 100_000, NOW)
