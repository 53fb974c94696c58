"""An account can reach nothing of another: a second one tries every route of the OpenAPI file. And
the search finds what it is for: holes that are made on purpose.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from lambdas.domain.errors import NotFound
from lambdas.domain.ledger import Posting
from lambdas.domain.market import Quote
from lambdas.domain.orders import Event, Order
from lambdas.handlers import api_orders
from lambdas.ports import Page
from lambdas.usecases.advance_order import advance_order
from lambdas.wire import http_out
from tests.builders import ALICE, BRUNO, a_quote
from tests.fakes.memory import MemoryOrders, MemoryWallets
from tests.strangers.belongings import Belongings, paths_of
from tests.strangers.description import Operation, operations
from tests.strangers.in_process import door
from tests.strangers.walk import Walk, walk
from tests.unit.http.gateway import DOCUMENT, Site


@pytest.fixture
def market() -> Site:
    """A site on which the examples of the OpenAPI file can be bought."""
    site = Site()
    site.store.quotes["AAPL"] = a_quote(price=Decimal("189.5"))
    return site


def settle(site: Site) -> None:
    """The exchange accepts whatever is open."""
    for order in [order for order in site.store.orders.values() if order.is_open]:
        advance_order(site.api.orders, order.order_id, Event.ACCEPT, now=site.now)


def robbed(site: Site) -> Walk:
    """BRUNO tries everything with what ALICE has."""
    return walk(DOCUMENT, door(site, ALICE), door(site, BRUNO), lambda: settle(site))


def test_an_account_can_reach_nothing_of_another(market: Site) -> None:
    found = robbed(market)

    assert found.findings == []
    assert found.tried > 8 * len(operations(DOCUMENT))


class EverybodysOrders(MemoryOrders):
    """A store that forgets whose page was asked for."""

    def of_account(self, account_id: str, limit: int, cursor: str | None) -> Page[Order]:
        """ALICE's, whoever asks."""
        return super().of_account(ALICE, limit, cursor)


class CursorsAreKeys(MemoryWallets):
    """A store whose cursor decides whose page it is."""

    def postings(self, account_id: str, limit: int, cursor: str | None) -> Page[Posting]:
        """With a cursor, the page of whoever it was made for."""
        return super().postings(ALICE if cursor else account_id, limit, cursor)


def anybodys_order(request: Any, order_id: str) -> Order | None:
    """An endpoint that forgets to compare accounts."""
    order: Order | None = request.api.orders.get(order_id)
    return order


def says_that_it_exists(request: Any, order_id: str) -> Order | None:
    """An endpoint that refuses, and in refusing tells."""
    order: Order | None = request.api.orders.get(order_id)
    if order is not None and order.account_id != request.account_id:
        raise NotFound("order of yours")
    return order


def of_the_query(request: Any) -> str:
    """An endpoint that lets the client say who it is."""
    return str(request.query.get("account_id") or request.claims["sub"])


def break_orders(site: Site, _: pytest.MonkeyPatch) -> None:
    site.api = site.api._replace(orders=EverybodysOrders(site.store))


def break_cursors(site: Site, _: pytest.MonkeyPatch) -> None:
    site.api = site.api._replace(wallets=CursorsAreKeys(site.store))


def break_order(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(api_orders, "_mine", anybodys_order)


def break_refusal(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(api_orders, "_mine", says_that_it_exists)


def break_identity(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("lambdas.handlers.api_request.Request.account_id", property(of_the_query))


def break_keys(_: Site, patch: pytest.MonkeyPatch) -> None:
    patch.setattr("lambdas.usecases.place_order.order_id_for", lambda account, key: str(key))


def break_board(site: Site, patch: pytest.MonkeyPatch) -> None:
    shown = http_out.stock

    def with_an_order(quote: Quote) -> Any:
        return structs.replace(
            shown(quote), source=f"bought by {min(site.store.orders, default='')}"
        )

    patch.setattr(http_out, "stock", with_an_order)


@pytest.mark.parametrize(
    ("hole", "route"),
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
def test_a_hole_that_is_made_on_purpose_is_found(
    market: Site,
    monkeypatch: pytest.MonkeyPatch,
    hole: Callable[[Site, pytest.MonkeyPatch], None],
    route: str,
) -> None:
    hole(market, monkeypatch)

    assert [finding for finding in robbed(market).findings if finding.startswith(route)]


def test_a_path_parameter_without_an_example_is_told_so() -> None:
    route = Operation(method="GET", path="/loans/{loan_id}", parameters=(), body=None)

    with pytest.raises(AssertionError, match=r"has a field `loan_id`.*an example body"):
        paths_of(route, Belongings())


def test_a_required_query_parameter_without_an_example_is_told_so() -> None:
    asked: Mapping[str, Any] = {"name": "span", "in": "query", "required": True, "schema": {}}
    route = Operation(method="GET", path="/loans", parameters=(asked,), body=None)

    with pytest.raises(AssertionError, match=r"GET /loans cannot go without `span`"):
        route.needed()
