"""Figures and times as people read them, in the language of the document."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from lambdas.domain import money
from lambdas.domain.receipts import Language

_WORDS: Final[dict[str, Any]] = json.loads(
    Path(__file__).with_name("words.json").read_text(encoding="utf-8")
)
_SIGNS: Final = {"USD": "US$", "CLP": "CLP$", "EUR": "€"}
_MINUS: Final = "-"
_MIN_PRICE_PLACES: Final = 2


def amount(amount_minor: int, currency: str, language: Language, *, sign: bool = False) -> str:
    """`US$1.234,50` or `US$1,234.50`; with `sign` a plus before what is positive."""
    before = _MINUS if amount_minor < 0 else "+" if sign and amount_minor > 0 else ""
    digits = _grouped(money.major(abs(amount_minor)), language)
    return f"{before}{_SIGNS.get(currency, currency + ' ')}{digits}"


def price(value: Decimal, currency: str, language: Language) -> str:
    """The exact price, with two decimals at least."""
    text = money.plain(value)
    whole, _, decimals = text.partition(".")
    digits = _grouped(f"{whole}.{decimals:0<{_MIN_PRICE_PLACES}}", language)
    return f"{_SIGNS.get(currency, currency + ' ')}{digits}"


def quantity(value: Decimal, language: Language) -> str:
    """Always with six decimals."""
    return _grouped(f"{value:.{money.PLACES}f}", language)


def time(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """`24 nov 2026, 10:31:05 (UTC−5)`."""
    local = at.astimezone(zone)
    return f"{day(at, zone, language)}, {local:%H:%M:%S} ({_offset(local)})"


def day(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """`24 nov 2026`."""
    local = at.astimezone(zone)
    return f"{local.day} {_WORDS[language]['short_months'][local.month - 1]} {local.year}"


def day_and_minute(at: datetime, zone: ZoneInfo, language: Language) -> str:
    """`24 nov, 10:31`."""
    local = at.astimezone(zone)
    return f"{local.day} {_WORDS[language]['short_months'][local.month - 1]}, {local:%H:%M}"


def month(text: str, language: Language) -> str:
    """`noviembre de 2026` or `November 2026` for `2026-11`."""
    year, number = text.split("-")
    name = _WORDS[language]["months"][int(number) - 1]
    return f"{name} de {year}" if language is Language.SPANISH else f"{name} {year}"


def place(zone: ZoneInfo, language: Language) -> str:
    """The city of a time zone: `Nueva York`; where no name is known, the zone's own."""
    names: dict[str, str] = _WORDS[language]["zones"]
    return names.get(zone.key, zone.key.rpartition("/")[2].replace("_", " "))


def _grouped(number: str, language: Language) -> str:
    whole, _, decimals = number.partition(".")
    thousands, point = (".", ",") if language is Language.SPANISH else (",", ".")
    return f"{int(whole):,}".replace(",", thousands) + point + decimals


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
