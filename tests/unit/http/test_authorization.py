"""An account can reach nothing of another: a second one requests every route of the OpenAPI file.

And the probe finds defects that are planted for it.
"""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from lambdas.api import market as market_api
from lambdas.api import orders
from lambdas.api.requests import Request
from lambdas.domain.errors import NotFound
from lambdas.domain.ledger import Posting
from lambdas.domain.market import Quote
from lambdas.domain.orders import Event, Order
from lambdas.domain.receipts import new_receipt
from lambdas.ports import Page
from lambdas.services import orders as order_service
from lambdas.services.orders import advance_order
from tests.authorization.in_process import client_of
from tests.authorization.operations import Operation, operations
from tests.authorization.probe import Report, probe
from tests.authorization.resources import Resources, path_values
from tests.builders import ALICE, BRUNO, a_quote
from tests.fakes.memory import MemoryAccounts, MemoryOrders
from tests.unit.http.gateway import DOCUMENT, Site


@pytest.fixture
def market() -> Site:
    """A site on which the examples of the OpenAPI file can be bought."""
    site = Site()
    site.store.quotes["AAPL"] = a_quote(price=Decimal("189.5"))
    return site


def settle(site: Site) -> None:
    """The exchange accepts every open order, and its receipt is made."""
    for order in [order for order in site.store.orders.values() if order.is_open]:
        ended = advance_order(
            site.deps.orders, site.deps.accounts, order.order_id, Event.ACCEPT, now=site.now
        ).after
        receipt = new_receipt(ended, uuid4(), uuid4())
        site.deps.receipts.create(receipt)
        site.deps.receipts.mark_ready(receipt, site.now)


def report_on(site: Site) -> Report:
    """BRUNO requests everything with ALICE's values."""
    return probe(DOCUMENT, client_of(site, ALICE), client_of(site, BRUNO), lambda: settle(site))


def test_an_account_can_reach_nothing_of_another(market: Site) -> None:
    report = report_on(market)

    assert report.findings == []
    assert report.requests > 8 * len(operations(DOCUMENT))


class OrdersOfOneAccount(MemoryOrders):
    """A store that ignores whose page is requested."""

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """ALICE's, whoever asks."""
        return super().of_account(ALICE, limit, cursor)


class CursorsDecide(MemoryAccounts):
    """A store whose cursor decides whose page it is."""

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """With a cursor, the page of the account it was made for."""
        return super().postings(ALICE if cursor else account_id, limit, cursor)


def any_order(request: Request, order_id: str) -> Order | None:
    """An endpoint that does not compare accounts."""
    return request.deps.orders.get(order_id)


def order_or_telling_refusal(request: Request, order_id: str) -> Order | None:
    """An endpoint whose refusal tells that the order exists."""
    order = request.deps.orders.get(order_id)
    if order is not None and order.account_id != request.account_id:
        raise NotFound("order of yours")
    return order


def account_of_the_query(request: Request) -> str:
    """An endpoint that lets the client say who it is."""
    return str(request.query.get("account_id") or request.claims["sub"])


def break_orders(site: Site, _: pytest.MonkeyPatch) -> None:
    site.deps.orders = OrdersOfOneAccount(site.store)


def break_cursors(site: Site, _: pytest.MonkeyPatch) -> None:
    site.deps.accounts = CursorsDecide(site.store)


def break_order(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(orders, "_own_order", any_order)


def break_refusal(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(orders, "_own_order", order_or_telling_refusal)


def break_identity(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Request, "account_id", property(account_of_the_query))


def break_keys(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(order_service, "order_id_for", lambda account_id, key: str(key))


def break_board(site: Site, patch: pytest.MonkeyPatch) -> None:
    from_quote = market_api.Stock.from_quote

    def with_an_order(quote: Quote, zone: tzinfo) -> Any:
        order_id = min(site.store.orders, default="")
        return structs.replace(from_quote(quote, zone), source=f"bought by {order_id}")

    patch.setattr(market_api.Stock, "from_quote", with_an_order)


@pytest.mark.parametrize(
    ("defect", "route"),
    [
        (break_board, "GET /stocks"),
        (break_orders, "GET /orders"),
        (break_cursors, "GET /wallet/postings"),
        (break_order, "GET /orders/"),
        (break_refusal, "GET /orders/"),
        (break_identity, "GET /wallet"),
        (break_keys, "POST /orders"),
    ],
)
def test_a_planted_defect_is_found(
    market: Site,
    monkeypatch: pytest.MonkeyPatch,
    defect: Callable[[Site, pytest.MonkeyPatch], None],
    route: str,
) -> None:
    defect(market, monkeypatch)

    assert [finding for finding in report_on(market).findings if finding.startswith(route)]


def test_a_path_parameter_without_an_example_is_reported() -> None:
    route = Operation(method="GET", path="/loans/{loan_id}", parameters=(), body=None)

    with pytest.raises(AssertionError, match=r"has a field `loan_id`.*an example body"):
        path_values(route, Resources())


def test_a_required_query_parameter_without_an_example_is_reported() -> None:
    span: Mapping[str, Any] = {"name": "span", "in": "query", "required": True, "schema": {}}
    route = Operation(method="GET", path="/loans", parameters=(span,), body=None)

    with pytest.raises(AssertionError, match=r"GET /loans requires `span`"):
        route.required_query()
