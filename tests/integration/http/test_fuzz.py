"""Generated requests: every response fits the OpenAPI file, and none is 5xx."""

import os
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from schemathesis import BaseSchema, GenerationMode, openapi

from lambdas.domain.activity import GroupRequest, Validation
from lambdas.services.market import store_prices
from tests import fuzz
from tests.authorization.in_process import client_of
from tests.authorization.operations import operations
from tests.authorization.resources import Resources, create_everything
from tests.builders import ALICE, NOW, a_tick
from tests.integration.http.wsgi import application
from tests.unit.http.gateway import DOCUMENT, Site

# `FUZZ_EXAMPLES=5000 pytest tests/integration/http` hunts for longer.
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
OPERATIONS = list(fuzz.modes(DOCUMENT))


def a_site() -> Site:
    """A site with items behind every route."""
    site = Site()
    days = [
        a_tick(symbol=symbol, price=Decimal("189.5"), observed_at=NOW - timedelta(days=day))
        for symbol in ("AAPL", "A", "0")  # generated requests hit short ones by chance
        for day in range(40)
    ]
    store_prices(site.deps.market, days)
    for number in range(3):
        request_id = f"request {number}"
        site.deps.activity.record_request(
            GroupRequest(
                request_id=request_id,
                group_id="7",
                symbol="AAPL",
                quantity=Decimal(number + 1),
                requested_at=NOW,
            )
        )
        site.deps.activity.record_validation(
            Validation(request_id=request_id, group_id="7", valid=True, received_at=NOW)
        )
    create_everything(client_of(site, ALICE), operations(DOCUMENT), Resources())
    site.deposit("100000")
    return site


def described(site: Site) -> BaseSchema:
    """The site's own OpenAPI file."""
    return openapi.from_wsgi("/openapi.json", application(site), config=fuzz.CONFIG)


@pytest.mark.parametrize(("method", "path", "mode"), OPERATIONS)
def test_every_response_fits_the_openapi_file(method: str, path: str, mode: GenerationMode) -> None:
    schema = described(a_site())

    fuzz.check(schema[path][method], mode, examples=EXAMPLES)


def test_a_response_that_does_not_fit_the_openapi_file_is_found() -> None:
    site = a_site()
    handler = site.handler

    def handle(sent: dict[str, Any], context: Any) -> dict[str, Any]:
        answered = handler(sent, context)
        is_wallet = sent["rawPath"] == "/wallet"
        return {**answered, "body": '{"available": 3.5}'} if is_wallet else answered

    site.handler = handle
    schema = described(site)

    with pytest.raises(BaseException, match="available"):
        fuzz.check(schema["/wallet"]["GET"], GenerationMode.POSITIVE, examples=1)
