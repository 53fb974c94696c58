"""Alarms and dashboard read only metrics that the code emits. Both sides are derived: what is read,
from the templates; what is emitted, from the lines that functions and bridge write.
"""

import io
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import mqtt_bridge.bridge
from lambdas.domain.live import Connection, HeartbeatPush, RetryPush
from lambdas.handlers import jobs, push, receipts, relay, sweep, validations
from lambdas.messaging.live import serialize_push
from lambdas.names import CONNECTION_SHARDS, Function, Metric, metrics_namespace
from mqtt_bridge.bridge import Bridge
from mqtt_bridge.observability import logger as bridge_logger
from tests.builders import ALICE, NOW, a_quote
from tests.fakes.dependencies import Context
from tests.fakes.log import Line, Lines, captured_lines, counted
from tests.infra.templates import Synthesized
from tests.infra.test_alarms import alarms, shown
from tests.infra.test_bridge import settings_of
from tests.unit.handlers import conftest as over_queues
from tests.unit.handlers import test_jobs as over_jobs
from tests.unit.handlers.test_relay_and_sweep import change

Emitted = set[tuple[str, str, str]]
"""Namespace, service, name."""

world = over_queues.world
system = over_jobs.system


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Any:
    with captured_lines(capsys) as lines:
        yield lines


def embedded(lines: list[Line]) -> Emitted:
    """The metrics that CloudWatch extracts from these lines."""
    return {
        (directive["Namespace"], line["service"], metric["Name"])
        for line in lines
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
        if line[metric["Name"]] is not None and ["service"] in directive["Dimensions"]
    }


def relay_orders(world: over_queues.World) -> list[Any]:
    """Two new orders through the relay."""
    orders = [over_queues.an_order(world, number) for number in (1, 2)]
    relay.handler({"Records": [change(None, order) for order in orders]}, Context())
    return orders


def answer_orders(orders: list[Any]) -> None:
    """One order accepted, one rejected and then contradicted."""
    said = [(orders[0], True), (orders[1], False), (orders[1], True)]
    answers = [{"request_id": o.order_id, "group_id": 3, "valid": valid} for o, valid in said]
    assert over_queues.deliver(validations.handler, *answers) == []


def make_a_receipt(order: Any) -> None:
    """Of the accepted order."""
    message = over_queues.sqs_record(json.dumps({"order_id": order.order_id}))
    receipts.handler({"Records": [message]}, Context())


def sweep_an_overdue_order(world: over_queues.World) -> None:
    """A sweep while one order has waited for too long, and there is a price."""
    over_queues.an_order(world, 3, age_s=1200)
    sweep.handler({}, Context())


def push_messages(world: over_queues.World) -> None:
    """A heartbeat that arrives, and the last attempt of a message that does not."""
    world.connections.add(Connection(account_id=ALICE, connection_id="good", opened_at=NOW))
    world.sockets.failing = {"bad"}
    pushes = [
        *(HeartbeatPush(shard=shard, board_version=1) for shard in range(CONNECTION_SHARDS)),
        RetryPush(account_id=ALICE, connection_id="bad", messages=("{}",), attempt=4),
    ]
    records = [over_queues.sqs_record(serialize_push(made)) for made in pushes]
    push.handler({"Records": records}, Context())


def end_jobs(system: over_jobs.System) -> None:
    """A job finished, one without a result, and one that breaks."""
    finished, broken = system.submit("portfolio_history", 1), system.submit("portfolio_history", 3)
    for job_id in (finished, system.submit("projection", 2)):
        jobs.handler(over_jobs.delivered(job_id), over_jobs.CONTEXT)
    system.step("fail", job_id=broken, error={"Error": "States.Timeout"})


@pytest.fixture
def bridge_lines(prod: Synthesized, monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The report of a bridge with the environment of the template."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    connected = SimpleNamespace(is_connected=True, acknowledge=None)
    monkeypatch.setattr(mqtt_bridge.bridge, "choose_transport", lambda *_: connected)
    bridge = Bridge(settings_of(prod), clock=lambda: NOW)
    stream = io.StringIO()
    handler = bridge_logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    previous = handler.setStream(stream)
    try:
        bridge.report()
    finally:
        handler.setStream(previous or handler.stream)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def emitted(
    world: over_queues.World,
    system: over_jobs.System,
    bridge_lines: list[Line],
    lines: Lines,
) -> Emitted:
    """By every function and the bridge, as if in the stage `prod`.

    The service of a function's metrics is its POWERTOOLS_SERVICE_NAME; `test_functions` holds that
    the stacks set it to the function's name.
    """

    def metrics_of(run: Callable[[], Any]) -> set[str]:
        before = len(lines())
        run()
        return {name for _, _, name in embedded(lines()[before:])}

    orders: list[Any] = []
    by_function = {
        Function.RELAY: metrics_of(lambda: orders.extend(relay_orders(world))),
        Function.VALIDATIONS: metrics_of(lambda: answer_orders(orders)),
        Function.RECEIPTS: metrics_of(lambda: make_a_receipt(orders[0])),
        Function.SWEEP: metrics_of(lambda: sweep_an_overdue_order(world)),
        Function.MASTER: metrics_of(lambda: end_jobs(system)),
        Function.PUSH: metrics_of(lambda: push_messages(world)),
    }
    namespace = metrics_namespace("prod")
    ours = {
        (namespace, function, name) for function, found in by_function.items() for name in found
    }
    return {(n, str(service), name) for n, service, name in ours} | embedded(bridge_lines)


def test_every_alarm_on_a_metric_of_ours_reads_what_is_emitted(
    prod: Synthesized, emitted: Emitted
) -> None:
    watched = {
        (alarm["Namespace"], dimension["Value"], alarm["MetricName"])
        for alarm in alarms(prod).values()
        if not alarm["Namespace"].startswith("AWS/")
        for dimension in alarm["Dimensions"]
    }
    assert len(watched) == 5
    assert watched <= emitted


def test_the_dashboard_shows_what_is_emitted(prod: Synthesized, emitted: Emitted) -> None:
    ours = {
        (str(namespace), str(value), str(name))
        for namespace, name, _, value, *_ in (
            metric[:4] for metric in shown(prod) if len(metric) > 3
        )
        if not str(namespace).startswith("AWS/")
    }
    assert {name for _, _, name in ours} == {metric.value for metric in Metric}
    assert ours <= emitted


def test_each_stage_has_its_own_namespace() -> None:
    assert metrics_namespace("dev") != metrics_namespace("prod")


def test_the_age_of_the_newest_price_is_in_seconds(world: over_queues.World, lines: Lines) -> None:
    sweep.handler({}, Context())
    assert "NewestPriceAge" not in counted(lines())  # there is no price: no age, no zero
    world.store.quotes["OLD"] = a_quote(symbol="OLD", observed_at=NOW - timedelta(hours=2))
    world.store.quotes["AAPL"] = a_quote(observed_at=NOW - timedelta(minutes=31))
    before = len(lines())
    sweep.handler({}, Context())
    assert counted(lines()[before:])["NewestPriceAge"] == 31 * 60


def test_a_quiet_minute_emits_no_metric_that_only_costs(
    world: over_queues.World, system: over_jobs.System, lines: Lines
) -> None:
    sweep.handler({}, Context())
    system.step("sweep")
    assert counted(lines()).keys() == {"OrdersUnanswered", "OrdersOverdue"}
