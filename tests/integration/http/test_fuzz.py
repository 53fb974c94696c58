"""Whatever is asked, the function answers as the OpenAPI file says, and never with 5xx."""

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from schemathesis import BaseSchema, GenerationMode, openapi

from tests import fuzz
from tests.builders import NOW, a_deposit, a_quote, a_tick
from tests.integration.http.wsgi import application
from tests.unit.http.gateway import DOCUMENT, Site

# `FUZZ_EXAMPLES=5000 pytest tests/integration/http` hunts for longer.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
OPERATIONS = list(fuzz.modes(DOCUMENT))


def a_site() -> Site:
    """A site with something behind every route."""
    site = Site()
    for symbol in ("AAPL", "A", "0"):  # short ones are hit by chance, too
        site.store.quotes[symbol] = a_quote(symbol=symbol)
        ticks = [
            a_tick(symbol=symbol, observed_at=NOW - timedelta(days=day), price=Decimal(200 - day))
            for day in range(40)
        ]
        site.store.ticks |= {(symbol, tick.observed_at): tick for tick in ticks}
    site.store.book(a_deposit(amount_minor=100_000_000_00))
    for number in range(3):
        site.order(f"0b7b7a3c-1d11-4f0e-8f0a-00000000000{number}", symbol="AAPL", quantity="0.5")
    return site


def described(site: Site) -> BaseSchema:
    """What the site says of itself."""
    return openapi.from_wsgi("/openapi.json", application(site), config=fuzz.CONFIG)


@pytest.mark.parametrize(("method", "path", "mode"), OPERATIONS)
def test_every_answer_is_as_described(method: str, path: str, mode: GenerationMode) -> None:
    schema = described(a_site())

    fuzz.hold(schema[path][method], mode, examples=EXAMPLES)


def test_an_answer_that_is_not_as_described_is_found() -> None:
    site = a_site()
    handler = site.handler

    def handle(sent: dict[str, Any], context: Any) -> dict[str, Any]:
        answered = handler(sent, context)
        is_wallet = sent["rawPath"] == "/wallet"
        return {**answered, "body": '{"available": 3.5}'} if is_wallet else answered

    site.handler = handle
    schema = described(site)

    with pytest.raises(BaseException, match="available"):
        fuzz.hold(schema["/wallet"]["GET"], GenerationMode.POSITIVE, examples=1)
