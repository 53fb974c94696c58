"""Live connections: who may open one, what reaches it, and what becomes of failed messages."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lambdas.domain.live import (
    MAX_ATTEMPTS,
    MAX_CONNECTIONS,
    AccountPush,
    Connection,
    HeartbeatPush,
    HeartbeatRound,
    Push,
    RetryPush,
    ShardPush,
)
from lambdas.handlers import live, notify, prices, push
from lambdas.messaging.live import serialize_push
from lambdas.names import CONNECTION_SHARDS
from lambdas.services.live import PAGE, issue_ticket
from lambdas.storage.models import AccountItem, DepositItem
from lambdas.storage.orders import order_item
from tests.builders import ALICE, BRUNO, NOW, a_deposit, a_quote
from tests.fakes.dependencies import Context
from tests.unit.handlers.conftest import World, an_order, deliver, envelope, sqs_record

ACCOUNTS = [f"{n}{n}{n}{n}{n}{n}{n}{n}-0000-4000-8000-000000000000" for n in range(1, 7)]


def ticket(world: World, account_id: str = ALICE, stage: str = "test") -> str:
    return issue_ticket(world.tickets, account_id=account_id, stage=stage, now=NOW).secret


def connect(connection_id: str, secret: str | None) -> int:
    event = {
        "requestContext": {"connectionId": connection_id, "eventType": "CONNECT"},
        "queryStringParameters": None if secret is None else {"ticket": secret},
    }
    return live.handler(event, Context())["statusCode"]


def opened(world: World, connection_id: str, account_id: str = ALICE) -> None:
    """A connection that was opened a minute ago."""
    at = NOW - timedelta(minutes=1)
    world.connections.add(
        Connection(account_id=account_id, connection_id=connection_id, opened_at=at)
    )


def pushed(*pushes: Push) -> None:
    for made in pushes:
        push.handler({"Records": [sqs_record(serialize_push(made))]}, Context())


def changed(*images: dict[str, Any]) -> None:
    notify.handler({"Records": [{"dynamodb": {"NewImage": image}} for image in images]}, Context())


def received(world: World, connection_id: str) -> list[dict[str, Any]]:
    return [json.loads(message) for message in world.sockets.sent[connection_id]]


def account_image(world: World, account_id: str) -> dict[str, Any]:
    account = world.store.account(account_id)
    image: dict[str, Any] = AccountItem(
        account_id,
        available_minor=account.available_minor,
        held_minor=account.held_minor,
        posted_at=account.posted_at,
        version=account.version,
    ).serialize()
    return image


def deposit_image(world: World, account_id: str, number: int) -> dict[str, Any]:
    decision = a_deposit(account_id, number=number, account=world.store.account(account_id))
    world.store.deposit(decision)
    deposit = decision.after
    image: dict[str, Any] = DepositItem(
        account_id,
        deposit.deposit_id,
        amount_minor=deposit.amount_minor,
        method=deposit.method.value,
        state=deposit.state.value,
        created_at=deposit.created_at,
        account_version=deposit.account_version,
        version=deposit.version,
    ).serialize()
    return image


def test_a_ticket_opens_one_connection(world: World) -> None:
    secret = ticket(world)
    assert connect("one", secret) == 200
    assert connect("two", secret) == 401
    assert world.connections.of_account(ALICE) == ["one"]


@pytest.mark.parametrize("secret", [None, "", "x", "é" * 30, "x" * 100_000])
def test_rubbish_opens_no_connection(world: World, secret: str | None) -> None:
    assert connect("one", secret) == 401
    assert not world.connections.connections


def test_an_expired_ticket_opens_no_connection(world: World) -> None:
    secret = ticket(world)
    world.now = lambda: NOW + timedelta(seconds=60)
    assert connect("one", secret) == 401


def test_a_ticket_of_another_stage_opens_no_connection(world: World) -> None:
    assert connect("one", ticket(world, stage="prod")) == 401


def test_a_ticket_opens_a_connection_of_its_own_account_only(world: World) -> None:
    assert connect("one", ticket(world, BRUNO)) == 200
    assert world.connections.of_account(ALICE) == []
    assert world.connections.of_account(BRUNO) == ["one"]


def test_the_table_holds_no_secret(world: World) -> None:
    secret = ticket(world)
    assert secret not in repr(world.tickets.tickets)


def test_the_connections_of_an_account_are_bounded(world: World) -> None:
    for number in range(MAX_CONNECTIONS):
        assert connect(f"c{number}", ticket(world)) == 200
    assert connect("one more", ticket(world)) == 429
    assert connect("another's", ticket(world, BRUNO)) == 200


def test_a_closed_connection_is_forgotten(world: World) -> None:
    opened(world, "one")
    event = {"requestContext": {"connectionId": "one", "eventType": "DISCONNECT"}}
    for _ in range(2):
        assert live.handler(event, Context()) == {"statusCode": 200}
    assert not world.connections.connections


def test_an_order_reaches_all_connections_of_its_account_whole(world: World) -> None:
    order = an_order(world)
    for name in ("one", "two"):
        opened(world, name)
    changed(order_item(order).serialize())
    for name in ("one", "two"):
        (message,) = received(world, name)
        assert (message["type"], message["account_version"]) == ("order", order.account_version)
        assert message["data"]["order_id"] == order.order_id
        assert message["data"]["cost"] == "380.50"
        assert message["data"]["account_version"] == message["account_version"]


def test_nothing_personal_reaches_a_connection_of_another_account(world: World) -> None:
    """All pairs: each account's order, wallet, deposit, own push and heartbeat, to each account."""
    for account_id in ACCOUNTS:
        for number in range(3):
            opened(world, f"{account_id} {number}", account_id)
    for number, account_id in enumerate(ACCOUNTS, start=1):
        order = replace(an_order(world, number), account_id=account_id, account_version=number)
        deposit = deposit_image(world, account_id, 50 + number)
        changed(order_item(order).serialize(), deposit, account_image(world, account_id))
        pushed(AccountPush(account_id=account_id, message=json.dumps({"only": account_id})))
        for sender in ACCOUNTS:
            for each in range(3):
                messages = world.sockets.sent.pop(f"{sender} {each}", [])
                assert len(messages) == (4 if sender == account_id else 0)
    pushed(*(HeartbeatPush(shard=shard, board_version=1) for shard in range(CONNECTION_SHARDS)))
    for account_id in ACCOUNTS:
        for each in range(3):
            (heartbeat,) = received(world, f"{account_id} {each}")
            assert heartbeat["account_version"] == world.store.account(account_id).version


