"""Log fields of errors, and metrics."""

import json

import pytest

from lambdas.names import Metric
from lambdas.observability import count, describe_error, metrics

SECRET = "ana@example.org"


def fail() -> None:
    try:
        raise ValueError(f"cannot parse {SECRET}")
    except ValueError as error:
        raise RuntimeError(f"about {SECRET}") from error


def caught(depth: int = 0) -> BaseException:
    try:
        if depth:
            raise LookupError(SECRET) from caught(depth - 1)
        fail()
    except (RuntimeError, LookupError) as error:
        return error
    raise AssertionError("it fails")


def test_a_described_error_has_types_and_stack_and_no_text_of_any_exception() -> None:
    described = describe_error(caught())
    assert described["error"] == "RuntimeError"
    assert described["caused_by"] == ["builtins.ValueError"]
    assert any("in fail" in frame for frame in described["stack"])
    assert SECRET not in json.dumps(described)


def test_a_long_chain_of_causes_is_cut() -> None:
    described = describe_error(caught(depth=20))
    assert len(described["caused_by"]) == 5


@pytest.mark.parametrize("metric", Metric)
def test_a_metric_is_counted_in_its_unit(
    metric: Metric, capsys: pytest.CaptureFixture[str]
) -> None:
    count(metric, 2)
    count(metric)
    metrics.flush_metrics()
    line = json.loads(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    unit = "Seconds" if metric is Metric.NEWEST_PRICE_AGE else "Count"
    assert directive["Metrics"] == [{"Name": metric.value, "Unit": unit}]
    assert line[metric.value] == [2.0, 1.0]
