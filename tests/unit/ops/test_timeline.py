"""The timeline of an order, from the log lines of all parts."""

from datetime import timedelta
from typing import Any

from lambdas.domain.orders import Event, Order
from ops.ports import LogLine
from ops.timeline import timeline_of
from tests.builders import NOW
from tests.unit.ops.world import World


def line(ms: int, part: str, **fields: Any) -> LogLine:
    return LogLine(at=NOW + timedelta(milliseconds=ms), part=part, fields=fields)


def way(order_id: str = "o", until: int = 7) -> list[LogLine]:
    """The lines of an order, as the parts write them."""
    own: dict[str, Any] = {"correlation_id": order_id}
    return [
        line(0, "api", message="order placed", state="PENDING", request_id="r-1", **own),
        line(180, "relay", message="request relayed", **own),
        line(220, "bridge", message="published", **own),
        line(224, "bridge", message="forwarded", queue="requests", **own),
        line(290, "requests", message="request echoed", state="SENT", effect="MOVE", **own),
        line(420, "bridge", message="forwarded", queue="validations", **own),
        line(470, "validations", message="answer applied", state="ACCEPTED", effect="MOVE", **own),
    ][:until]


def test_every_step_says_how_long_it_waited_and_where() -> None:
    timeline = timeline_of(way())
    assert [
        (step.part, None if step.waited is None else step.waited.total_seconds(), step.where)
        for step in timeline.entries
    ] == [
        ("api", None, None),
        ("relay", 0.18, "in the orders' stream"),
        ("bridge", 0.04, "in the queue outbound, until the broker's acknowledgement"),
        ("bridge", 0.004, "at the broker, on its way back to us"),
        ("requests", 0.066, "in the queue requests"),
        ("bridge", 0.2, "at the exchange"),
        ("validations", 0.05, "in the queue validations"),
    ]
    assert timeline.missing == ()


def test_where_the_lines_end_is_where_the_order_is() -> None:
    for until, missing in {
        1: ["in the orders' stream"],
        2: ["in the queue outbound, until the broker's acknowledgement"],
        3: ["at the broker, on its way back to us", "at the exchange"],
        6: ["in the queue validations"],
    }.items():
        assert [it.where for it in timeline_of(way(until=until)).missing] == missing


def test_a_step_that_was_followed_is_not_missing_though_nobody_told_of_it() -> None:
    lines = [line for line in way() if line.fields.get("queue") != "validations"]
    timeline = timeline_of(lines)
    assert timeline.missing == ()
    assert timeline.entries[-1].waited == timedelta(milliseconds=250)  # since it was published


def test_an_echo_that_is_quicker_than_its_acknowledgement_follows_the_relay() -> None:
    placed, relayed, published, back = way(until=4)
    steps = timeline_of([placed, relayed, back, published]).entries
    assert steps[2].waited == back.at - relayed.at
    assert steps[3].waited == published.at - relayed.at


def test_a_step_that_comes_again_follows_the_latest_before_it() -> None:
    lines = [
        *way(until=3),
        line(120_000, "sweep", message="request published again"),
        line(120_100, "relay", message="request relayed"),
        line(120_150, "bridge", message="published"),
    ]
    *_, asked, _, published = timeline_of(lines).entries
    assert asked.where is None
    assert published.waited == timedelta(milliseconds=50)


def test_a_line_that_is_no_step_is_told_all_the_same() -> None:
    (step,) = timeline_of([line(0, "requests", level="WARNING", message="will be retried")]).entries
    assert step.what == "WARNING: will be retried"


def an_accepted_order(world: World) -> Order:
    world.deposit()
    order = world.place(1)
    world.log += way(order.order_id)
    gateway = {"request_id": "r-1", "route": "POST /{proxy+}", "status": "202"}
    world.log.append(line(60, "gateway", **gateway))
    return world.happen(order, Event.ACCEPT)


def test_a_timeline_begins_at_the_api_and_ends_with_the_answer(world: World) -> None:
    order = an_accepted_order(world)
    world.log.append(line(300, "validations", message="answer applied", correlation_id="another"))
    status, said = world.run("order", order.order_id, "--logs")
    assert status == 0
    rows = said.split("Timeline\n")[1].splitlines()[1:9]
    assert [row.split()[2] for row in rows] == [
        *("api", "gateway", "relay", "bridge", "bridge", "requests", "bridge", "validations")
    ]
    assert "HTTP request route=POST /{proxy+} status=202" in rows[1]
    assert "forwarded queue=validations" in rows[6]
    assert rows[6].endswith("0.200 s at the exchange")
    assert "?" not in said


def test_an_order_that_is_stuck_says_where(world: World) -> None:
    world.deposit()
    order = world.place(1)
    world.log += way(order.order_id, until=2)
    world.now = NOW + timedelta(minutes=4)
    said = world.run("order", order.order_id, "--logs")[1]
    assert (
        "? no line of bridge says 'published': in the queue outbound, until the broker's "
        "acknowledgement, for 3 min"
    ) in said


def test_an_order_without_logs_searches_no_log(world: World) -> None:
    order = an_accepted_order(world)
    assert "Timeline" not in world.run("order", order.order_id)[1]
