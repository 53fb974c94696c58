"""The documents' text, read back from the PDF, says exactly what the order and the ledger say."""

import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from lambdas.documents.typesetting import TypstTypesetter
from lambdas.domain.ledger import Account, Line, LineAccount, Posting, PostingKind, post
from lambdas.domain.receipts import Language, ReceiptFacts, new_receipt
from lambdas.domain.statements import Statement, balances, holdings, month_bounds
from tests.builders import ALICE, an_accepted_order

SANTIAGO = ZoneInfo("America/Santiago")
TYPESETTER = TypstTypesetter(
    group_id="3",
    site_url="https://site.example",
    market_zone=ZoneInfo("America/New_York"),
    home_zone=SANTIAGO,
)
PLACED = datetime(2026, 11, 24, 15, 31, 5, tzinfo=UTC)
ORDER = an_accepted_order(
    PLACED,
    order_id="be0e538d-c983-43e8-957b-391746eb4236",
    quantity=Decimal("1234.5"),
    price=Decimal("573.779108"),
    cost_minor=70_833_030,
    ended_at=PLACED + timedelta(seconds=1),
)
RECEIPT = new_receipt(ORDER, UUID(int=1), UUID(int=2))
FACTS = ReceiptFacts(
    receipt=RECEIPT, order=ORDER, company="Apple Inc.", email="ana.perez@example.com"
)


