"""An alarm on a metric that nobody sends never calls. So both are derived: what alarms and the
dashboard read of our own metrics, from the templates; what the functions and the bridge send, from
the lines that they write when all of it happens.
"""

import io
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

import mqtt_bridge.bridge
from lambdas import runtime
from lambdas.handlers import jobs, relay, sweep, validations
from lambdas.names import Metric, metrics_namespace
from mqtt_bridge.bridge import Bridge
from mqtt_bridge.observability import logger
from tests.builders import NOW, a_quote
from tests.fakes.log import Line, counted, kept_lines
from tests.infra.templates import Synthesized
from tests.infra.test_alarms import alarms, shown
from tests.infra.test_bridge import settings_of
from tests.unit.handlers import conftest as over_queues
from tests.unit.handlers import test_jobs as over_jobs
from tests.unit.handlers.test_relay_and_sweep import an_order, change

Sent = set[tuple[str, str, str]]
"""Namespace, service, name."""

world = over_queues.world
office = over_jobs.office


def embedded(lines: list[Line]) -> Sent:
    """The metrics that CloudWatch takes out of these lines, each with a value in its line."""
    return {
        (directive["Namespace"], line["service"], metric["Name"])
        for line in lines
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
        if line[metric["Name"]] is not None and ["service"] in directive["Dimensions"]
    }


def trade(world: over_queues.World) -> None:
    """An order placed and accepted, one rejected, one contradicted, one that waits too long."""
    orders = [an_order(world, number) for number in (1, 2)]
    relay.handler({"Records": [change(None, order) for order in orders]}, LambdaContext())
    said = [(orders[0], True), (orders[1], False), (orders[1], True)]
    answers = [{"request_id": o.order_id, "group_id": 3, "valid": valid} for o, valid in said]
    assert deliver_answers(*answers) == []
    silent = an_order(world, 3, age_s=1200)
    world.reminders.send([silent.order_id], timedelta(0))
    sweep.handler({}, LambdaContext())


def deliver_answers(*answers: dict[str, Any]) -> list[str]:
    return over_queues.deliver(validations.handler, *answers)


def work(office: over_jobs.Office) -> None:
    """A job finished, one without an answer, and one that breaks."""
    finished, broken = office.ask("portfolio_history", 1), office.ask("portfolio_history", 3)
    for job_id in (finished, office.ask("projection", 2)):
        jobs.handler(over_jobs.delivered(job_id), over_jobs.CONTEXT)
    office.step("fail", job_id=broken, error={"Error": "States.Timeout"})


@pytest.fixture
def bridge_says(prod: Synthesized, monkeypatch: pytest.MonkeyPatch) -> list[Line]:
    """The report of a bridge with the environment that the template gives its task."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    connected = SimpleNamespace(is_connected=True, acknowledge=None)
    monkeypatch.setattr(mqtt_bridge.bridge, "choose_transport", lambda *_: connected)
    bridge = Bridge(settings_of(prod), clock=lambda: NOW)
    stream = io.StringIO()
    (handler,) = logger.handlers
    previous = handler.setStream(stream)
    bridge.report()
    handler.setStream(previous)
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def sent(
    world: over_queues.World,
    office: over_jobs.Office,
    bridge_says: list[Line],
) -> Sent:
    """By everybody, once all of it has happened, as if in the stage `prod`."""
    with kept_lines() as lines:
        trade(world)
        work(office)
    here = embedded(lines())
    assert {namespace for namespace, _, _ in here} == {runtime.metrics_namespace()}
    deployed = metrics_namespace("prod")
    return {(deployed, service, name) for _, service, name in here} | embedded(bridge_says)


def test_every_alarm_on_a_metric_of_ours_hears_what_is_really_sent(
    prod: Synthesized, sent: Sent
) -> None:
    watched = {
        (alarm["Namespace"], dimension["Value"], alarm["MetricName"])
        for alarm in alarms(prod).values()
        if not alarm["Namespace"].startswith("AWS/")
        for dimension in alarm["Dimensions"]
    }
    assert len(watched) == 5
    assert watched <= sent


def test_the_dashboard_shows_what_is_really_sent(prod: Synthesized, sent: Sent) -> None:
    ours = {
        (str(namespace), str(value), str(name))
        for namespace, name, _, value, *_ in (
            metric[:4] for metric in shown(prod) if len(metric) > 3
        )
        if not str(namespace).startswith("AWS/")
    }
    assert {name for _, _, name in ours} == {metric.value for metric in Metric}
    assert ours <= sent


def test_each_stage_has_metrics_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "any")
    for stage in ("dev", "prod"):
        monkeypatch.setenv("STAGE", stage)
        assert runtime.metrics_namespace() == metrics_namespace(stage)
    assert metrics_namespace("dev") != metrics_namespace("prod")


def test_the_age_of_the_newest_price_is_told_in_seconds(
    world: over_queues.World,
) -> None:
    with kept_lines() as lines:
        sweep.handler({}, LambdaContext())
    assert "NewestPriceAge" not in counted(lines())  # there is no price: no age, no zero
    world.store.quotes["OLD"] = a_quote(symbol="OLD", observed_at=NOW - timedelta(hours=2))
    world.store.quotes["AAPL"] = a_quote(observed_at=NOW - timedelta(minutes=31))
    with kept_lines() as lines:
        sweep.handler({}, LambdaContext())
    assert counted(lines())["NewestPriceAge"] == 31 * 60


def test_a_quiet_minute_sends_no_metric_that_would_only_cost(
    world: over_queues.World, office: over_jobs.Office
) -> None:
    with kept_lines() as lines:
        sweep.handler({}, LambdaContext())
        office.step("sweep")
    assert counted(lines()).keys() == {"OrdersUnanswered", "OrdersOverdue"}
