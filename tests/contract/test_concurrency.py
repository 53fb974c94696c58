"""Writers of one account at the same moment, on a local cloud whose transactions are isolated.

moto's are not, so these tests are skipped without CONTRACT_CLOUD_URL.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from lambdas.domain.errors import StaleDecision
from lambdas.domain.orders import Event
from lambdas.services.orders import advance_order, place_order
from lambdas.services.wallet import make_deposit
from tests.builders import ALICE, NOW, POLICY, a_board, a_deposit, a_purchase, a_quote, key
from tests.contract.conftest import CLOUD_URL, Ports

pytestmark = pytest.mark.skipif(CLOUD_URL is None, reason="needs isolated transactions")

WRITERS = 25


def at_once(count: int, step: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(step, range(count)))


@pytest.fixture
def funded(ports: Ports) -> Ports:
    ports.accounts.commit_deposit(a_deposit(amount_minor=1_000_00))
    ports.market.commit(a_board(a_quote()))
    return ports


def place(ports: Ports, number: int, quantity: str = "0.1") -> str:
    placed = place_order(
        ports.orders,
        account_id=ALICE,
        key=key(number),
        purchase=a_purchase(quantity=Decimal(quantity)),
        policy=POLICY,
        now=NOW,
    )
    return placed.order.order_id


def numbers(ports: Ports) -> list[int]:
    return [posting.number for posting in ports.accounts.postings(ALICE, 100, None).items]


def test_25_orders_of_one_account_at_once_are_all_placed(funded: Ports) -> None:
    ids = at_once(WRITERS, lambda number: place(funded, number))
    assert len(set(ids)) == WRITERS
    account = funded.accounts.get(ALICE)
    assert account.held_minor == WRITERS * 19_03
    assert account.available_minor + account.held_minor == 1_000_00
    assert numbers(funded) == list(range(WRITERS + 1, 0, -1))


def test_the_same_order_at_once_is_placed_once(funded: Ports) -> None:
    assert len(set(at_once(10, lambda _: place(funded, 1)))) == 1
    assert numbers(funded) == [2, 1]


def test_one_answer_delivered_at_once_settles_once(funded: Ports) -> None:
    order_id = place(funded, 1)
    at_once(
        10,
        lambda _: advance_order(funded.orders, funded.accounts, order_id, Event.ACCEPT, now=NOW),
    )
    (position,) = funded.accounts.positions(ALICE)
    assert position.quantity == Decimal("0.1")
    assert numbers(funded) == [3, 2, 1]


def test_one_deposit_at_once_is_booked_once(ports: Ports) -> None:
    at_once(
        10,
        lambda _: make_deposit(
            ports.accounts, account_id=ALICE, key=key(1), amount_minor=5, now=NOW
        ),
    )
    assert ports.accounts.get(ALICE).available_minor == 5


def test_of_two_decisions_on_one_version_one_is_committed(ports: Ports) -> None:
    decisions = [a_deposit(number=number) for number in range(10)]

    def commit(number: int) -> bool:
        try:
            ports.accounts.commit_deposit(decisions[number])
        except StaleDecision:
            return False
        return True

    assert at_once(10, commit).count(True) == 1
    assert numbers(ports) == [1]
