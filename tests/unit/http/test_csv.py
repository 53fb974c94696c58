"""CSV exports: complete, readable, and harmless in a spreadsheet."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from lambdas.api import responses, wallet
from lambdas.api.responses import csv_text
from lambdas.domain.ledger import Position
from lambdas.domain.orders import Event, State
from lambdas.services.orders import advance_order
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_quote, an_accepted_order
from tests.unit.http.gateway import Answer, Site

CSV = {"Accept": "text/csv"}


class Cell(Struct):
    """One column."""

    text: str | bool | None


def rows(answer: Answer) -> list[dict[str, str]]:
    """The rows, by the names in the first line."""
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def many_deposits(site: Site, count: int) -> None:
    for number in range(2, count + 1):
        account = site.store.account(ALICE)
        site.store.deposit(a_deposit(amount_minor=1_000_00, number=number, account=account))


def test_the_ledger_as_csv_is_a_file_with_every_row(site: Site) -> None:
    many_deposits(site, 230)

    answer = site.get("/wallet/postings", headers=CSV)

    table = rows(answer)
    assert len(table) == 230
    assert [*table[0]] == [*wallet.Posting.__struct_fields__]
    assert table[0]["available"] == "1000.00"
    assert (table[0]["order_id"], table[0]["recorded_at"]) == ("", "2026-03-04T15:00:00.123456Z")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="postings.csv"'
    assert answer.headers["Vary"] == "Accept"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Next-Cursor" not in answer.headers


def test_an_export_ends_at_its_limit_with_a_cursor_to_continue(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "MAX_CSV_ROWS", 200)
    many_deposits(site, 203)

    first = site.get("/wallet/postings", headers=CSV)
    rest = site.get("/wallet/postings", headers=CSV, query={"cursor": first.headers["Next-Cursor"]})

    assert (len(rows(first)), len(rows(rest))) == (200, 3)
    assert "Next-Cursor" not in rest.headers


def test_a_slow_export_ends_within_the_time_of_the_function(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "CSV_READING_S", 0.0)
    many_deposits(site, 103)

    first = site.get("/wallet/postings", headers=CSV)
    rest = site.get("/wallet/postings", headers=CSV, query={"cursor": first.headers["Next-Cursor"]})

    assert (len(rows(first)), len(rows(rest))) == (100, 3)


def test_orders_as_csv_keep_their_filter(site: Site) -> None:
    for number in range(3):
        site.order(f"00000000-0000-4000-8000-{number:012d}", symbol="AAPL", quantity=1)
    order = next(iter(site.store.orders.values()))
    advance_order(
        site.deps.orders,
        site.deps.accounts,
        order.order_id,
        Event.VOID,
        now=NOW,
        reason='=HYPERLINK("x","y")',
    )

    (done,) = rows(site.get("/orders", headers=CSV, query={"state": "done"}))

    assert done["order_id"] == order.order_id
    assert (done["state"], done["released"], done["overdue"]) == ("VOIDED", "190.25", "false")
    assert done["reason"] == '\'=HYPERLINK("x","y")'
    assert len(rows(site.get("/orders", headers=CSV))) == 3
    assert rows(site.get("/orders", headers=CSV, who=BRUNO)) == []


def test_a_filtered_export_reads_no_more_orders_than_an_unfiltered_one(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "MAX_CSV_ROWS", 100)
    for number in range(101):
        order = an_accepted_order(NOW - timedelta(seconds=number), order_id=f"order {number}")
        site.store.orders[order.order_id] = order
    site.store.orders["order 100"] = replace(
        site.store.orders["order 100"], state=State.SENT, ended_at=None
    )
    query = {"state": "open"}

    first = site.get("/orders", headers=CSV, query=query)
    rest = site.get("/orders", headers=CSV, query={**query, "cursor": first.headers["Next-Cursor"]})

    assert (rows(first), len(rows(rest))) == ([], 1)
    assert "Next-Cursor" not in rest.headers


def test_an_order_by_its_key_is_a_table_of_one_row(site: Site) -> None:
    key = "0b7b7a3c-1d11-4f0e-8f0a-6f1c3c869f0e"
    site.order(key, symbol="AAPL", quantity=1)

    assert len(rows(site.get("/orders", headers=CSV, query={"key": key}))) == 1


def test_the_portfolio_as_csv_escapes_names_of_companies(site: Site) -> None:
    site.store.quotes["EVIL"] = a_quote(symbol="EVIL", name="=1+1,\r\n@SUM(A1)", price=Decimal(1))
    site.store.add_to_position(
        Position(account_id=ALICE, symbol="EVIL", quantity=Decimal(1), cost_minor=5_00)
    )

    (position,) = rows(site.get("/portfolio", headers=CSV))

    assert position["name"] == "'=1+1,  @SUM(A1)"
    assert position["gain"] == "-4.00"


@pytest.mark.parametrize(
    ("accept", "is_csv"),
    [
        ("text/csv", True),
        ("TEXT/CSV; charset=utf-8", True),
        ("text/csv, */*;q=0.1", True),
        ("text/csv;q=0.9, application/json;q=0.5", True),
        ("application/json, text/csv;q=0.5", False),
        ("application/json, text/csv", False),
        ("*/*", False),
        ("text/csv;q=0", False),
        ("text/csv;q=high", False),
        ("", False),
    ],
)
def test_csv_is_sent_only_if_the_client_prefers_it(site: Site, accept: str, is_csv: bool) -> None:
    answer = site.get("/orders", headers={"Accept": accept})

    assert answer.headers["Content-Type"].startswith("text/csv") is is_csv


def test_faults_are_json_even_if_the_client_wants_csv(site: Site) -> None:
    answer = site.get("/orders", headers=CSV, query={"cursor": "not ours"})

    assert (answer.status, answer.json["field"]) == (422, "cursor")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1+1",
            "\r=1+1",
            "\n=1+1",
            " =1+1",
            "=cmd|' /C x'!A0",
        ),
        *("＝1+1", "－2+3", "|calc", "%0A=1", "--1", "+1", "-.", "-1e5"),
    ],
)
def test_a_formula_becomes_a_text(text: str) -> None:
    (cell,) = list(csv.reader(io.StringIO(csv_text(Cell, [Cell(text)]), newline="")))[1]

    assert cell.startswith("'")


@pytest.mark.parametrize("text", ["-12.34", "0", "12", "Amazon.com, Inc.", 'a "b"', "Ñandú S.A."])
def test_a_text_that_is_no_formula_stays_unchanged(text: str) -> None:
    (cell,) = list(csv.reader(io.StringIO(csv_text(Cell, [Cell(text)]), newline="")))[1]

    assert cell == text


@given(st.lists(st.text(), max_size=5))
def test_every_row_stays_one_row_and_no_cell_starts_a_formula(texts: list[str]) -> None:
    table = list(
        csv.reader(io.StringIO(csv_text(Cell, [Cell(text) for text in texts]), newline=""))
    )

    assert len(table) == len(texts) + 1
    assert not [row for row in table if "".join(row).lstrip()[:1] in set("=+@＝＋－＠|%")]


def test_an_unknown_value_is_an_empty_cell_and_a_boolean_a_word() -> None:
    assert csv_text(Cell, [Cell(None), Cell(True)]) == 'text\r\n""\r\ntrue\r\n'
