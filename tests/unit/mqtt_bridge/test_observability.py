"""What the log says of messages and errors, counters, and the metric."""

import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from mqtt_bridge.observability import (
    ConnectedMetric,
    Count,
    Counters,
    RecentRequestIds,
    log_crash,
    log_request_ids,
    logger,
    request_id_of,
)
from tests.fakes.log import Line


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the bridge logs, instead of on standard output."""
    stream = io.StringIO()
    (handler,) = logger.handlers
    previous = handler.setStream(stream)
    yield stream
    handler.setStream(previous)


def lines(log: io.StringIO) -> list[Line]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_is_json_with_service_level_and_time_in_utc(log: io.StringIO) -> None:
    logger.warning("dropped", topic="stocks/info", bytes=7)
    (line,) = lines(log)
    at = datetime.fromisoformat(line.pop("timestamp"))
    assert at.utcoffset() == timedelta(0)
    assert line == {
        "level": "WARNING",
        "message": "dropped",
        "service": "bridge",
        "topic": "stocks/info",
        "bytes": 7,
    }


def test_a_crash_is_logged_with_type_and_place_but_not_its_text(log: io.StringIO) -> None:
    try:
        raise ValueError("a payload")
    except ValueError:
        log_crash()
    (line,) = lines(log)
    assert (line["level"], line["message"], line["error"]) == ("CRITICAL", "crashed", "ValueError")
    assert line["where"][0].startswith("test_observability.py:")
    assert "a payload" not in log.getvalue()


def test_a_batch_is_one_line_with_the_ids_of_those_that_have_one(log: io.StringIO) -> None:
    log_request_ids("forwarded", [None, None], queue="requests")
    log_request_ids("forwarded", ["a", None, "b"], queue="requests")
    (line,) = lines(log)
    assert (line["message"], line["queue"], line["correlation_ids"]) == (
        "forwarded",
        "requests",
        ["a", "b"],
    )


def test_the_metric_is_in_the_stages_namespace_by_service() -> None:
    metric = ConnectedMetric("FintechAsync/dev")
    for is_connected in (True, False):
        fields = metric.fields(is_connected=is_connected)
        (directive,) = fields["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "FintechAsync/dev"
        assert directive["Dimensions"] == [["service"]]
        assert [it["Name"] for it in directive["Metrics"]] == ["BridgeConnected"]
        assert (fields["service"], fields["BridgeConnected"]) == ("bridge", [int(is_connected)])


def test_without_a_namespace_there_is_no_metric() -> None:
    assert ConnectedMetric(None).fields(is_connected=True) == {}


@pytest.mark.parametrize(
    ("payload", "has_id"),
    [
        (b'{"request_id": "be0e538d-c983-43e8-957b-391746eb4236", "group_id": 3}', True),
        (b'{"group_id":3,"request_id":"be0e538d-c983-43e8-957b-391746eb4236"}', True),
        (b'{"stocks_id": "3f0f6f0e-1c1a-4f6a-9c0e-8a3c9d1d5d5b"}', False),
        (b'{"request_id": "somebody@example.com"}', False),
        (b'{"request_id": "' + b"x" * 65 + b'"}', False),
        (b'{"request_id": 7}', False),
        (b"\xff\x00 rubbish", False),
        (b"", False),
        (b" " * 5000 + b'{"request_id": "x"}', False),
    ],
)
def test_only_the_request_id_of_a_message_is_read(payload: bytes, has_id: bool) -> None:
    expected = "be0e538d-c983-43e8-957b-391746eb4236" if has_id else None
    assert request_id_of(payload) == expected


def test_a_snapshot_has_every_count() -> None:
    counters = Counters()
    counters.add(Count.FORWARDED, 3)
    snapshot = counters.snapshot()
    assert snapshot["forwarded"] == 3
    assert set(snapshot) == {count.value for count in Count}


def test_only_the_last_published_ids_are_remembered() -> None:
    recent = RecentRequestIds(2)
    for request_id in ("a", "b", "b", "c"):
        recent.add(request_id)
    assert [it in recent for it in ("a", "b", "c", None)] == [False, True, True, False]
