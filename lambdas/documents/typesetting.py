"""PDF documents by typst: the same bytes for the same facts, tagged for screen readers (PDF/UA-1).

All that a template gets is one JSON text of formatted values, which it prints as plain text.
"""

import io
import json
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import segno
import typst

from lambdas.documents import figures
from lambdas.domain.ledger import LineAccount, Posting
from lambdas.domain.receipts import Language, ReceiptFacts
from lambdas.domain.statements import Balance, Holding, Statement, month_bounds

ISSUER: Final = "Vela"  # as the site calls itself
COMPANY: Final = "Fintech Async"
RECEIPT_PAGE: Final = "receipts"
"""Page of the site that says whether a receipt is genuine."""

_FOLDER: Final = Path(__file__).parent
_STANDARDS: Final = ["ua-1"]
_REGIONS: Final = {Language.SPANISH: "CL", Language.ENGLISH: "US"}
_GROUPS: Final = {Language.SPANISH: "Grupo", Language.ENGLISH: "Group"}
_INK: Final = "#0e3b43"


@cache
def _compiler(template: str) -> Any:
    """The compiler of one template, with our fonts alone: nothing of the machine is used."""
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(_FOLDER / "fonts")],
    )
    return typst.Compiler(
        str(_FOLDER / template), root=str(_FOLDER), font_paths=fonts, ignore_system_fonts=True
    )


class TypstTypesetter:
    """The port `Typesetter`."""

    def __init__(
        self, *, group_id: str, site_url: str, market_zone: ZoneInfo, home_zone: ZoneInfo
    ) -> None:
        self._group_id = group_id
        self._site_url = site_url
        self._market_zone = market_zone
        self._home_zone = home_zone

    def receipt(self, facts: ReceiptFacts, language: Language) -> bytes:
        """One page."""
        order, receipt = facts.order, facts.receipt
        assert order.ended_at is not None, "an accepted order has ended"
        page = f"{self._site_url}/{RECEIPT_PAGE}"
        # In the fragment, so that the code reaches no server's log before the page sends it.
        page_url = f"{page}/{receipt.number}#{receipt.code}"
        data = self._head(language) | {
            "number": receipt.number,
            "code": receipt.code,
            "company": facts.company,
            "symbol": order.symbol,
            "quantity": figures.quantity(order.quantity, language),
            "price": figures.price(order.price, order.currency, language),
            "total": figures.amount(order.cost_minor, order.currency, language),
            "currency": order.currency,
            "buyer": facts.email,
            "request_id": order.order_id,
            "market_zone": figures.place(self._market_zone, language),
            "home_zone": figures.place(self._home_zone, language),
            "times": [
                [
                    name,
                    figures.time(at, self._market_zone, language),
                    figures.time(at, self._home_zone, language),
                ]
                for name, at in (("placed", order.created_at), ("ended", order.ended_at))
            ],
            "page_url": page_url,
            "page_name": page.partition("://")[2],
            "qr": _qr(page_url),
        }
        return _compile("receipt.typ", data, int(order.ended_at.timestamp()))

    def statement(self, statement: Statement, email: str | None, language: Language) -> bytes:
        """As many pages as the postings need."""
        currency = statement.currency
        data = self._head(language) | {
            "month": figures.month(statement.month, language),
            "start": figures.day(statement.start, self._home_zone, language),
            "end": self._end(statement, language),
            "home_zone": figures.place(self._home_zone, language),
            "buyer": email,
            "account_id": statement.account_id,
            "currency": currency,
            "opening": _balance(statement.opening, currency, language),
            "closing": _balance(statement.closing, currency, language),
            "postings": [self._posting(p, currency, language) for p in statement.postings],
            "holdings": [_holding(h, currency, language) for h in statement.holdings],
        }
        return _compile("statement.typ", data, int(statement.end.timestamp()))

    def _end(self, statement: Statement, language: Language) -> str:
        """The month's last day, or the time of the request in a month that is not over."""
        _, month_end = month_bounds(statement.month, self._home_zone)
        if statement.end < month_end:
            return figures.time(statement.end, self._home_zone, language)
        return figures.day(month_end - timedelta(days=1), self._home_zone, language)

    def _head(self, language: Language) -> dict[str, Any]:
        return {
            "language": language.value,
            "region": _REGIONS[language],
            "issuer": ISSUER,
            "company_name": COMPANY,
            "group": f"{_GROUPS[language]} {self._group_id}",
        }

    def _posting(self, posting: Posting, currency: str, language: Language) -> dict[str, Any]:
        return {
            "number": posting.number,
            "at": figures.day_and_minute(posting.recorded_at, self._home_zone, language),
            "kind": posting.kind.value,
            "symbol": posting.symbol,
            "available": _change(posting, LineAccount.AVAILABLE, currency, language),
            "held": _change(posting, LineAccount.HELD, currency, language),
            "balance": figures.amount(
                posting.available_after_minor + posting.held_after_minor, currency, language
            ),
        }


def _change(
    posting: Posting, account: LineAccount, currency: str, language: Language
) -> str | None:
    change_minor = posting.amount_of(account)
    return figures.amount(change_minor, currency, language, sign=True) if change_minor else None


def _balance(balance: Balance, currency: str, language: Language) -> dict[str, str]:
    return {
        "available": figures.amount(balance.available_minor, currency, language),
        "held": figures.amount(balance.held_minor, currency, language),
        "total": figures.amount(balance.total_minor, currency, language),
    }


def _holding(holding: Holding, currency: str, language: Language) -> dict[str, Any]:
    value_minor = holding.value_minor
    return {
        "symbol": holding.symbol,
        "quantity": figures.quantity(holding.quantity, language),
        "cost": figures.amount(holding.cost_minor, currency, language),
        "price": None
        if holding.price is None
        else figures.price(holding.price, currency, language),
        "value": None if value_minor is None else figures.amount(value_minor, currency, language),
    }


def _qr(text: str) -> str:
    """A QR code as SVG."""
    out = io.BytesIO()
    code = segno.make_qr(text, error="m")
    code.save(out, kind="svg", border=0, dark=_INK, xmldecl=False, nl=False)
    return out.getvalue().decode()


def _compile(template: str, data: dict[str, Any], created_s: int) -> bytes:
    made: bytes = _compiler(template).compile(
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=_STANDARDS,
        timestamp=created_s,
    )
    return made
