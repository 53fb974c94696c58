"""Webpay Plus: the port `CardPayments` over its REST interface, and what browsers bring back.

Three calls over a kept connection. Not Transbank's SDK: its time-out is 600 s, it takes only the
statuses 200 and 299 for success, an HTML answer ends in a JSONDecodeError, printing its options
prints the key, and its hosts are fixed. A test holds our requests against the SDK's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from lambdas.domain.deposits import Charge, Payment, PaymentPage, PaymentReturn
from lambdas.domain.errors import Refused, Transient
from lambdas.observability import logger

_PATH: Final = "/rswebpaytransaction/api/webpay/v1.2/transactions/"

CONNECT_TIMEOUT_S: Final = 2.0
READ_TIMEOUT_S: Final = 5.0
COMMIT_TIMEOUT_S: Final = 12.0
"""A commit takes 1 to 10 s. None of the calls is repeated here: `status` says what is true."""

MAX_BUY_ORDER: Final = 26
MAX_SESSION_ID: Final = 61
MAX_RETURN_URL: Final = 255
MAX_TOKEN: Final = 64

INTEGRATION_COMMERCE_CODE: Final = "597055555532"
# Published by Transbank for everybody who tries its integration environment.
INTEGRATION_API_KEY: Final = (
    "579B532A7440BB0C9079DED94D31EA1615BACEB56610332264630D42D0A36B1C"  # pragma: allowlist secret
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A commerce code and its key, which is never printed."""

    commerce_code: str
    api_key: str = field(repr=False)


INTEGRATION: Final = Credentials(
    commerce_code=INTEGRATION_COMMERCE_CODE, api_key=INTEGRATION_API_KEY
)


class _Page(msgspec.Struct):
    token: str
    url: str


class _Transaction(msgspec.Struct):
    status: str
    buy_order: str
    session_id: str
    amount: Decimal | None = None
    response_code: int | None = None
    authorization_code: str | None = None


class WebpayCardPayments:
    """The port `CardPayments`. `credentials` is asked at each call: a key may be exchanged."""

    def __init__(self, url: str, credentials: Callable[[], Credentials]) -> None:
        self._url = url.rstrip("/") + _PATH
        self._credentials = credentials
        self._http = urllib3.PoolManager(maxsize=2, retries=False)

    def create(self, charge: Charge, return_url: str) -> PaymentPage:
        """One POST."""
        assert len(charge.buy_order) <= MAX_BUY_ORDER, "Webpay's limit"
        assert len(charge.session_id) <= MAX_SESSION_ID, "Webpay's limit"
        assert len(return_url) <= MAX_RETURN_URL, "Webpay's limit"
        body = {
            "buy_order": charge.buy_order,
            "session_id": charge.session_id,
            "amount": str(charge.amount_clp),
            "return_url": return_url,
        }
        page = self._call("POST", "", _Page, body=msgspec.json.encode(body))
        return PaymentPage(url=page.url, token=page.token)

    def commit(self, token: str) -> Payment:
        """One PUT."""
        found = self._call("PUT", token, _Transaction, timeout_s=COMMIT_TIMEOUT_S)
        return _payment(found)

    def status(self, token: str) -> Payment:
        """One GET."""
        return _payment(self._call("GET", token, _Transaction))

    def _call(
        self,
        method: str,
        token: str,
        form: Any,
        *,
        body: bytes | None = None,
        timeout_s: float = READ_TIMEOUT_S,
    ) -> Any:
        assert len(token) <= MAX_TOKEN, "Webpay's limit"
        own = self._credentials()
        headers = {
            "Tbk-Api-Key-Id": own.commerce_code,
            "Tbk-Api-Key-Secret": own.api_key,
            "Content-Type": "application/json",
        }
        timeout = urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=timeout_s)
        try:
            response = self._http.request(
                method, self._url + token, body=body, headers=headers, timeout=timeout
            )
        except HTTPError as error:
            raise Transient from error
        return _decoded(method, response.status, response.data, form)


def _decoded(method: str, status: int, body: bytes, form: Any) -> Any:
    """Raises Refused for what Webpay refuses in its own words, and Transient for all the rest."""
    if status in (401, 403):
        logger.error("webpay does not accept the commerce code and key", status=status)
        raise Transient
    if 400 <= status < 500 and status not in (408, 429) and _is_refusal(body):
        logger.info("webpay refused a call", method=method, status=status)
        raise Refused("payment_refused", "The payment provider refused.")
    if not 200 <= status < 300:
        raise Transient
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Transient from error


def _is_refusal(body: bytes) -> bool:
    try:
        words = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(words, dict) and bool({"error_message", "description"} & words.keys())


def _payment(found: _Transaction) -> Payment:
    amount = found.amount
    is_whole = amount is not None and amount == amount.to_integral_value()
    return Payment(
        status=found.status,
        response_code=found.response_code,
        amount_clp=int(amount) if amount is not None and is_whole else None,
        buy_order=found.buy_order,
        session_id=found.session_id,
        authorization_code=found.authorization_code,
    )


def parse_return(parameters: Mapping[str, str]) -> PaymentReturn | None:
    """What a browser brings back from the payment page; None if it is nothing of Webpay's.

    `token_ws` alone: paid, or refused. `TBK_TOKEN`: cancelled, whatever else there is. Session and
    buy order without a token: the page's time was over.
    """
    if cancelled := _token(parameters, "TBK_TOKEN"):
        return PaymentReturn(token=cancelled, was_cancelled=True)
    if token := _token(parameters, "token_ws"):
        return PaymentReturn(token=token)
    session_id = parameters.get("TBK_ID_SESION", "")
    if session_id and len(session_id) <= MAX_SESSION_ID and parameters.get("TBK_ORDEN_COMPRA"):
        return PaymentReturn(session_id=session_id)
    return None


def _token(parameters: Mapping[str, str], name: str) -> str | None:
    token = parameters.get(name, "")
    return token if 0 < len(token) <= MAX_TOKEN and token.isalnum() and token.isascii() else None