def text_of(pdf: bytes) -> str:
    """The text of all pages, in one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            Language.SPANISH,
            [
                "Comprobante de compra",
                "Grupo 3",
                "Cantidad de acciones 1.234,500000",
                "Precio por acción US$573,779108",
                "Total US$708.330,30",
                "Nueva York",
                "Santiago de Chile",
                "24 nov 2026, 10:31:05 (UTC−5)",
                "24 nov 2026, 12:31:05 (UTC−3)",
                "24 nov 2026, 10:31:06 (UTC−5)",
                "24 nov 2026, 12:31:06 (UTC−3)",
            ],
        ),
        (
            Language.ENGLISH,
            [
                "Purchase receipt",
                "Group 3",
                "Number of shares 1,234.500000",
                "Price per share US$573.779108",
                "Total US$708,330.30",
                "24 Nov 2026, 10:31:06 (UTC−5)",
                "24 Nov 2026, 12:31:06 (UTC−3)",
            ],
        ),
    ],
)
def test_a_receipt_says_what_the_order_says(language: Language, expected: list[str]) -> None:
    text = text_of(TYPESETTER.receipt(FACTS, language))
    always = [
        "Fintech Async",
        "Apple Inc.",
        "AAPL",
        "USD",
        "ana.perez@example.com",
        ORDER.order_id,
        RECEIPT.number,
        RECEIPT.code,
        "site.example/receipts",
    ]
    assert [part for part in (*expected, *always) if part not in text] == []
    assert ALICE not in text
    assert RECEIPT.token not in text


def test_a_receipt_leads_to_the_page_that_confirms_it() -> None:
    (page,) = PdfReader(io.BytesIO(TYPESETTER.receipt(FACTS, Language.SPANISH))).pages
    links = [note.get_object()["/A"]["/URI"] for note in page["/Annots"]]
    assert links == [f"https://site.example/receipts/{RECEIPT.number}#{RECEIPT.code}"]


def test_a_receipt_is_tagged_for_screen_readers_and_embeds_its_fonts() -> None:
    reader = PdfReader(io.BytesIO(TYPESETTER.receipt(FACTS, Language.SPANISH)))
    root = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "es-CL"
    assert reader.xmp_metadata is not None
    assert b"pdfuaid:part>1<" in reader.xmp_metadata.stream.get_data()
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert {font["/BaseFont"].partition("+")[2].removesuffix("-Identity-H") for font in fonts} == {
        "Inter-Regular",
        "Inter-SemiBold",
    }
    for font in fonts:
        (descendant,) = font["/DescendantFonts"]
        assert {"/FontFile2", "/FontFile3"} & set(descendant.get_object()["/FontDescriptor"])


@pytest.mark.parametrize("language", Language)
def test_the_same_receipt_has_the_same_bytes_in_another_process(language: Language) -> None:
    own = TYPESETTER.receipt(FACTS, language)
    program = (
        "import sys; from tests.unit.documents import test_typesetting as t;"
        "from lambdas.domain.receipts import Language;"
        f"sys.stdout.buffer.write(t.TYPESETTER.receipt(t.FACTS, Language({language.value!r})))"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert other.stdout == own


def test_text_in_an_address_or_a_name_is_never_read_as_markup() -> None:
    hostile = '#panic("x") *b* $1$ <a> @b \\ "'
    facts = replace(FACTS, company=hostile, email=hostile)
    text = text_of(TYPESETTER.receipt(facts, Language.SPANISH))
    assert text.count('#panic("x") *b* $1$ <a> @b \\ "') == 3


def test_an_account_without_an_address_gets_a_receipt() -> None:
    text = text_of(TYPESETTER.receipt(replace(FACTS, email=None), Language.SPANISH))
    assert "Sin correo registrado" in text


def a_ledger() -> list[Posting]:
    """Deposit in October; in November two purchases, one accepted and one rejected."""
    account = Account(account_id=ALICE)
    postings: list[Posting] = []
    available, held = LineAccount.AVAILABLE, LineAccount.HELD
    for day, kind, symbol, changes in (
        (datetime(2026, 10, 31, 12, tzinfo=UTC), PostingKind.DEPOSIT, None, (100_000, 0)),
        (datetime(2026, 11, 1, 4, tzinfo=UTC), PostingKind.HOLD, "AAPL", (-28_689, 28_689)),
        (datetime(2026, 11, 1, 4, 1, tzinfo=UTC), PostingKind.SPEND, "AAPL", (0, -28_689)),
        (datetime(2026, 11, 2, 12, tzinfo=UTC), PostingKind.HOLD, "MSFT", (-10_000, 10_000)),
        (datetime(2026, 11, 2, 13, tzinfo=UTC), PostingKind.RELEASE, "MSFT", (10_000, -10_000)),
        (datetime(2026, 12, 1, 3, 1, tzinfo=UTC), PostingKind.HOLD, "IBM", (-1, 1)),
    ):
        lines = [Line(available, changes[0]), Line(held, changes[1])]
        lines.append(Line(LineAccount.EXCHANGE, -sum(changes)))
        posting = post(account, kind, lines, cause_id="c", now=day, symbol=symbol)
        postings.append(posting)
        account = posting.account_after
    return postings


def a_statement(month: str = "2026-11") -> Statement:
    start, end = month_bounds(month, SANTIAGO)
    opening, closing, postings = balances(a_ledger(), start, end)
    return Statement(
        account_id=ALICE,
        month=month,
        start=start,
        end=end,
        currency="USD",
        opening=opening,
        closing=closing,
        postings=postings,
        holdings=holdings({"AAPL": (Decimal("0.5"), 28_689)}, {"AAPL": Decimal("600.5")}),
    )


def test_a_statement_says_what_the_ledger_says() -> None:
    text = text_of(TYPESETTER.statement(a_statement(), "ana@example.com", Language.SPANISH))
    expected = [
        "Cartola",
        "noviembre de 2026",
        "1 nov 2026 – 30 nov 2026",
        "ana@example.com",
        "Saldo inicial US$1.000,00 US$0,00 US$1.000,00",
        "Saldo final US$713,11 US$0,00 US$713,11",
        "2 1 nov, 01:00 Reserva por compra de AAPL -US$286,89 +US$286,89 US$1.000,00",
        "3 1 nov, 01:01 Compra de AAPL — -US$286,89 US$713,11",
        "4 2 nov, 09:00 Reserva por compra de MSFT -US$100,00 +US$100,00 US$713,11",
        "5 2 nov, 10:00 Reserva devuelta de MSFT +US$100,00 -US$100,00 US$713,11",
        "AAPL 0,500000 US$286,89 US$600,50 US$300,25",
    ]
    assert [part for part in expected if part not in text] == []
    assert "Depósito" not in text  # in October
    assert "IBM" not in text  # in December


def test_a_month_of_a_thousand_postings_has_them_all() -> None:
    statement = a_statement()
    (first, *_) = statement.postings
    many = tuple(replace(first, number=number) for number in range(1, 1001))
    pdf = TYPESETTER.statement(replace(statement, postings=many), None, Language.ENGLISH)
    text = text_of(pdf)
    assert all(f" {number} 1 Nov, 01:00 Held for" in f" {text}" for number in range(1, 1001))


def test_a_month_that_is_not_over_says_until_when() -> None:
    now = datetime(2026, 11, 3, 12, tzinfo=UTC)
    pdf = TYPESETTER.statement(replace(a_statement(), end=now), None, Language.ENGLISH)
    assert "1 Nov 2026 – 3 Nov 2026, 09:00:00 (UTC−3)" in text_of(pdf)
