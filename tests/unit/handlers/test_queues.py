"""The functions behind the queues: one message does not disturb another, nothing is lost."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.domain.errors import Transient
from lambdas.domain.ledger import Account
from lambdas.domain.orders import Order, State
from lambdas.domain.trading import Decision
from lambdas.handlers import prices, requests, validations
from lambdas.usecases.place_order import place_order
from tests.builders import ALICE, NOW, POLICY, a_deposit, a_purchase, a_quote
from tests.fakes.memory import MemoryOrders
from tests.unit.handlers.conftest import World, deliver, envelope, sqs_record

MESSAGES = Path(__file__).parents[2] / "messages"


@pytest.fixture
def order(world: World) -> Order:
    world.store.quotes["AAPL"] = a_quote()
    world.store.book(a_deposit(amount_minor=1_000_00))
    placed = place_order(
        MemoryOrders(world.store),
        account_id=ALICE,
        key=UUID(int=1),
        purchase=a_purchase(),
        policy=POLICY,
        now=NOW,
    )
    return placed.order


def echo(order: Order, group: object = "3") -> dict[str, Any]:
    return {"request_id": order.order_id, "group_id": group, "symbol": "AAPL", "quantity": 2}


def answer(order: Order, valid: object = True, group: object = 3) -> dict[str, Any]:
    return {"request_id": order.order_id, "group_id": group, "seller": 0, "valid": valid}


def state(world: World, order: Order) -> State:
    return world.store.orders[order.order_id].state


def test_our_request_coming_back_makes_the_order_sent(world: World, order: Order) -> None:
    assert deliver(requests.handler, echo(order)) == []
    assert state(world, order) is State.SENT


@pytest.mark.parametrize(
    ("valid", "end", "available_minor"),
    [
        (True, State.ACCEPTED, 619_50),
        ("true", State.ACCEPTED, 619_50),
        (0, State.REJECTED, 1_000_00),
    ],
)
def test_the_exchanges_answer_ends_the_order(
    world: World, order: Order, valid: object, end: State, available_minor: int
) -> None:
    assert deliver(validations.handler, answer(order, valid)) == []
    assert state(world, order) is end
    assert world.store.account(ALICE) == Account(
        account_id=ALICE, available_minor=available_minor, held_minor=0
    )


def test_an_answer_to_another_group_never_touches_our_order(world: World, order: Order) -> None:
    assert deliver(validations.handler, answer(order, group=13)) == []
    assert state(world, order) is State.PENDING
    assert world.store.verdicts[order.order_id].group_id == "13"


def test_a_contradiction_is_recorded_and_changes_nothing(world: World, order: Order) -> None:
    deliver(validations.handler, answer(order, True), answer(order, False), answer(order, True))
    ended = world.store.orders[order.order_id]
    assert ended.state is State.ACCEPTED
    assert ended.conflict is not None
    assert world.dead_letters.letters == []


@pytest.mark.parametrize("handler", [requests.handler, validations.handler])
def test_what_is_ours_by_group_but_not_by_id_is_put_aside(world: World, handler: Any) -> None:
    message = {"request_id": "x", "group_id": 3, "symbol": "AAPL", "quantity": 1, "valid": True}
    assert deliver(handler, message) == []
    assert len(world.dead_letters.letters) == 1
    assert "no order of ours" in world.dead_letters.letters[0][1]


def test_the_other_groups_requests_and_answers_are_kept(world: World) -> None:
    deliver(requests.handler, (MESSAGES / "request-other-group.json").read_bytes())
    deliver(validations.handler, (MESSAGES / "validation-accepted.json").read_bytes())
    assert [r.group_id for r in world.store.requests.values()] == ["13"]
    assert [v.valid for v in world.store.verdicts.values()] == [True]


@pytest.mark.parametrize("place", range(10))
def test_one_poisoned_message_anywhere_in_a_batch_is_put_aside_alone(
    world: World, place: int
) -> None:
    batch: list[Any] = [
        {"stocks": [{"symbol": f"S{n}", "price": 1}], "datetime": NOW.isoformat()}
        for n in range(10)
    ]
    batch[place] = b"\xff\xfe not json"
    assert deliver(prices.handler, *batch) == []
    assert len(world.store.quotes) == 9
    assert len(world.dead_letters.letters) == 1
    body, reason = world.dead_letters.letters[0]
    assert reason == "it is no JSON"
    assert body == envelope(batch[place])


def test_good_prices_beside_a_bad_one_are_kept_and_the_message_is_put_aside(world: World) -> None:
    deliver(prices.handler, (MESSAGES / "info-one-bad-item.json").read_bytes())
    assert sorted(world.store.quotes) == ["AMZN", "MSFT"]
    assert len(world.dead_letters.letters) == 1
    assert "stock 2" in world.dead_letters.letters[0][1]


@pytest.mark.parametrize("path", sorted(MESSAGES.iterdir()), ids=lambda path: path.name)
def test_every_example_message_is_taken_or_put_aside_and_never_comes_again(
    world: World, path: Path
) -> None:
    handler = {"info": prices, "request": requests, "validation": validations}[
        path.name.split("-")[0].split(".")[0]
    ].handler
    assert deliver(handler, path.read_bytes()) == []
    is_malformed = path.name in {
        "info-not-json.bin",
        "info-one-bad-item.json",
        "request-empty.bin",
        "request-missing-keys.json",
        "request-undefined.bin",
        "validation-no-verdict.json",
    }
    assert len(world.dead_letters.letters) == int(is_malformed)


def test_what_cannot_be_done_now_comes_again_and_the_rest_is_done(
    world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = MemoryOrders.commit

    def busy(self: MemoryOrders, decision: Decision) -> None:
        if decision.after.order_id == order.order_id:
            raise Transient
        commit(self, decision)

    monkeypatch.setattr(MemoryOrders, "commit", busy)
    records = [
        sqs_record(envelope(json.dumps(body))) for body in (answer(order), answer(order, group=13))
    ]
    result = validations.handler({"Records": records}, LambdaContext())
    assert result == {"batchItemFailures": [{"itemIdentifier": records[0]["messageId"]}]}
    assert len(world.store.verdicts) == 1


def test_a_letter_that_cannot_be_put_aside_now_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(body: str, reason: str) -> None:
        raise Transient

    monkeypatch.setattr(world.dead_letters, "put", busy)
    assert len(deliver(validations.handler, "rubbish")) == 1


def test_no_payload_is_ever_logged(
    world: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "ana@example.org"
    deliver(requests.handler, json.dumps({"request_id": "a", "email": secret}), secret)
    deliver(validations.handler, json.dumps({"group_id": 3, "valid": secret}), secret)
    deliver(prices.handler, json.dumps({"stocks": [{"symbol": secret}]}), secret)
    logged = " ".join(str(vars(record)) for record in caplog.records) + capsys.readouterr().out
    assert "put aside" in logged
    assert secret not in logged