def test_a_connection_that_is_gone_is_forgotten(world: World) -> None:
    opened(world, "one")
    world.sockets.gone.add("one")
    changed(order_item(an_order(world)).serialize())
    assert not world.connections.connections


def test_a_connection_that_is_still_being_opened_is_not_forgotten(world: World) -> None:
    connect("one", ticket(world))
    world.sockets.gone.add("one")
    changed(order_item(an_order(world)).serialize())
    assert world.connections.of_account(ALICE) == ["one"]


def test_a_failed_message_is_retried_within_bounds_and_the_connection_kept(world: World) -> None:
    opened(world, "one")
    world.sockets.failing.add("one")
    changed(order_item(an_order(world)).serialize())
    delays = []
    while world.push_queue.sent:
        ((again, delay_s),) = world.push_queue.sent
        world.push_queue.sent.clear()
        assert isinstance(again, RetryPush)
        delays.append(delay_s)
        pushed(again)
    assert delays == [2, 4, 8]
    assert len(delays) == MAX_ATTEMPTS - 1
    assert world.connections.of_account(ALICE) == ["one"]


def test_a_retry_delivers_what_had_failed_in_its_order(world: World) -> None:
    opened(world, "one")
    pushed(RetryPush(account_id=ALICE, connection_id="one", messages=("1", "2"), attempt=2))
    assert world.sockets.sent["one"] == ["1", "2"]


def test_prices_reach_everybody_in_pages(world: World) -> None:
    for number in range(PAGE * CONNECTION_SHARDS + 300):
        opened(world, f"c{number}", f"account {number % 90}")
    waiting: list[Push] = [ShardPush(shard=n, message="{}") for n in range(CONNECTION_SHARDS)]
    rounds = 0
    while waiting:
        pushed(*waiting)
        waiting = [made for made, _ in world.push_queue.sent]
        world.push_queue.sent.clear()
        rounds += 1
    assert rounds > 1
    assert {len(messages) for messages in world.sockets.sent.values()} == {1}
    assert len(world.sockets.sent) == len(world.connections.connections)


def test_a_batch_of_prices_pushes_only_what_it_changed_and_writes_the_board(world: World) -> None:
    world.store.quotes["MSFT"] = a_quote(symbol="MSFT")
    batch = {"stocks": [{"symbol": "AAPL", "price": 191}], "datetime": NOW.isoformat()}
    assert deliver(prices.handler, batch) == []
    shards = [made for made, _ in world.push_queue.sent]
    assert len(shards) == CONNECTION_SHARDS
    for made in shards:
        assert isinstance(made, ShardPush)
        (stock,) = json.loads(made.message)["data"]
        assert (stock["symbol"], stock["price"]) == ("AAPL", "191")
    (board,) = world.board_file.written
    assert [stock["symbol"] for stock in json.loads(board)["items"]] == ["AAPL", "MSFT"]
    assert deliver(prices.handler, batch) == []  # nothing new
    assert len(world.board_file.written) == 1
    assert len(world.push_queue.sent) == CONNECTION_SHARDS


def test_after_a_crash_the_next_delivery_writes_the_board(world: World) -> None:
    record = sqs_record(envelope(json.dumps({"stocks": []})))
    record["attributes"]["ApproximateReceiveCount"] = "2"
    prices.handler({"Records": [record]}, Context())
    assert len(world.board_file.written) == 1


def test_without_connections_the_clock_sends_nothing(world: World) -> None:
    push.handler({}, Context())
    assert world.push_queue.sent == []


def test_with_connections_the_clock_sends_two_heartbeats_a_minute(world: World) -> None:
    world.store.quotes["AAPL"] = a_quote(version=7)
    opened(world, "one")
    push.handler({}, Context())
    (first, _), (second, delay_s) = world.push_queue.sent
    assert isinstance(first, HeartbeatPush)
    assert first.board_version == 7
    assert (second, delay_s) == (HeartbeatRound(), 30)
    world.push_queue.sent.clear()
    pushed(second)
    assert [made for made, _ in world.push_queue.sent] == [first]  # and no further round
    pushed(first)
    (heartbeat,) = received(world, "one")
    assert (heartbeat["account_version"], heartbeat["data"]) == (0, {"board_version": 7})
