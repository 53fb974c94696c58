"""What an operator types and what is printed: alarms, queues, the bridge, errors."""

from datetime import timedelta
from typing import Any

from ops.ports import Alarm, LogLine, QueueDepth
from tests.builders import NOW
from tests.unit.ops.world import World


def log(world: World, part: str, *, minutes_ago: float = 1, **fields: Any) -> None:
    world.log.append(LogLine(at=NOW - timedelta(minutes=minutes_ago), part=part, fields=fields))


def alarm(name: str, state: str) -> Alarm:
    return Alarm(
        name=name,
        state=state,
        since=NOW - timedelta(minutes=5),
        description="It says so. See runbook#it",
    )


def test_active_alarms_come_first_and_are_a_status(world: World) -> None:
    world.alarms = [alarm("a-quiet-one", "OK"), alarm("orders-overdue", "ALARM")]
    status, said = world.run("alarms")
    assert status == 1
    first, second = (line.split() for line in said.splitlines()[1:3])
    assert (first[0], first[1], second[0]) == ("orders-overdue", "ALARM", "a-quiet-one")
    assert first[-1] == "runbook#it"
    assert "✗ orders-overdue: It says so." in said
    assert "✗ 1 of 2 alarms are active." in said


def test_without_an_active_alarm_all_is_well(world: World) -> None:
    world.alarms = [alarm("x", "OK"), alarm("y", "INSUFFICIENT_DATA")]
    assert world.run("alarms")[0] == 0


def test_a_stage_without_any_alarm_is_not_well(world: World) -> None:
    assert world.run("alarms")[0] == 1


def test_queues_show_what_waits_and_what_was_put_aside(world: World) -> None:
    world.depths = [
        QueueDepth(queue="prices", waiting=3, in_flight=1, dead_letters=0),
        QueueDepth(queue="relay", waiting=None, in_flight=None, dead_letters=2),
    ]
    status, said = world.run("queues")
    assert status == 0
    assert [line.split() for line in said.splitlines()[1:]] == [
        ["prices", "3", "1", "0"],
        ["relay", "—", "—", "2"],
    ]


def report(world: World, *, minutes_ago: float, connected: bool) -> None:
    counts = ("received", "forwarded", "published", "retried", "unconfirmed", "held", "publishing")
    fields = dict.fromkeys(counts, 7) | {"message": "counts", "connected_now": connected}
    log(world, "bridge", minutes_ago=minutes_ago, **fields)


def test_a_bridge_that_is_connected_is_well(world: World) -> None:
    report(world, minutes_ago=2, connected=False)
    report(world, minutes_ago=1, connected=True)
    status, said = world.run("bridge")
    assert status == 0
    assert "✓ connected to the broker, 1 min ago." in said


def test_a_bridge_that_is_not_connected_or_silent_or_gone_is_not(world: World) -> None:
    assert world.run("bridge")[0] == 1
    report(world, minutes_ago=3, connected=True)
    assert "✗ connected to the broker, 3 min ago." in world.run("bridge")[1]
    report(world, minutes_ago=1, connected=False)
    status, said = world.run("bridge")
    assert (status, "NOT connected" in said) == (1, True)


def test_warnings_and_errors_of_the_last_hour_come_oldest_first(world: World) -> None:
    log(world, "api", level="ERROR", message="failed", error="KeyError", request_id="r-1")
    log(world, "bridge", minutes_ago=9, level="WARNING", message="dropped", reason="too large")
    log(world, "api", level="INFO", message="no ERROR at all")
    log(world, "api", minutes_ago=61, level="ERROR", message="of yesterday")
    status, said = world.run("errors")
    assert status == 0
    first, second, last = said.splitlines()[1:]
    assert "WARNING: dropped reason=too large" in first
    assert "ERROR: failed error=KeyError" in second
    assert second.endswith("r-1")
    assert last == "Warnings and errors of the last 60 min: bridge 1, api 1."


def test_errors_of_one_part_alone(world: World) -> None:
    log(world, "api", level="ERROR", message="failed")
    assert "none" in world.run("errors", "--part", "bridge")[1]
    assert "api 1" in world.run("errors", "--part", "api", "--minutes", "5")[1]
