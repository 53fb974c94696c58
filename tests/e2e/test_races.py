"""Many at the same moment: what may happen once happens once. On the local cloud, whose DynamoDB
isolates transactions from each other, through the public doors and the queues.
"""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from lambdas.domain import orders as decisions
from lambdas.domain.errors import DomainError, StaleDecision
from lambdas.domain.ledger import LineAccount, Posting
from lambdas.domain.orders import Event, Order, Purchase, Snapshot, State
from lambdas.names import Function
from lambdas.services.orders import Sweep, advance_order, sweep_orders
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.orders import DynamoOrders
from ops.endpoints import LOCAL_STAGE, function_name, stack_name
from tests.builders import ALICE, NOW, POLICY, a_deposit, a_placing, a_quote
from tests.e2e.quiet import at_once, hear, order_id_of, rich, set_price, verdict
from tests.e2e.system import Answer, Person, System, eventually
from tests.fakes.dynamo import cloud_tables

CALLERS = 100
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", autouse=True)
def few_copies(quiet: System) -> None:
    """Ten copies of the API at most, as a new account on AWS has: a hundred would need minutes to
    start. Whom none has room for is told to come again.
    """
    stack = stack_name(LOCAL_STAGE, "backend")
    name = function_name(quiet.client("cloudformation"), stack, Function.API)
    quiet.client("lambda").put_function_concurrency(
        FunctionName=name, ReservedConcurrentExecutions=10
    )


@pytest.fixture(autouse=True)
def nothing_broken(quiet: System) -> Any:
    """After every race the operator's command finds nothing."""
    yield
    reconciled = quiet.run("reconcile")
    assert reconciled.returncode == 0, reconciled.stdout


def post(person: Person, path: str, body: object, key: object) -> Answer:
    """Sent again, as a client does it, while the answer is to come back later."""
    for _ in range(200):
        answer = person.call("POST", path, body, key=key)
        if answer.status not in (429, 503):
            return answer
        time.sleep(random.uniform(0.1, 0.5))
    raise AssertionError(f"no answer but {answer.status}: {answer.text}")


def test_a_hundred_equal_orders_are_one_with_a_hundred_equal_answers(quiet: System) -> None:
    person = rich(quiet, "1000.00")
    set_price(quiet, person, "AAPL", "190.25")
    key = uuid4()
    body = {"symbol": "AAPL", "quantity": "0.5"}
    answers = at_once(*[partial(post, person, "/orders", body, key)] * CALLERS)
    assert Counter(answer.status for answer in answers) == {202: 1, 200: CALLERS - 1}
    assert len({answer.text for answer in answers}) == 1
    assert [order["order_id"] for order in person.get("/orders")["items"]] == [
        order_id_of(person, key)
    ]
    wallet = person.get("/wallet")
    assert (wallet["available"], wallet["held"]) == ("904.87", "95.13")


@pytest.mark.parametrize("round_number", range(5))
def test_two_orders_for_the_last_cent_are_one(quiet: System, round_number: int) -> None:
    person = rich(quiet, "10.00")
    set_price(quiet, person, "LAST", "10")
    body = {"symbol": "LAST", "quantity": "1"}
    answers = at_once(*[partial(post, person, "/orders", body, uuid4()) for _ in range(2)])
    assert sorted(answer.status for answer in answers) == [202, 409]
    (refused,) = [answer for answer in answers if answer.status == 409]
    assert refused.code == "insufficient_funds"
    wallet = person.get("/wallet")
    assert (wallet["available"], wallet["held"]) == ("0.00", "10.00")
    assert len(person.get("/orders")["items"]) == 1


def test_as_many_orders_as_there_is_money_for(quiet: System) -> None:
    """Thirty at once for money that is enough for ten."""
    person = rich(quiet, "10.00")
    set_price(quiet, person, "ONE", "1")
    body = {"symbol": "ONE", "quantity": "1"}
    answers = at_once(*[partial(post, person, "/orders", body, uuid4()) for _ in range(30)])
    assert Counter(answer.status for answer in answers) == {202: 10, 409: 20}
    assert person.get("/wallet")["available"] == "0.00"


def test_a_hundred_deposits_under_one_key_are_one(quiet: System) -> None:
    person = rich(quiet, "0")
    body = {"amount": "12.34"}
    answers = at_once(*[partial(post, person, "/wallet/deposits", body, uuid4())] * CALLERS)
    assert Counter(answer.status for answer in answers) == {201: 1, 200: CALLERS - 1}
    assert len({answer.text for answer in answers}) == 1
    assert person.get("/wallet")["available"] == "12.34"
    assert len(person.get("/wallet/postings")["items"]) == 1


def test_twenty_five_orders_at_once_are_all_taken_where_the_money_is_enough(quiet: System) -> None:
    """They all write the same account: each is decided again until it is in."""
    person = rich(quiet, "100.00")
    set_price(quiet, person, "ONE", "1")
    body = {"symbol": "ONE", "quantity": "1"}
    answers = at_once(*[partial(post, person, "/orders", body, uuid4()) for _ in range(25)])
    assert Counter(answer.status for answer in answers) == {202: 25}
    wallet = person.get("/wallet")
    assert (wallet["available"], wallet["held"]) == ("75.00", "25.00")


def test_forty_deposits_at_once_are_all_there(quiet: System) -> None:
    person = rich(quiet, "0")
    calls = [
        partial(post, person, "/wallet/deposits", {"amount": "0.01"}, uuid4()) for _ in range(40)
    ]
    assert {answer.status for answer in at_once(*calls)} == {201}
    assert person.get("/wallet")["available"] == "0.40"


