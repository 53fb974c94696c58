"""What one argument of the command line may be: each reads a text, or says what is wrong."""

import math
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Broker:
    """Where the broker is and who we are to it. The password stays out of every text."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    __repr__ = __str__


def broker_url(text: str) -> Broker:
    """Read `mqtt://user:pass@host:port`; user and password may be percent-encoded."""
    # The sentences never quote the text: it may hold a password.
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ArgumentTypeError("is not a URL") from None
    if url.scheme not in PORTS or not url.hostname:
        raise ArgumentTypeError("is not of the form mqtt://user:pass@host:port")
    return Broker(
        host=url.hostname,
        port=port or PORTS[url.scheme],
        tls=url.scheme == "mqtts",
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
    )


def share(text: str) -> float:
    """0 (never) to 1 (always)."""
    value = _finite(text)
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return value


def positive(text: str) -> float:
    """Above zero."""
    value = _finite(text)
    if value <= 0:
        raise ArgumentTypeError(f"{text} is not above 0")
    return value


def seconds(text: str) -> float:
    """Zero or more."""
    value = _finite(text)
    if value < 0:
        raise ArgumentTypeError(f"{text} is below 0")
    return value


def count_to(limit: int) -> Callable[[str], int]:
    """A whole number from zero to the limit."""

    def count(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ArgumentTypeError(f"{text} is not a whole number") from None
        if not 0 <= value <= limit:
            raise ArgumentTypeError(f"{text} is not between 0 and {limit}")
        return value

    return count


def symbols(text: str) -> frozenset[str]:
    """Symbols between commas, in any case."""
    return frozenset(symbol.strip().upper() for symbol in text.split(",") if symbol.strip())


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ArgumentTypeError(f"{text} is not a number")
    return value
