"""The ports `Tickets`, `Connections` and `PushQueue`."""

from datetime import timedelta

import pytest

from lambdas.domain.live import (
    AccountPush,
    Connection,
    HeartbeatPush,
    HeartbeatRound,
    Push,
    RetryPush,
    ShardPush,
    Ticket,
    shard_of,
)
from lambdas.names import CONNECTION_SHARDS
from tests.builders import ALICE, BRUNO, NOW, a_deposit
from tests.contract.conftest import Ports, QueuePorts

SECOND = timedelta(seconds=1)


def issue(ports: Ports, ticket_id: str = "t", account_id: str = ALICE) -> None:
    ports.tickets.issue(
        Ticket(ticket_id=ticket_id, account_id=account_id, stage="dev", expires_at=NOW + SECOND)
    )


def connect(ports: Ports, connection_id: str, account_id: str = ALICE) -> None:
    ports.connections.add(
        Connection(account_id=account_id, connection_id=connection_id, opened_at=NOW)
    )


def test_a_ticket_is_redeemed_once(ports: Ports) -> None:
    issue(ports)
    assert ports.tickets.redeem("t", "dev", NOW) == ALICE
    assert ports.tickets.redeem("t", "dev", NOW) is None


def test_a_ticket_is_the_right_of_its_own_account(ports: Ports) -> None:
    issue(ports, "a", ALICE)
    issue(ports, "b", BRUNO)
    assert ports.tickets.redeem("b", "dev", NOW) == BRUNO
    assert ports.tickets.redeem("a", "dev", NOW) == ALICE


def test_an_unknown_ticket_is_refused(ports: Ports) -> None:
    assert ports.tickets.redeem("t", "dev", NOW) is None


def test_an_expired_ticket_is_refused(ports: Ports) -> None:
    issue(ports)
    assert ports.tickets.redeem("t", "dev", NOW + SECOND) is None


def test_a_ticket_of_another_stage_is_refused(ports: Ports) -> None:
    issue(ports)
    assert ports.tickets.redeem("t", "prod", NOW) is None
    assert ports.tickets.redeem("t", "dev", NOW) == ALICE


def test_connections_are_their_accounts_own(ports: Ports) -> None:
    connect(ports, "one")
    connect(ports, "two")
    connect(ports, "three", BRUNO)
    assert sorted(ports.connections.of_account(ALICE)) == ["one", "two"]
    assert ports.connections.of_account(BRUNO) == ["three"]
    assert ports.connections.owner("three") == BRUNO
    assert ports.connections.owner("four") is None


def test_a_forgotten_connection_is_gone_and_may_be_forgotten_again(ports: Ports) -> None:
    connect(ports, "one")
    for _ in range(2):
        ports.connections.forget(ALICE, "one")
    assert ports.connections.of_account(ALICE) == []
    assert ports.connections.owner("one") is None


def test_a_connection_that_is_being_opened_is_not_forgotten(ports: Ports) -> None:
    connect(ports, "one")
    ports.connections.forget(ALICE, "one", NOW)
    assert ports.connections.of_account(ALICE) == ["one"]
    ports.connections.forget(ALICE, "one", NOW + SECOND)
    assert ports.connections.of_account(ALICE) == []


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_shards_hold_every_connection_once(ports: Ports, limit: int) -> None:
    wanted = {(account_id, f"c{n}-{account_id}") for account_id in (ALICE, BRUNO) for n in range(9)}
    for account_id, connection_id in wanted:
        connect(ports, connection_id, account_id)
    found: list[tuple[str, str]] = []
    for shard in range(CONNECTION_SHARDS):
        after: str | None = None
        while True:
            page = ports.connections.of_shard(shard, limit, after)
            assert len(page.connections) <= limit
            assert {shard_of(key[1], CONNECTION_SHARDS) for key in page.connections} <= {shard}
            found += page.connections
            after = page.after
            if after is None:
                break
    assert sorted(found) == sorted(wanted)


def test_the_versions_of_accounts_are_the_numbers_of_their_last_postings(ports: Ports) -> None:
    ports.accounts.commit_deposit(a_deposit())
    ports.accounts.commit_deposit(a_deposit(number=2, account=ports.accounts.get(ALICE)))
    assert ports.accounts.versions([ALICE, BRUNO, ALICE]) == {ALICE: 2, BRUNO: 0}
    assert ports.accounts.versions([]) == {}


@pytest.mark.parametrize(
    "push",
    [
        ShardPush(shard=3, message='{"a":"ñ"}', after="c1"),
        HeartbeatPush(shard=0, board_version=7),
        AccountPush(account_id=ALICE, message="{}"),
        RetryPush(account_id=ALICE, connection_id="c1", messages=("{}", "[]"), attempt=2),
        HeartbeatRound(),
    ],
)
def test_a_push_comes_out_of_the_queue_as_it_went_in(queue_ports: QueuePorts, push: Push) -> None:
    queue_ports.push_queue.send([push])
    assert queue_ports.pushes() == [push]


def test_many_pushes_are_all_enqueued(queue_ports: QueuePorts) -> None:
    pushes = [ShardPush(shard=n, message="x" * 1000) for n in range(23)]
    queue_ports.push_queue.send(pushes)
    assert sorted(queue_ports.pushes(), key=lambda p: getattr(p, "shard", 0)) == pushes
