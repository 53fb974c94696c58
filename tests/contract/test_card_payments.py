"""The port `CardPayments`: in memory, and Webpay's REST interface of the stand-in on loopback."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import pytest

from lambdas.domain.deposits import Charge, DepositEvent, judge, open_page
from lambdas.domain.errors import Refused, Transient
from lambdas.messaging import webpay as adapter
from lambdas.messaging.webpay import INTEGRATION, WebpayCardPayments
from lambdas.ports import CardPayments
from local.webpay.core import Choice, Fault, Faults, Webpay
from local.webpay.server import Server
from tests.builders import NOW
from tests.fakes.payments import MemoryCardPayments
from tests.unit.domain.test_deposits import a_card_deposit

RETURN_URL = "https://api.example/payments/webpay/return"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One implementation, and what lies behind it."""

    payments: CardPayments
    webpay: Webpay
    fail: Callable[[Sequence[Fault]], None]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(adapter, "READ_TIMEOUT_S", 2.0)
    server = Server(0, Faults(rng=Random(1)), clock=lambda: NOW)
    server.slow_s = 3.0
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["memory", "webpay"])
def provider(request: pytest.FixtureRequest) -> Provider:
    if request.param == "memory":
        memory = MemoryCardPayments()
        return Provider(payments=memory, webpay=memory.webpay, fail=memory.faults.asked.extend)
    server: Server = request.getfixturevalue("server")
    payments = WebpayCardPayments(server.url, lambda: INTEGRATION)
    return Provider(payments=payments, webpay=server.webpay, fail=server.faults.asked.extend)


def a_charge(number: int = 1) -> Charge:
    charge = a_card_deposit(number=number).charge
    assert charge is not None
    return charge


def chosen(provider: Provider, choice: Choice | None) -> str:
    token = provider.payments.create(a_charge(), RETURN_URL).token
    if choice is not None:
        provider.webpay.choose(token, choice, NOW)
    return token


def test_each_call_opens_another_payment(provider: Provider) -> None:
    first, second = (provider.payments.create(a_charge(), RETURN_URL) for _ in range(2))
    assert first.token != second.token
    assert first.url == second.url == provider.webpay.page_url
    stored = provider.webpay.transactions[first.token]
    assert (stored.amount, stored.buy_order, stored.session_id, stored.return_url) == (
        a_charge().amount_clp,
        a_charge().buy_order,
        a_charge().session_id,
        RETURN_URL,
    )


@pytest.mark.parametrize(
    ("choice", "event"),
    [(Choice.APPROVE, DepositEvent.APPROVED), (Choice.REFUSE, DepositEvent.REFUSED)],
)
def test_a_commit_says_how_the_payment_ended_and_status_says_the_same(
    provider: Provider, choice: Choice, event: DepositEvent
) -> None:
    token = chosen(provider, choice)
    deposit = a_card_deposit()
    committed = provider.payments.commit(token)
    assert committed == provider.payments.status(token)
    assert judge(deposit, committed) is event


@pytest.mark.parametrize("choice", [None, Choice.ABANDON, Choice.WAIT, Choice.BREAK])
def test_what_nobody_paid_is_not_committed_and_decides_nothing(
    provider: Provider, choice: Choice | None
) -> None:
    token = chosen(provider, choice)
    with pytest.raises(Refused) as error:
        provider.payments.commit(token)
    assert error.value.code == "payment_refused"
    assert judge(a_card_deposit(), provider.payments.status(token)) is None


def test_a_second_commit_is_refused_and_takes_nothing(provider: Provider) -> None:
    token = chosen(provider, Choice.APPROVE)
    provider.payments.commit(token)
    with pytest.raises(Refused):
        provider.payments.commit(token)
    assert provider.webpay.taken() == {a_charge().buy_order: a_charge().amount_clp}


def test_an_unknown_token_is_refused(provider: Provider) -> None:
    for call in (provider.payments.commit, provider.payments.status):
        with pytest.raises(Refused):
            call("f" * 64)


LOUD = [Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.LOST, Fault.SLOW, Fault.PAGE]


@pytest.mark.parametrize("fault", LOUD)
def test_without_an_answer_nothing_is_known_and_status_decides(
    provider: Provider, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "COMMIT_TIMEOUT_S", 1.0)
    token = chosen(provider, Choice.APPROVE)
    provider.fail([fault])
    with pytest.raises(Transient):
        provider.payments.commit(token)
    event = judge(a_card_deposit(), provider.payments.status(token))
    assert event is (None if fault is Fault.ERROR_BEFORE else DepositEvent.APPROVED)


def test_a_commit_that_is_done_twice_is_refused_although_it_took_the_money(
    provider: Provider,
) -> None:
    token = chosen(provider, Choice.APPROVE)
    provider.fail([Fault.TWICE])
    with pytest.raises(Refused):
        provider.payments.commit(token)
    assert judge(a_card_deposit(), provider.payments.status(token)) is DepositEvent.APPROVED


@pytest.mark.parametrize("fault", [Fault.ERROR_AFTER, Fault.LOST, Fault.PAGE])
def test_a_page_whose_answer_is_lost_is_opened_again(provider: Provider, fault: Fault) -> None:
    provider.fail([fault])
    with pytest.raises(Transient):
        provider.payments.create(a_charge(), RETURN_URL)
    page = provider.payments.create(a_charge(), RETURN_URL)
    assert open_page(a_card_deposit(), page).page == page
