"""Errors as clients see them, and how they are logged."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.api.errors import STATUSES, status_of
from lambdas.api.routes import table
from lambdas.config import Config
from lambdas.domain.errors import DomainError, Transient
from lambdas.domain.ledger import Account
from tests.fakes.memory import MemoryAccounts
from tests.unit.http.gateway import Site

Log = Callable[[], list[dict[str, Any]]]
PRIVATE = {name: route for name, route in table.routes.items() if not route.is_public}


class BrokenAccounts(MemoryAccounts):
    """Raises a given error."""

    error: Exception

    def get(self, account_id: str) -> Account:
        """Raises it from another one."""
        try:
            raise KeyError(f"secret of {account_id}")
        except KeyError as cause:
            raise self.error from cause


def broken(site: Site, error: Exception) -> None:
    """Makes every read of the balances raise `error`."""
    accounts = BrokenAccounts(site.store)
    accounts.error = error
    site.deps.accounts = accounts


def path_of(template: str) -> str:
    return template.replace("{symbol}", "AAPL").replace("{order_id}", "x")


@pytest.mark.parametrize("path", ["/", "/nope", "/stocks/", "/orders/1/2", "/STOCKS", "/wallet//"])
def test_an_unknown_path_is_not_found(site: Site, path: str) -> None:
    answer = site.get(path)

    assert answer.status == 404
    assert answer.json == {
        "code": "not_found",
        "message": "There is no such page.",
        "request_id": "request-1",
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", "GET, POST"),
        ("PUT", "/orders/1", "GET"),
        ("POST", "/stocks", "GET"),
        ("PATCH", "/stocks/AAPL/prices", "GET"),
        ("GET", "/wallet/deposits", "POST"),
        ("HEAD", "/heartbeat", "GET"),
        ("OPTIONS", "/me", "GET, PATCH"),
    ],
)
def test_a_wrong_method_is_answered_with_the_allowed_ones(
    site: Site, method: str, path: str, allowed: str
) -> None:
    answer = site.ask(method, path)

    assert (answer.status, answer.json["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "path",
    ["/openapiXjson", "/wallet\n", "/orders\n", '/stocks/"', "/stocks/A\\B", "/orders/#", "/x\n"],
)
def test_a_path_that_only_resembles_a_route_is_not_found(site: Site, path: str) -> None:
    answer = site.get(path)

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def test_a_wrong_method_is_refused_whatever_the_path_parameter_contains(site: Site) -> None:
    for path in ('/orders/"x"', "/stocks/A\\B", "/jobs/\u200b"):
        assert site.ask("DELETE", path).headers["Allow"] == "GET"


@pytest.mark.parametrize("route", PRIVATE.values(), ids=PRIVATE.keys())
@pytest.mark.parametrize("who", [None, ""])
def test_without_an_account_in_the_token_nothing_is_read_or_written(
    site: Site, route: Any, who: str | None
) -> None:
    stored = site.frozen()

    answer = site.ask(route.method, path_of(route.path), who=who, body='{"amount": 1}')

    assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert site.store == stored


def test_a_transient_failure_is_503_with_retry_after(site: Site) -> None:
    broken(site, Transient())

    answer = site.get("/wallet")

    assert (answer.status, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


def test_a_bug_is_500_with_the_request_id_only(site: Site, log: Log) -> None:
    broken(site, ValueError("secret of the payload"))

    answer = site.get("/wallet")

    assert answer.status == 500
    assert answer.json == {
        "code": "internal_error",
        "message": "Something went wrong on our side.",
        "request_id": "request-1",
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_bug_is_logged_with_its_stack_and_without_input(site: Site, log: Log) -> None:
    broken(site, ValueError("secret of the payload"))

    site.get("/wallet", claims={"email": "alice@example.com"}, headers={"authorization": "secret"})

    (line,) = log()
    assert (line["level"], line["error"], line["status"]) == ("ERROR", "ValueError", 500)
    assert line["caused_by"] == ["builtins.KeyError"]
    assert line["request_id"] == "request-1"
    assert "raise self.error from cause" in line["stack"][-1]
    assert "secret of" not in json.dumps({**line, "stack": line["stack"][:-1]})
    assert "alice@example.com" not in json.dumps(line)


def test_a_domain_error_without_a_status_is_a_bug() -> None:
    class Unmapped(DomainError):
        pass

    assert status_of(Unmapped("some_code", "some text")) == 500


def test_every_domain_error_has_a_status() -> None:
    def family(kind: type[DomainError]) -> set[type[DomainError]]:
        children: list[type[DomainError]] = kind.__subclasses__()
        return {kind}.union(*(family(child) for child in children))

    ours = {kind for kind in family(DomainError) if kind.__module__.startswith("lambdas.")}

    assert ours - {DomainError} == set(STATUSES)


def test_a_refusal_is_logged_by_its_code_alone(site: Site, log: Log) -> None:
    site.order(symbol="AAPL", quantity="6")

    (line,) = log()
    assert (line["message"], line["reason"]) == ("refused", "insufficient_funds")
    assert "AAPL" not in json.dumps(line)


def test_an_order_is_one_line_in_the_log(site: Site, log: Log) -> None:
    order_id = site.order(symbol="AAPL", quantity="1").json["order_id"]

    (line,) = log()
    assert (line["message"], line["state"]) == ("order placed", "PENDING")
    assert (line["correlation_id"], line["request_id"]) == (order_id, "request-1")


@pytest.mark.parametrize("path", ["/wallet", "/orders", "/portfolio", "/nope", "/orders/x"])
def test_private_answers_are_never_stored_and_never_sniffed(site: Site, path: str) -> None:
    headers = site.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Request-Id"] == "request-1"


def test_a_missing_setting_is_an_internal_error(site: Site, log: Log) -> None:
    site.deps.config = Config({})

    assert site.get("/me").status == 500
