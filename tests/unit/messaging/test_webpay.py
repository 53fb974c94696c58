"""Webpay's REST interface: our requests beside those of Transbank's SDK, answers, and returns."""

import json
import threading
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from transbank.common.api_constants import ApiConstants
from transbank.common.integration_api_keys import IntegrationApiKeys
from transbank.common.integration_commerce_codes import IntegrationCommerceCodes
from transbank.common.integration_type import IntegrationType
from transbank.common.options import WebpayOptions
from transbank.common.request_service import RequestService
from transbank.error.transbank_error import TransbankError
from transbank.webpay.webpay_plus.transaction import Transaction

from lambdas.domain.deposits import PaymentReturn
from lambdas.domain.errors import Refused, Transient
from lambdas.messaging import webpay
from lambdas.messaging.webpay import INTEGRATION, Credentials, WebpayCardPayments, parse_return
from local.webpay import core
from local.webpay.core import Choice, Faults
from local.webpay.server import Server
from tests.builders import NOW
from tests.unit.domain.test_deposits import a_card_deposit

RETURN_URL = "https://api.example/payments/webpay/return"
TOKEN = "0a" * 32


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server(0, Faults(rng=Random(1)), clock=lambda: NOW)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sdk(server: Server, monkeypatch: pytest.MonkeyPatch) -> Transaction:
    monkeypatch.setattr(RequestService, "host", lambda _options: server.url)
    options = WebpayOptions(
        IntegrationCommerceCodes.WEBPAY_PLUS, IntegrationApiKeys.WEBPAY, IntegrationType.TEST
    )
    return Transaction(options)


def sent(server: Server) -> tuple[str, str, dict[str, str], Any]:
    method, path, headers, body = server.requests.pop()
    relevant = ("Tbk-Api-Key-Id", "Tbk-Api-Key-Secret", "Content-Type")
    return (
        method,
        path,
        {name: headers[name] for name in relevant},
        json.loads(body) if body else None,
    )


def test_our_requests_are_those_of_the_sdk(server: Server, sdk: Transaction) -> None:
    ours = WebpayCardPayments(server.url, lambda: INTEGRATION)
    charge = a_card_deposit().charge
    assert charge is not None
    page = ours.create(charge, RETURN_URL)
    request = sent(server)
    theirs = sdk.create(charge.buy_order, charge.session_id, charge.amount_clp, RETURN_URL)
    assert request == sent(server)
    assert page.url == theirs["url"]
    for token in (page.token, theirs["token"]):
        server.webpay.choose(token, Choice.APPROVE, NOW)
    status = ours.status(page.token)
    request = sent(server)
    assert sdk.status(page.token)["status"] == status.status
    assert request == sent(server)
    ours.commit(page.token)
    request = sent(server)
    with pytest.raises(TransbankError):  # it is committed already
        sdk.commit(page.token)
    assert request == sent(server)


def test_limits_and_published_keys_are_those_of_the_sdk() -> None:
    assert webpay.MAX_BUY_ORDER == ApiConstants.BUY_ORDER_LENGTH
    assert webpay.MAX_SESSION_ID == ApiConstants.SESSION_ID_LENGTH
    assert webpay.MAX_RETURN_URL == ApiConstants.RETURN_URL_LENGTH
    assert webpay.MAX_TOKEN == ApiConstants.TOKEN_LENGTH
    published = (IntegrationCommerceCodes.WEBPAY_PLUS, IntegrationApiKeys.WEBPAY)
    assert (INTEGRATION.commerce_code, INTEGRATION.api_key) == published
    assert published == (core.COMMERCE_CODE, core.API_KEY)


def test_the_key_is_never_printed() -> None:
    assert INTEGRATION.api_key not in repr(INTEGRATION)


def test_a_wrong_key_is_not_taken_for_a_refused_payment(server: Server) -> None:
    wrong = Credentials(commerce_code="1", api_key="2")
    with pytest.raises(Transient):
        WebpayCardPayments(server.url, lambda: wrong).status(TOKEN)


def test_nobody_there_is_transient() -> None:
    with pytest.raises(Transient):
        WebpayCardPayments("http://127.0.0.1:9", lambda: INTEGRATION).status(TOKEN)


FACTS = {"status": "AUTHORIZED", "buy_order": "b", "session_id": "s"}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"<html>", Transient),
        (200, b"[]", Transient),
        (200, b'{"status": 1}', Transient),
        (200, b"\xff", Transient),
        (302, b"", Transient),
        (429, b'{"error_message": "x"}', Transient),
        (500, b'{"error_message": "x"}', Transient),
        (404, b"<html>", Transient),
        (422, b'{"error_message": "x"}', Refused),
        (404, b'{"description": "x"}', Refused),
    ],
)
def test_only_a_refusal_in_webpays_own_words_is_one(
    status: int, body: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        webpay._decoded("GET", status, body, webpay._Transaction)


@pytest.mark.parametrize(
    ("amount", "pesos"),
    [("1000", 1000), ("1000.0", 1000), ("1000.5", None), ("null", None), ('"1000"', 1000)],
)
def test_pesos_are_read_exactly(amount: str, pesos: int | None) -> None:
    body = f'{{"status":"x","buy_order":"b","session_id":"s","amount":{amount}}}'.encode()
    found = webpay._decoded("GET", 200, body, webpay._Transaction)
    assert webpay._payment(found).amount_clp == pesos


NAMES = {"TBK_ID_SESION": "s", "TBK_ORDEN_COMPRA": "b"}


@pytest.mark.parametrize(
    ("parameters", "returned"),
    [
        ({"token_ws": TOKEN}, PaymentReturn(token=TOKEN)),
        ({"TBK_TOKEN": TOKEN} | NAMES, PaymentReturn(token=TOKEN, was_cancelled=True)),
        (NAMES, PaymentReturn(session_id="s")),
        (
            {"token_ws": "1" * 64, "TBK_TOKEN": TOKEN} | NAMES,
            PaymentReturn(token=TOKEN, was_cancelled=True),
        ),
        ({}, None),
        ({"TBK_ID_SESION": "s"}, None),
        ({"TBK_ORDEN_COMPRA": "b"}, None),
        ({"token_ws": ""}, None),
        ({"token_ws": "../" + TOKEN[3:]}, None),
        ({"token_ws": TOKEN + "0"}, None),
        ({"TBK_ID_SESION": "s" * 62, "TBK_ORDEN_COMPRA": "b"}, None),
    ],
)
def test_every_combination_that_comes_back(
    parameters: dict[str, str], returned: PaymentReturn | None
) -> None:
    assert parse_return(parameters) == returned
