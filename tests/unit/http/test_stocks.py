"""The board, one company, the history of its price, and ETags."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from lambdas.domain.market import Quote
from lambdas.services.market import store_prices
from tests.builders import NOW, a_quote, a_tick
from tests.fakes.memory import MemoryMarket
from tests.unit.http.gateway import Site


class CountingMarket(MemoryMarket):
    """Counts reads."""

    reads = 0

    def board(self, *, consistent: bool = False) -> Sequence[Quote]:
        """One query."""
        self.reads += 1
        return super().board(consistent=consistent)

    def quote(self, symbol: str) -> Quote | None:
        """One read."""
        self.reads += 1
        return super().quote(symbol)


def test_the_board_lists_every_company_by_symbol(site: Site) -> None:
    site.store.quotes["AMZN"] = a_quote(
        symbol="AMZN",
        name="Amazon.com, Inc.",
        price=Decimal("150"),
        previous_close=Decimal("144"),
        source="Nasdaq",
    )

    board = site.get("/stocks").json

    assert [stock["symbol"] for stock in board["items"]] == ["AAPL", "AMZN"]
    assert board["next_cursor"] is None
    assert board["items"][1] == {
        "symbol": "AMZN",
        "name": "Amazon.com, Inc.",
        "price": "150",
        "currency": "USD",
        "change": "6",
        "change_percent": "4.17",
        "previous_close": "144",
        "previous_close_at": None,
        "market_day": "2026-03-04",
        "open": "150",
        "high": "150",
        "low": "150",
        "observed_at": "2026-03-04T14:59:00.123456Z",
        "source": "Nasdaq",
        "trend": [{"at": "2026-03-04T14:59:00.123456Z", "price": "150"}],
        "version": 0,
    }


def test_an_unknown_change_is_null(site: Site) -> None:
    stock = site.get("/stocks/AAPL").json

    assert (stock["change"], stock["change_percent"], stock["previous_close"]) == (None, None, None)


@pytest.mark.parametrize(
    ("price", "previous", "change", "percent"),
    [
        ("99", "100", "-1", "-1.00"),
        ("100", "100", "0", "0.00"),
        ("0.000001", "1000000", "-999999.999999", "-100.00"),
        ("1.00005", "1", "0.00005", "0.01"),
    ],
)
def test_changes_are_exact_and_percentages_rounded_half_up(
    site: Site, price: str, previous: str, change: str, percent: str
) -> None:
    site.store.quotes["AAPL"] = a_quote(price=Decimal(price), previous_close=Decimal(previous))

    stock = site.get("/stocks/AAPL").json

    assert (stock["change"], stock["change_percent"]) == (change, percent)


def test_an_empty_board_is_an_empty_list(site: Site) -> None:
    site.store.quotes.clear()

    assert site.get("/stocks").json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("path", ["/stocks", "/stocks/AAPL"])
def test_a_current_copy_is_not_sent_again(site: Site, path: str) -> None:
    first = site.get(path)
    etag = first.headers["ETag"]

    for copies in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = site.get(path, headers={"If-None-Match": copies})
        assert (again.status, again.text, again.headers["ETag"]) == (304, "", etag)
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert site.get(path, headers={"If-None-Match": '"other"'}).status == 200


def test_another_price_is_another_etag(site: Site) -> None:
    etag = site.get("/stocks").headers["ETag"]
    site.store.quotes["AAPL"] = a_quote(price=Decimal("190.26"))

    answer = site.get("/stocks", headers={"If-None-Match": etag})

    assert answer.status == 200
    assert answer.headers["ETag"] != etag
    assert etag[0] == etag[-1] == '"'


def test_the_board_is_cacheable_by_the_browser_for_seconds(site: Site) -> None:
    assert site.get("/stocks").headers["Cache-Control"] == "private, max-age=10"


@pytest.mark.parametrize("path", ["/stocks", "/stocks/AAPL"])
def test_the_board_and_a_company_need_one_read_each(site: Site, path: str) -> None:
    market = CountingMarket(site.store)
    site.deps.market = market

    site.get(path)

    assert market.reads == 1


@pytest.mark.parametrize("symbol", ["aapl", "AAPL", "%41APL"])
def test_a_company_is_found_in_any_case_and_encoding(site: Site, symbol: str) -> None:
    assert site.get(f"/stocks/{symbol}").json["symbol"] == "AAPL"


@pytest.mark.parametrize("symbol", ["^GSPC", "%5EGSPC", "BRK-B", "EURUSD=X", "BF.B"])
def test_symbols_may_contain_the_characters_that_exchanges_use(site: Site, symbol: str) -> None:
    plain = symbol.replace("%5E", "^")
    site.store.quotes[plain] = a_quote(symbol=plain)

    assert site.get(f"/stocks/{symbol}").json["symbol"] == plain


@pytest.mark.parametrize("symbol", ["NOPE", "A" * 17, "A B", "A%2FB", "<script>", "%", "ÑU", "A_B"])
@pytest.mark.parametrize("path", ["/stocks/{}", "/stocks/{}/prices"])
def test_an_unknown_company_is_not_found(site: Site, path: str, symbol: str) -> None:
    answer = site.get(path.format(symbol))

    assert (answer.status, answer.json["code"]) == (404, "not_found")


def four_prices(site: Site) -> None:
    """190, 191, 192, 193: one a minute, the last one at NOW."""
    ticks = [
        a_tick(price=Decimal(190 + number), observed_at=NOW - timedelta(minutes=3 - number))
        for number in range(4)
    ]
    store_prices(site.deps.market, ticks)


def test_prices_come_newest_first_and_page_by_page(site: Site) -> None:
    four_prices(site)

    first = site.get("/stocks/AAPL/prices", query={"limit": "3"}).json
    rest = site.get(
        "/stocks/aapl/prices", query={"limit": "3", "cursor": first["next_cursor"]}
    ).json

    assert [price["price"] for price in first["items"]] == ["193", "192", "191"]
    assert [price["price"] for price in rest["items"]] == ["190"]
    assert rest["next_cursor"] is None
    assert first["items"][0] == {
        "price": "193",
        "currency": "USD",
        "observed_at": "2026-03-04T15:00:00.123456Z",
        "source": None,
    }


def test_a_page_with_prices_needs_no_second_read(site: Site) -> None:
    market = CountingMarket(site.store)
    site.deps.market = market
    four_prices(site)

    assert len(site.get("/stocks/AAPL/prices").json["items"]) == 4
    assert market.reads == 0


def test_a_period_includes_its_start_and_excludes_its_end(site: Site) -> None:
    four_prices(site)
    query = {"from": "2026-03-04T14:58:00.123456Z", "to": "2026-03-04T12:00:00.123456-03:00"}

    found = site.get("/stocks/AAPL/prices", query=query).json["items"]

    assert [price["price"] for price in found] == ["192", "191"]


def test_a_company_without_prices_in_a_period_has_an_empty_list(site: Site) -> None:
    query = {"from": "2001-01-01", "to": "2001-01-02"}

    assert site.get("/stocks/AAPL/prices", query=query).json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"from": "yesterday"}, ["from"]),
        ({"from": ""}, ["from"]),
        ({"to": "1700000000"}, ["to"]),
        ({"to": "2026-02-30"}, ["to"]),
        ({"from": "0001-01-01"}, ["from"]),
        ({"from": "2026-03-04", "to": "2026-03-03"}, ["to"]),
        ({"cursor": "not ours"}, ["cursor"]),
        ({"from": "x", "to": "y", "limit": "z"}, ["limit", "from", "to"]),
    ],
)
def test_every_invalid_parameter_is_named(
    site: Site, query: dict[str, str], fields: list[str]
) -> None:
    answer = site.get("/stocks/AAPL/prices", query=query)

    assert (answer.status, answer.fields) == (422, fields)
