"""Investors with a browser that retries. They remember the answers that they got: those must be
true.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

from lambdas.names import Function
from tests.simulation.functions import Functions

ACCOUNTS: Final = {
    "ana": "11111111-1111-4111-8111-111111111111",
    "bruno": "22222222-2222-4222-8222-222222222222",
    "carla": "33333333-3333-4333-8333-333333333333",
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
    ) -> None:
        self.wishes: list[Wish] = []
        self.refusals: list[tuple[Wish, int]] = []
        """For lack of money, with the version of the tables when the request was sent."""
        self._version = version
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
        self._functions.invoke(
            Function.API, event, lambda answer, _: self._receive(wish, since, answer)
        )

    def misuse(self, wish: Wish) -> None:
        """Sends the same key with something else, which must change nothing."""
        body = {**wish.body, "amount": "1.00"}
        body.pop("quantity", None)
        if body != wish.body and wish.granted is not None:  # else this would be the first use
            event = gateway_event("POST", wish.path, ACCOUNTS[wish.who], body, wish.key)
            self._functions.invoke(Function.API, event, lambda answer, _: self._refused(answer))

    def _refused(self, answer: Any) -> None:
        if answer is not None and answer["statusCode"] < 300:
            self._bug("a key was used twice, for two things, and both were granted")

    def _receive(self, wish: Wish, since: int, answer: Any) -> None:
        kernel = self._functions.kernel
        status = 0 if answer is None else int(answer["statusCode"])
        body = {} if answer is None else json.loads(answer["body"])
        kernel.say(f"{wish.who}: hears {status or 'nothing'} {body.get('code', '')}")
        if status == 500:
            self._bug(f"the API answered 500 to {wish.path} {wish.body}")
        if body.get("code") == "insufficient_funds":
            self.refusals.append((wish, since))
        if is_final(status, body):
            wish.answers.append((status, body))
        elif wish.granted is None and (kernel.is_calm or wish.attempts < 12):
            kernel.at(1.0 + self._rng.random() * 5, lambda: self.send(wish))

    def hurry(self) -> None:
        """Sends every wish without a final answer again."""
        for wish in self.wishes:
            if not wish.answers:
                self.send(wish)


def is_final(status: int, body: dict[str, Any]) -> bool:
    """Whether the client need not try again: not after a failure, nor after a stale decision."""
    return status not in (0, 500, 503) and body.get("code") != "conflict"


def gateway_event(
    method: str, path: str, account_id: str, body: dict[str, Any], key: UUID
) -> dict[str, Any]:
    """An event as the HTTP API sends it."""
    return {
        "version": "2.0",
        "routeKey": "GET /{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"idempotency-key": str(key), "content-type": "application/json"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
            "requestId": "request",
            "stage": "$default",
            "authorizer": {"jwt": {"claims": {"sub": account_id}, "scopes": None}},
        },
    }
