"""The wallet: balances, deposits, the ledger."""

from typing import Any

import pytest

from lambdas.domain.deposits import DepositDecision
from lambdas.domain.errors import StaleDecision
from tests.builders import ALICE, BRUNO
from tests.fakes.memory import MemoryAccounts
from tests.unit.http.gateway import Site

KEY = "0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0e"


def test_a_wallet_shows_available_and_held_money(site: Site) -> None:
    site.order(symbol="AAPL", quantity=1)

    assert site.get("/wallet").json == {
        "available": "809.75",
        "held": "190.25",
        "total": "1000.00",
        "currency": "USD",
        "account_version": 2,
    }


def test_an_account_without_deposits_has_nothing(site: Site) -> None:
    nothing = site.get("/wallet", who=BRUNO).json
    assert (nothing["total"], nothing["account_version"]) == ("0.00", 0)


def test_a_deposit_is_made_once_however_often_it_is_asked_for(site: Site) -> None:
    first = site.deposit("12.34", KEY)
    again = site.deposit(12.34, KEY)

    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert first.json["amount"] == "12.34"
    assert (first.json["account_version"], first.json["version"]) == (2, 1)
    assert first.json["recorded_at"] == "2026-03-04T15:00:00.123456Z"
    assert site.get("/wallet").json["available"] == "1012.34"


def test_another_deposit_under_a_used_key_is_refused(site: Site) -> None:
    site.deposit("1", KEY)
    stored = site.frozen()

    answer = site.deposit("2", KEY)

    assert (answer.status, answer.json["code"]) == (422, "idempotency_key_reused")
    assert site.store == stored


def test_the_same_key_of_another_account_is_its_own_deposit(site: Site) -> None:
    alices, brunos = site.deposit("1", KEY), site.deposit("2", KEY, who=BRUNO)

    assert (alices.status, brunos.status) == (201, 201)
    assert alices.json["deposit_id"] != brunos.json["deposit_id"]
    assert site.get("/wallet", who=BRUNO).json["available"] == "2.00"


def test_without_a_key_the_server_makes_one(site: Site) -> None:
    assert site.deposit("1").status == 201


def test_a_deposit_may_be_as_large_as_the_limit_and_as_small_as_a_cent(site: Site) -> None:
    assert site.deposit("100000", KEY).status == 201
    assert site.deposit("0.01").status == 201


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (None, "required"),
        ("0", "too_small"),
        (-1, "too_small"),
        ("0.001", "too_many_decimals"),
        (0.1 + 0.2, "too_many_decimals"),
        ("100000.01", "too_large"),
        ("1e400", "too_large"),
        ("NaN", "not_a_number"),
        (True, "not_a_number"),
        ([1], "not_a_number"),
        ("1,5", "not_a_number"),
    ],
)
def test_an_invalid_deposit_is_refused_and_nothing_is_written(
    site: Site, amount: Any, code: str
) -> None:
    stored = site.frozen()

    answer = site.deposit(amount)

    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, code, "amount")
    assert site.store == stored


def test_both_faults_of_a_deposit_are_named(site: Site) -> None:
    assert site.deposit("0", "no-uuid").fields == ["Idempotency-Key", "amount"]


def test_a_deposit_with_a_lasting_collision_is_a_conflict(site: Site) -> None:
    class Contested(MemoryAccounts):
        def commit_deposit(self, decision: DepositDecision) -> None:
            raise StaleDecision

    site.deps.accounts = Contested(site.store)

    answer = site.deposit("1", KEY)

    assert (answer.status, answer.json["code"]) == (409, "conflict")


def test_the_ledger_shows_every_posting_newest_first(site: Site) -> None:
    order_id = site.order(symbol="AAPL", quantity=1).json["order_id"]

    hold, deposit = sorted(site.get("/wallet/postings").json["items"], key=lambda p: p["held"])[
        ::-1
    ]

    assert hold == {
        "posting_id": f"{order_id}#HOLD",
        "account_version": 2,
        "kind": "HOLD",
        "available": "-190.25",
        "held": "190.25",
        "currency": "USD",
        "order_id": order_id,
        "symbol": "AAPL",
        "recorded_at": "2026-03-04T15:00:00.123456Z",
    }
    assert (deposit["kind"], deposit["available"]) == ("DEPOSIT", "1000.00")
    assert (deposit["order_id"], deposit["symbol"]) == (None, None)


def test_the_ledger_comes_in_pages(site: Site) -> None:
    site.deposit("1", KEY)

    first = site.get("/wallet/postings", query={"limit": "1"}).json
    last = site.get("/wallet/postings", query={"limit": "1", "cursor": first["next_cursor"]}).json

    assert {page["items"][0]["available"] for page in (first, last)} == {"1.00", "1000.00"}
    assert last["next_cursor"] is None


def test_only_own_postings_are_listed(site: Site) -> None:
    assert site.get("/wallet/postings", who=BRUNO).json["items"] == []
    assert len(site.get("/wallet/postings", who=ALICE).json["items"]) == 1


@pytest.mark.parametrize("query", [{"limit": "0"}, {"cursor": "not ours"}])
def test_an_invalid_parameter_is_named(site: Site, query: dict[str, str]) -> None:
    answer = site.get("/wallet/postings", query=query)

    assert (answer.status, answer.fields) == (422, list(query))
