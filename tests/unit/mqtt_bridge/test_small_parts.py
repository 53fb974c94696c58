"""Delays, order of acknowledgements, counters, health, log lines, credentials, the signature."""

import json
import logging
import sys
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from awscrt import auth, http  # type: ignore[import-untyped]
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from mqtt_bridge import health
from mqtt_bridge.ack_order import AckOrder
from mqtt_bridge.backoff import Backoff
from mqtt_bridge.counters import Count, Counters
from mqtt_bridge.credentials import Credentials, CredentialsUnavailable, read_secret
from mqtt_bridge.crt_transport import region_of, signer
from mqtt_bridge.logs import JsonLines
from mqtt_bridge.own_ids import OwnIds
from mqtt_bridge.settings import Login


def test_delays_grow_to_a_ceiling_with_jitter_and_start_afresh() -> None:
    backoff = Backoff(first_s=0.5, longest_s=20.0)
    for ceiling in (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0):
        assert ceiling / 10 <= backoff.next_s() <= ceiling
    backoff.reset()
    assert backoff.next_s() <= 0.5
    assert len({Backoff(first_s=1, longest_s=9).next_s() for _ in range(20)}) > 1


def test_thousands_of_failures_do_not_overflow() -> None:
    backoff = Backoff(first_s=0.5, longest_s=20.0)
    assert max(backoff.next_s() for _ in range(5_000)) <= 20.0


@given(st.permutations(range(8)))
def test_acknowledgements_leave_in_order_whatever_order_they_are_done_in(order: list[int]) -> None:
    ack_order = AckOrder()
    pending = [ack_order.arrived(mid) for mid in range(8)]
    sent: list[int] = []
    done: set[int] = set()
    for mid in order:
        pending[mid].done = True
        done.add(mid)
        sent.extend(ack_order.ready())
        assert sent == list(range(len(sent))), "in order"
        assert len(sent) == next((i for i in range(8) if i not in done), 8), "as soon as possible"


def test_a_packet_id_that_comes_twice_is_acknowledged_twice() -> None:
    ack_order = AckOrder()
    first, other, again = (ack_order.arrived(mid) for mid in (5, 6, 5))
    first.done = again.done = True
    assert list(ack_order.ready()) == [5]
    other.done = True
    assert list(ack_order.ready()) == [6, 5]


def test_a_snapshot_has_every_count() -> None:
    counters = Counters()
    counters.add(Count.FORWARDED, 3)
    snapshot = counters.snapshot()
    assert snapshot["forwarded"] == 3
    assert set(snapshot) == {count.value for count in Count}


def test_health_is_fresh_stale_or_absent(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    now = datetime.now(UTC)
    assert not health.is_fresh(path, now)
    health.beat(path)
    assert health.is_fresh(path, now + timedelta(seconds=29))
    assert not health.is_fresh(path, now + timedelta(seconds=32))
    health.silence(path)
    health.silence(path)
    assert not health.is_fresh(path, now)


def test_a_log_line_says_type_and_place_of_an_error_but_not_its_text() -> None:
    try:
        raise ValueError("a payload")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "crashed", None, error)
    record.fields = {"queue": "prices"}
    line = json.loads(JsonLines().format(record))
    assert line["event"] == "crashed"
    assert line["queue"] == "prices"
    assert line["error"] == "ValueError"
    assert line["where"][0].startswith("test_small_parts.py:")
    assert "a payload" not in json.dumps(line)


class Secrets:
    """A Secrets Manager client with one secret."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.reads = 0

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        assert (operation, request) == ("GetSecretValue", {"SecretId": "broker"})
        self.reads += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"SecretString": self.answer}

    def close(self) -> None:
        """Nothing is open."""


def test_a_secret_is_read_once_and_again_when_refused() -> None:
    secrets = Secrets('{"username": "u", "password": "old"}')
    credentials = Credentials.of_secret(lambda: secrets, "broker")
    assert credentials.current() == credentials.current() == Login(username="u", password="old")
    assert secrets.reads == 1
    secrets.answer = '{"username": "u", "password": "new"}'
    credentials.forget()
    assert credentials.current() == Login(username="u", password="new")


def test_a_login_of_the_url_stays() -> None:
    login = Login(username="u", password="p")
    credentials = Credentials(fixed=login)
    credentials.forget()
    assert credentials.current() == login
    assert Credentials().current() is None


@pytest.mark.parametrize(
    "answer",
    [
        "hunter2",
        '["hunter2"]',
        '{"username": "hunter2"}',
        ClientError({"Error": {"Code": "AccessDenied", "Message": "hunter2"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="http://hunter2"),
    ],
)
def test_a_secret_that_cannot_be_used_says_so_without_its_text(answer: Any) -> None:
    with pytest.raises(CredentialsUnavailable) as caught:
        read_secret(Secrets(answer), "broker")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_region_is_part_of_the_endpoint() -> None:
    assert region_of("abc-ats.iot.eu-west-1.amazonaws.com") == "eu-west-1"


def test_a_handshake_is_signed_for_iot_and_the_token_added_unsigned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "an example")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    host = "abc-ats.iot.eu-west-1.amazonaws.com"
    done: Future[Exception | None] = Future()

    class Handshake:
        http_request = http.HttpRequest("GET", "/mqtt", http.HttpHeaders([("Host", host)]))
        set_done = staticmethod(done.set_result)

    signer(host)(Handshake())
    assert done.result(5) is None
    query = dict(parse_qsl(urlsplit(Handshake.http_request.path).query))
    assert query["X-Amz-Credential"].startswith("AKIDEXAMPLE/")
    assert query["X-Amz-Credential"].endswith("/eu-west-1/iotdevicegateway/aws4_request")
    assert query["X-Amz-Security-Token"] == "token"

    # The same signature as without a token at all: IoT Core wants the token outside of it.
    signed_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    plain = http.HttpRequest("GET", "/mqtt", http.HttpHeaders([("Host", host)]))
    config = auth.AwsSigningConfig(
        signature_type=auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS,
        credentials_provider=auth.AwsCredentialsProvider.new_static("AKIDEXAMPLE", "an example"),
        region="eu-west-1",
        service="iotdevicegateway",
        date=signed_at,
    )
    auth.aws_sign_request(plain, config).result(5)
    expected = dict(parse_qsl(urlsplit(plain.path).query))["X-Amz-Signature"]
    assert query["X-Amz-Signature"] == expected


def test_the_ids_of_what_was_published_last_are_remembered_and_no_more() -> None:
    own_ids = OwnIds(2)
    for correlation_id in ("a", "b", "b", "c"):
        own_ids.add(correlation_id)
    assert [it in own_ids for it in ("a", "b", "c", None)] == [False, True, True, False]
