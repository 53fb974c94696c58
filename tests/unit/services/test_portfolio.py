"""The portfolio of one moment: what is bought in between is in both or in neither."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import Account
from lambdas.domain.orders import Event, Order
from lambdas.services import retry
from lambdas.services.market import store_prices
from lambdas.services.orders import advance_order, place_order
from lambdas.services.portfolio import PAGE, view_portfolio
from lambdas.services.wallet import make_deposit
from tests.builders import ALICE, NOW, POLICY, ZONE, a_purchase, a_tick
from tests.fakes.memory import MemoryAccounts, MemoryMarket, MemoryOrders, MemoryStore

MIDNIGHT = datetime(2026, 3, 4, tzinfo=ZONE)
"""When NOW's market day began."""


class Investor:
    """Alice with 10,000 USD."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.orders, self.accounts = MemoryOrders(self.store), MemoryAccounts(self.store)
        self.market = MemoryMarket(self.store)
        self._keys = 0
        make_deposit(
            self.accounts,
            account_id=ALICE,
            key=UUID(int=0),
            amount_minor=10_000_00,
            now=MIDNIGHT - timedelta(days=2),
        )

    def price(self, at: datetime, price: str, symbol: str = "AAPL") -> None:
        """A price arrives."""
        tick = a_tick(observed_at=at, received_at=at, price=Decimal(price), symbol=symbol)
        store_prices(self.market, [tick])

    def buy(self, at: datetime, quantity: str, symbol: str = "AAPL") -> Order:
        """Bought at the latest price, accepted at once."""
        self._keys += 1
        order = place_order(
            self.orders,
            account_id=ALICE,
            key=UUID(int=self._keys),
            purchase=a_purchase(quantity=Decimal(quantity), symbol=symbol),
            policy=POLICY,
            now=at,
        ).order
        advance_order(self.orders, self.accounts, order.order_id, Event.ACCEPT, now=at)
        return order


@pytest.fixture
def alice() -> Investor:
    return Investor()


def test_what_is_bought_after_a_fall_of_ten_percent_has_not_changed_today(alice: Investor) -> None:
    alice.price(MIDNIGHT - timedelta(hours=1), "200")
    alice.price(NOW, "180")
    alice.buy(NOW, "2")
    portfolio = view_portfolio(alice.accounts, alice.orders, alice.market, ALICE)
    assert portfolio.day_change_minor == 0
    assert (portfolio.cash_minor, portfolio.net_worth_minor) == (9_640_00, 10_000_00)


def test_what_was_held_at_the_previous_close_changes_from_there(alice: Investor) -> None:
    bought_at = MIDNIGHT - timedelta(hours=2)
    alice.price(bought_at, "150")
    alice.buy(bought_at, "3")
    alice.price(MIDNIGHT - timedelta(minutes=1), "200")
    alice.price(MIDNIGHT + timedelta(hours=1), "190")
    alice.buy(MIDNIGHT + timedelta(hours=1), "2")
    alice.price(NOW, "180")
    portfolio = view_portfolio(alice.accounts, alice.orders, alice.market, ALICE)
    (holding,) = portfolio.holdings
    assert (holding.day.bought, holding.day.previous_close) == (2, 200)
    assert holding.day.base_minor == 600_00 + 380_00
    assert portfolio.day_change_minor == 900_00 - 600_00 - 380_00


def test_without_a_previous_close_only_todays_purchases_have_a_change(alice: Investor) -> None:
    alice.price(NOW - timedelta(minutes=5), "100")
    alice.buy(NOW - timedelta(minutes=4), "1")
    alice.price(NOW, "103")
    portfolio = view_portfolio(alice.accounts, alice.orders, alice.market, ALICE)
    assert portfolio.holdings[0].day.previous_close is None
    assert portfolio.day_change_minor == 3_00


def test_a_company_without_a_price_today_has_not_changed_today(alice: Investor) -> None:
    yesterday = MIDNIGHT - timedelta(hours=1)
    for symbol, price in (("AAPL", "100"), ("IBM", "50")):
        alice.price(yesterday - timedelta(days=1), price, symbol)
        alice.price(yesterday, str(2 * int(price)), symbol)
        alice.buy(yesterday, "1", symbol)
    alice.price(NOW, "210")
    portfolio = view_portfolio(alice.accounts, alice.orders, alice.market, ALICE)
    assert [holding.day.change_minor for holding in portfolio.holdings] == [10_00, 0]
    assert portfolio.day_at == MIDNIGHT


def test_more_purchases_today_than_one_page_of_the_ledger_all_count(alice: Investor) -> None:
    alice.price(MIDNIGHT - timedelta(hours=1), "20")
    alice.buy(MIDNIGHT - timedelta(minutes=30), "1")
    alice.price(NOW, "10")
    for _ in range(PAGE):
        alice.buy(NOW, "0.5")
    portfolio = view_portfolio(alice.accounts, alice.orders, alice.market, ALICE)
    assert portfolio.holdings[0].day.bought == PAGE // 2
    assert portfolio.day_change_minor == -10_00


def test_a_purchase_between_the_reads_is_in_cash_and_shares_or_in_neither(alice: Investor) -> None:
    alice.price(MIDNIGHT - timedelta(hours=1), "20")
    alice.price(NOW, "10")
    alice.buy(NOW, "1")

    class Racing(MemoryAccounts):
        raced = False

        def get(self, account_id: str) -> Account:
            account = super().get(account_id)
            if not self.raced:
                self.raced = True
                alice.buy(NOW, "5")
            return account

    racing = Racing(alice.store)
    portfolio = view_portfolio(racing, alice.orders, alice.market, ALICE)
    assert portfolio.net_worth_minor == 10_000_00
    assert (portfolio.cash_minor, portfolio.day_change_minor) == (9_940_00, 0)


def test_an_account_that_never_rests_is_asked_to_come_again(
    alice: Investor, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice.price(NOW, "0.01")
    alice.buy(NOW, "1")

    class Busy(MemoryAccounts):
        def get(self, account_id: str) -> Account:
            account = super().get(account_id)
            alice.buy(NOW, "1")
            return account

    monkeypatch.setattr(retry, "MAX_ELAPSED_S", 0.05)
    with pytest.raises(Transient):
        view_portfolio(Busy(alice.store), alice.orders, alice.market, ALICE)
