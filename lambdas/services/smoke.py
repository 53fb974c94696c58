"""The smoke test: a deployed stage, walked through as an investor without money would.

The canary user has an account like anybody's and never deposits, so that its order is refused and
nothing reaches the exchange.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lambdas.ports import PublicApi, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step, and whether it went as it should."""

    name: str
    passed: bool
    detail: str


OLD_PRICES: Final = timedelta(hours=1)
"""The age at which orders are refused on every stage."""


def walk(api: PublicApi, key: str) -> Iterator[Step]:
    """Heartbeat, sign-in, board, and an order that is refused because there is no money.

    `key` is the order's idempotency key. Later steps need what earlier ones found; the walk ends at
    the first step that fails.
    """
    found: dict[str, str] = {}
    steps: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
        ("heartbeat", lambda: _heartbeat(api)),
        ("sign-in", lambda: _sign_in(api, found)),
        ("board", lambda: _board(api, found)),
        ("order without money", lambda: _order(api, found, key)),
    )
    for name, take in steps:
        try:
            passed, detail = take()
        except Unreachable as problem:
            passed, detail = False, str(problem)
        yield Step(name=name, passed=passed, detail=detail)
        if not passed:
            return


def _heartbeat(api: PublicApi) -> tuple[bool, str]:
    answer = api.call("GET", "/heartbeat")
    body = answer.body or {}
    if answer.status != 200 or body.get("alive") is not True:
        return False, f"answered {answer.status}"
    age_s = body.get("newest_price_age_s")
    if age_s is None:
        return False, "there is no price: the exchange or the bridge is silent"
    if age_s > OLD_PRICES.total_seconds():
        return False, f"the newest price is {age_s} s old"
    return True, f"the newest price is {age_s} s old"


def _sign_in(api: PublicApi, found: dict[str, str]) -> tuple[bool, str]:
    found["token"] = api.sign_in()
    answer = api.call("GET", "/wallet", token=found["token"])
    return answer.status == 200, f"its wallet answered {answer.status}"


def _board(api: PublicApi, found: dict[str, str]) -> tuple[bool, str]:
    answer = api.call("GET", "/stocks", token=found["token"])
    companies = (answer.body or {}).get("items") or []
    if answer.status != 200 or not companies:
        return False, f"answered {answer.status} with {len(companies)} companies"
    found["symbol"] = companies[0]["symbol"]
    return True, f"{len(companies)} companies"


def _order(api: PublicApi, found: dict[str, str], key: str) -> tuple[bool, str]:
    body = {"symbol": found["symbol"], "quantity": "1"}
    answer = api.call("POST", "/orders", token=found["token"], key=key, body=body)
    code = (answer.body or {}).get("code")
    refused = answer.status == 409 and code == "insufficient_funds"
    return refused, f"answered {answer.status} {code}"