@pytest.mark.timeout(360)
@pytest.mark.parametrize("answers", [[True], [False], [True, False]])
def test_an_answer_a_hundred_times_at_once_ends_an_order_once(
    quiet: System, answers: list[bool]
) -> None:
    person = rich(quiet, "1000.00")
    set_price(quiet, person, "AAPL", "190.25")
    order = person.buy("AAPL", "1")
    messages = [verdict(order["order_id"], valid=valid) for valid in answers] * 50
    hear(quiet, "validations", *messages)
    ended = person.ended(order["order_id"], within_s=60)
    # An answer that met others twice is not lost: it comes again in the queue's own time.
    comes_again_s = attributes(quiet, "validations", "VisibilityTimeout")["VisibilityTimeout"]
    eventually(
        lambda: is_empty(quiet, "validations"), what="an empty queue", within_s=comes_again_s + 60
    )
    assert person.order(order["order_id"]) == ended
    if len(answers) == 1:
        assert ended["state"] == ("ACCEPTED" if answers[0] else "REJECTED")
    spent = Decimal("190.25") if ended["state"] == "ACCEPTED" else Decimal(0)
    wallet = person.get("/wallet")
    assert (Decimal(wallet["available"]), wallet["held"]) == (1000 - spent, "0.00")
    assert len(person.get("/wallet/postings")["items"]) == 3
    assert len(person.get("/portfolio")["positions"]) == (1 if spent else 0)
    said = quiet.run("conflicts").stdout
    assert (order["order_id"] in said) == (len(answers) == 2)


def is_empty(system: System, queue: str) -> bool:
    left = attributes(
        system, queue, "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
    )
    return not any(left.values())


def attributes(system: System, queue: str, *names: str) -> dict[str, int]:
    told = system.client("sqs").get_queue_attributes(
        QueueUrl=system.outputs["queues"][queue], AttributeNames=names
    )["Attributes"]
    return {name: int(told[name]) for name in names}


# The same at the ports, where the clock is ours: a sweep retries orders of a certain age only.


@dataclass(frozen=True)
class Ports:
    """The ports over tables of their own."""

    orders: DynamoOrders
    accounts: DynamoAccounts


@pytest.fixture
def ports(quiet: System, monkeypatch: pytest.MonkeyPatch) -> Any:
    with cloud_tables(monkeypatch, quiet.outputs["aws_endpoint_url"]) as connection:
        accounts = DynamoAccounts(connection)
        accounts.commit_deposit(a_deposit(amount_minor=100_000_00))
        yield Ports(DynamoOrders(connection), accounts)


def place(ports: Ports, number: int) -> Order:
    snapshot = Snapshot(account=ports.accounts.get(ALICE), quote=a_quote(), order=None)
    decision = a_placing(
        snapshot,
        order_id=str(UUID(int=number)),
        purchase=Purchase(symbol="AAPL", quantity=Decimal("0.1")),
    )
    ports.orders.commit(decision)
    return decision.after


def sweep(ports: Ports) -> Sweep:
    later = NOW + timedelta(minutes=3)
    return sweep_orders(ports.orders, policy=POLICY, now=later, max_retries=100)


def test_eight_sweeps_at_once_publish_each_order_again_once(ports: Ports) -> None:
    placed = [place(ports, number).order_id for number in range(20)]
    swept: list[Sweep] = at_once(*[partial(sweep, ports)] * 8)
    assert sorted(order_id for it in swept for order_id in it.retried) == placed
    assert {order.attempts for order in ports.orders.get_many(placed).values()} == {1}


def test_a_sweep_an_answer_and_an_operator_at_once_end_an_order_once(ports: Ports) -> None:
    before = ports.accounts.get(ALICE)
    for number in range(20):
        order = place(ports, number)
        outcomes = at_once(
            partial(sweep, ports), *(partial(outcome, ports, order, event) for event in Event)
        )
        ended = ports.orders.get(order.order_id)
        assert ended is not None
        assert not ended.is_open
        assert outcomes.count(ended.state) >= 1
        held = [posting.amount_of(LineAccount.HELD) for posting in ledger_of(ports, order)]
        assert held == [-order.cost_minor, order.cost_minor]
        account = ports.accounts.get(ALICE)
        spent_minor = order.cost_minor if ended.state is State.ACCEPTED else 0
        assert account.available_minor == before.available_minor - spent_minor
        assert (account.held_minor, account.version) == (0, before.version + 2)
        before = account


def ledger_of(ports: Ports, order: Order) -> list[Posting]:
    """The order's postings among the newest hundred, newest first."""
    page = ports.accounts.postings(order.account_id, 100, None)
    return [posting for posting in page.items if posting.cause_id == order.order_id]


def outcome(ports: Ports, order: Order, event: Event) -> State | None:
    """The state that the event left, or None where it was refused."""
    try:
        return advance_order(
            ports.orders, ports.accounts, order.order_id, event, now=NOW
        ).after.state
    except DomainError:
        return None


def test_only_one_of_many_equal_decisions_is_committed(ports: Ports) -> None:
    order = place(ports, 1)
    decision = decisions.apply(
        order, Event.ACCEPT, ports.accounts.get(ALICE), now=datetime.now(UTC)
    )

    def commit() -> bool:
        try:
            ports.orders.commit(decision)
        except StaleDecision:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        assert sum(pool.map(lambda _: commit(), range(CALLERS))) == 1
