"""Investors with a browser that retries. They remember the answers that they got: those must be
true.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from lambdas.names import Function
from tests.histories.http import decoded, deposit_of, place_of
from tests.histories.operations import Deposit, Place
from tests.simulation.functions import Functions
from tests.simulation.sometimes import PRICE_TOO_OLD, REFUSED, REUSED, UNHEARD
from tests.simulation.witness import Witness

ACCOUNTS: Final = {
    "ana": "11111111-1111-4111-8111-111111111111",
    "bruno": "22222222-2222-4222-8222-222222222222",
    "carla": "33333333-3333-4333-8333-333333333333",
}


_REACHED: Final = {
    "insufficient_funds": REFUSED,
    "idempotency_key_reused": REUSED,
    "price_too_old": PRICE_TOO_OLD,
}


@dataclass(eq=False)
class Wish:
    """One thing that an investor wants, under one idempotency key, however often it is sent."""

    who: str
    path: str
    body: dict[str, Any]
    key: UUID
    attempts: int = 0
    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=list)

    @property
    def granted(self) -> dict[str, Any] | None:
        """The body of the first successful answer."""
        return next((body for status, body in self.answers if status in (200, 201, 202)), None)


class People:
    """Sends wishes to the API until each has an answer that will not change."""

    def __init__(
        self,
        functions: Functions,
        rng: Random,
        bug: Callable[[str], None],
        version: Callable[[], int],
        witness: Witness,
    ) -> None:
        self.wishes: list[Wish] = []
        self.refusals: list[tuple[Wish, int]] = []
        """For lack of money, with the version of the tables when the request was sent."""
        self.answered: Callable[[Wish], None] = lambda _wish: None
        """Called with a wish that has got a final answer."""
        self._version = version
        self._witness = witness
        self._functions = functions
        self._rng = rng
        self._bug = bug

    def wish(self, who: str, path: str, body: dict[str, Any], key: int, clicks: int) -> None:
        """Sends a new wish as often as the investor clicks."""
        wish = Wish(who=who, path=path, body=body, key=UUID(int=key, version=4))
        self.wishes.append(wish)
        for _ in range(clicks):
            self.send(wish)

    def send(self, wish: Wish) -> None:
        """Sends a wish once more, with the same key."""
        wish.attempts += 1
        self._functions.kernel.say(f"{wish.who}: POST {wish.path} {wish.body} ({wish.key})")
        event = gateway_event("POST", wish.path, ACCOUNTS[wish.who], wish.body, wish.key)
        since = self._version()
        request = _request(wish, wish.body)
        number = self._witness.asked(ACCOUNTS[wish.who], wish.who, request)

        def receive(answer: Any, _ok: bool) -> None:
            status, body = decoded(answer)
            self._witness.told(ACCOUNTS[wish.who], number, request, status, body)
            self._receive(wish, since, status, body)

        self._functions.invoke(Function.API, event, receive)

    def misuse(self, wish: Wish) -> None:
        """Sends the same key with something else, which must change nothing."""
        body = {**wish.body, "amount": "1.00"}
        body.pop("quantity", None)
        if body != wish.body and wish.granted is not None:  # else this would be the first use
            event = gateway_event("POST", wish.path, ACCOUNTS[wish.who], body, wish.key)
            account_id, request = ACCOUNTS[wish.who], _request(wish, body)
            number = self._witness.asked(account_id, wish.who, request)

            def receive(answer: Any, _ok: bool) -> None:
                status, told = decoded(answer)
                self._witness.told(account_id, number, request, status, told)
                if told.get("code") == "idempotency_key_reused":
                    self._functions.kernel.reached.add(REUSED)
                if 0 < status < 300:
                    self._bug("a key was used twice, for two things, and both were granted")

            self._functions.invoke(Function.API, event, receive)

    def _receive(self, wish: Wish, since: int, status: int, body: Any) -> None:
        kernel = self._functions.kernel
        kernel.say(f"{wish.who}: hears {status or 'nothing'} {body.get('code', '')}")
        if status == 500:
            self._bug(f"the API answered 500 to {wish.path} {wish.body}")
        if (state := _REACHED.get(str(body.get("code", "")))) is not None:
            kernel.reached.add(state)
        if body.get("code") == "insufficient_funds":
            self.refusals.append((wish, since))
        if is_final(status, body):
            wish.answers.append((status, body))
            self.answered(wish)
        elif wish.granted is None and (kernel.is_calm or wish.attempts < 12):
            if status == 0:
                kernel.reached.add(UNHEARD)
            kernel.at(1.0 + self._rng.random() * 5, lambda: self.send(wish))

    def hurry(self) -> None:
        """Sends every wish without a final answer again."""
        for wish in self.wishes:
            if not wish.answers:
                self.send(wish)


def _request(wish: Wish, body: Mapping[str, Any]) -> Deposit | Place:
    account_id = ACCOUNTS[wish.who]
    if wish.path == "/wallet/deposits":
        return deposit_of(account_id, wish.key, body)
    return place_of(account_id, wish.key, body, ())


def is_final(status: int, body: dict[str, Any]) -> bool:
    """Whether the client need not try again: not after a failure, nor after a stale decision."""
    return status not in (0, 500, 503) and body.get("code") != "conflict"


def gateway_event(
    method: str,
    path: str,
    account_id: str,
    body: dict[str, Any],
    key: UUID | None,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An event as the HTTP API sends it."""
    names = {} if key is None else {"idempotency-key": str(key)}
    return {
        "version": "2.0",
        "routeKey": "GET /{proxy+}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "queryStringParameters": dict(query or {}),
        "headers": {"content-type": "application/json", **names},
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": "request",
            "stage": "$default",
            "authorizer": {"jwt": {"claims": {"sub": account_id}, "scopes": None}},
        },
    }
