"""The order of acknowledgements, and the signature that AWS IoT Core asks for."""

from concurrent.futures import Future
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from awscrt import auth, http  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from mqtt_bridge.crt_transport import region_of, signer
from mqtt_bridge.transport import AckOrder


@given(st.permutations(range(8)))
def test_acknowledgements_are_sent_in_the_order_of_arrival(order: list[int]) -> None:
    ack_order = AckOrder()
    pending = [ack_order.add(mid) for mid in range(8)]
    sent: list[int] = []
    done: set[int] = set()
    for mid in order:
        pending[mid].is_done = True
        done.add(mid)
        sent.extend(ack_order.ready())
        assert sent == list(range(len(sent))), "in order"
        assert len(sent) == next((i for i in range(8) if i not in done), 8), "as soon as possible"


def test_a_packet_id_that_comes_twice_is_acknowledged_twice() -> None:
    ack_order = AckOrder()
    first, other, again = (ack_order.add(mid) for mid in (5, 6, 5))
    first.is_done = again.is_done = True
    assert list(ack_order.ready()) == [5]
    other.is_done = True
    assert list(ack_order.ready()) == [6, 5]


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
