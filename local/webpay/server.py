"""The stand-in behind HTTP: the REST interface, the page to pay on, and faults on demand."""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from local.webpay.core import API_KEY, COMMERCE_CODE, Choice, Fault, Faults, Reply, Webpay

TRANSACTIONS: Final = "/rswebpaytransaction/api/webpay/v1.2/transactions"
PAGE: Final = "/webpayserver/initTransaction"
_CHOOSE: Final = "/webpayserver/choose"
_FAULTS: Final = "/stand-in/faults"
SLOW_S: Final = 15.0
_MAX_BODY: Final = 10_000

_STYLE: Final = (
    "body{font:16px/1.5 system-ui;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#222}"
    "button{display:block;width:100%;padding:.8rem;margin:.6rem 0;font:inherit;cursor:pointer}"
    "h1{font-size:1.3rem}.note{color:#666;font-size:.9rem}"
)
_WORDS: Final = {
    Choice.APPROVE: "Pagar (aprobar)",
    Choice.REFUSE: "Pagar con una tarjeta que el banco rechaza",
    Choice.ABANDON: "Anular y volver al comercio",
    Choice.WAIT: "Esperar hasta que se acabe el tiempo",
    Choice.BREAK: "Página de error",
}


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Server(ThreadingHTTPServer):
    """Serves one stand-in until `shutdown`."""

    daemon_threads = True

    def __init__(self, port: int, faults: Faults, clock: Callable[[], datetime] = now) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.webpay = Webpay(f"{self.url}{PAGE}", rng=faults.rng)
        self.faults = faults
        self.clock = clock
        self.lock = threading.Lock()
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        """Method, path, headers and body of each REST call, for tests."""
        self.slow_s = SLOW_S

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._route()

    def do_POST(self) -> None:
        self._route()

    def do_PUT(self) -> None:
        self._route()

    def log_request(self, code: int | str = "-", _: int | str = "-") -> None:
        """One line a request, without its query: the token is in it."""
        print(self.command, urlsplit(self.path).path[:200], code, flush=True)

    def _route(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), _MAX_BODY)
        body = self.rfile.read(length)
        path = urlsplit(self.path).path
        if path.startswith(TRANSACTIONS):
            self._call(path, body)
        elif path == PAGE:
            self._show_page(self._form(body).get("token_ws", ""))
        elif path == _CHOOSE and self.command == "POST":
            self._choose(self._form(body))
        elif path == _FAULTS and self.command == "POST":
            with self.server.lock:
                self.server.faults.asked = [Fault(each) for each in json.loads(body)]
            self._send(204, b"")
        else:
            self._send(404, b"")

    def _form(self, body: bytes) -> dict[str, str]:
        query = urlsplit(self.path).query
        text = body.decode(errors="replace")
        return {name: values[0] for name, values in parse_qs(f"{query}&{text}").items()}

    # --- the REST interface ---

    def _call(self, path: str, body: bytes) -> None:
        own = dict(self.headers.items())
        with self.server.lock:
            self.server.requests.append((self.command, self.path, own, body))
            fault = self.server.faults.next()
        if (own.get("Tbk-Api-Key-Id"), own.get("Tbk-Api-Key-Secret")) != (COMMERCE_CODE, API_KEY):
            self._send_json(Reply(401, {"error_message": "Not Authorized"}))
            return
        if fault is Fault.ERROR_BEFORE:
            self._send_json(Reply(500, {"error_message": "Internal Server Error"}))
            return
        with self.server.lock:
            reply = self._answer(path, body)
            if fault is Fault.TWICE:
                reply = self._answer(path, body)
        self._send_with(fault, reply)

    def _answer(self, path: str, body: bytes) -> Reply:
        token = path.removeprefix(TRANSACTIONS).strip("/")
        at, webpay = self.server.clock(), self.server.webpay
        match self.command:
            case "POST" if not token:
                return webpay.create(json.loads(body), at)
            case "PUT" if token:
                return webpay.commit(token, at)
            case "GET" if token:
                return webpay.status(token, at)
            case _:
                return Reply(405, {"error_message": "Method Not Allowed"})

    def _send_with(self, fault: Fault | None, reply: Reply) -> None:
        match fault:
            case Fault.LOST:
                self.close_connection = True
            case Fault.ERROR_AFTER:
                self._send_json(Reply(500, {"error_message": "Internal Server Error"}))
            case Fault.PAGE:
                self._send(200, b"<html><body>Service Unavailable</body></html>", "text/html")
            case _:
                if fault is Fault.SLOW:
                    time.sleep(self.server.slow_s)
                self._send_json(reply)

    # --- the page ---

    def _show_page(self, token: str) -> None:
        with self.server.lock:
            transaction = self.server.webpay.transactions.get(token)
        if transaction is None:
            self._send_page("<h1>Esta transacción no existe</h1>", 404)
            return
        buttons = "".join(
            f'<button name="choice" value="{choice}">{words}</button>'
            for choice, words in _WORDS.items()
        )
        amount = f"{transaction.amount:,}".replace(",", ".")
        self._send_page(
            f"<h1>Webpay (simulado)</h1><p>Monto a pagar: <strong>${amount}</strong></p>"
            f'<form method="post" action="{_CHOOSE}">'
            f'<input type="hidden" name="token_ws" value="{escape(token)}">{buttons}</form>'
            '<p class="note">Aquí no se paga nada de verdad.</p>'
        )

    def _choose(self, form: dict[str, str]) -> None:
        token, choice = form.get("token_ws", ""), form.get("choice", "")
        with self.server.lock:
            transaction = self.server.webpay.transactions.get(token)
            is_known = transaction is not None and choice in list(Choice)
            returned = (
                self.server.webpay.choose(token, Choice(choice), self.server.clock())
                if is_known
                else None
            )
        if transaction is None or returned is None:
            self._send_page("<h1>Esta transacción no existe</h1>", 404)
        elif "token_ws" in returned and "TBK_TOKEN" not in returned:  # as Webpay does since 1.2
            self._redirect(f"{transaction.return_url}?{urlencode(returned)}")
        else:
            self._post_back(transaction.return_url, returned)

    def _post_back(self, url: str, returned: dict[str, str]) -> None:
        fields = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
            for name, value in returned.items()
        )
        self._send_page(
            f'<form id="back" method="post" action="{escape(url)}">{fields}'
            "<button>Volver al comercio</button></form>"
            "<script>document.getElementById('back').submit()</script>"
        )

    # --- answers ---

    def _redirect(self, url: str) -> None:
        self.send_response(303)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_page(self, content: str, status: int = 200) -> None:
        page = (
            '<!doctype html><html lang="es"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Webpay (simulado)</title>'
            f"<style>{_STYLE}</style><body>{content}</body></html>"
        )
        self._send(status, page.encode(), "text/html; charset=utf-8")

    def _send_json(self, reply: Reply) -> None:
        self._send(reply.status, json.dumps(reply.body).encode())

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
