"""Searching logs in CloudWatch (moto) and in a file, and listing alarms."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.adapters.cloudwatch import CloudWatchLogs, list_alarms, log_groups
from tests.builders import NOW
from tests.fakes.dynamo import REGION

ORDER = "9ba3e9f0-4412-53a1-8f86-edbc4652a3c6"
GROUPS = {"api": "group-of-api", "relay": "group-of-relay"}


def powertools(at: datetime, **fields: Any) -> str:
    """A line as the functions and the bridge write it."""
    own = at.isoformat(timespec="milliseconds")
    return json.dumps({"level": "INFO", "timestamp": own, **fields}, separators=(",", ":"))


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("logs", region_name=REGION)
        for group in GROUPS.values():
            client.create_log_group(logGroupName=group)
            client.create_log_stream(logGroupName=group, logStreamName="s")
        yield client


def put(client: Any, part: str, *lines: tuple[datetime, str]) -> None:
    client.put_log_events(
        logGroupName=GROUPS[part],
        logStreamName="s",
        logEvents=[
            {"timestamp": int(at.timestamp() * 1000), "message": text} for at, text in lines
        ],
    )


def test_lines_of_all_parts_come_by_their_own_time_and_only_those_searched_for(
    cloudwatch: Any, tmp_path: Path
) -> None:
    now = datetime.now(NOW.tzinfo).replace(microsecond=0)  # moto takes no lines of years ago
    own, late = now + timedelta(milliseconds=250), now + timedelta(seconds=1)
    put(
        cloudwatch,
        "relay",
        (late, powertools(own, message="request relayed", correlation_id=ORDER)),
    )
    put(
        cloudwatch,
        "api",
        (now, powertools(now, message="order placed", correlation_id=ORDER)),
        (now, powertools(now, message="order placed", correlation_id="another")),
        (now, f"START RequestId: {ORDER}"),
    )
    file = tmp_path / "bridge.log"
    written = [(100, [ORDER]), (50, ["another"]), (-90_000, [ORDER])]
    file.write_text(
        "\n".join(
            powertools(
                now + timedelta(milliseconds=ms),
                message="forwarded",
                queue="physical-name",
                correlation_ids=ids,
            )
            for ms, ids in written
        )
        + f"\nno JSON of {ORDER}\n"
    )
    logs = CloudWatchLogs(
        client=cloudwatch,
        groups=GROUPS,
        files={"bridge": file, "none": tmp_path / "none"},
        queues={"physical-name": "requests"},
    )
    since, until = now - timedelta(minutes=1), now + timedelta(minutes=1)
    found = logs.search(ORDER, since, until)
    assert [(line.part, line.at) for line in found] == [
        ("api", now),
        ("bridge", now + timedelta(milliseconds=100)),
        ("relay", own),
    ]
    assert found[1].fields["queue"] == "requests"
    assert [line.part for line in logs.search(ORDER, since, until, "relay")] == ["relay"]


class Stacks:
    """CloudFormation's pages of one resource each."""

    def get_paginator(self, name: str) -> "Stacks":
        assert name == "list_stack_resources"
        return self

    def paginate(self, StackName: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - AWS's name
        named = {
            "backend": {
                "ApiFunctionLog0A1B2C3D": "a",
                "ApiLog00000000": "g",
                "RelayFunctionLogFFFFFFFF": "r",
            },
            "bridge": {"TaskLog12345678": "b", "NetworkLog12345678": "n"},
        }[StackName]
        for logical_id, name in named.items():
            resource = {"LogicalResourceId": logical_id, "PhysicalResourceId": name}
            other = {"ResourceType": "AWS::SQS::Queue", **resource}
            yield {
                "StackResourceSummaries": [
                    {"ResourceType": "AWS::Logs::LogGroup", **resource},
                    other,
                ]
            }


def test_every_part_has_its_log_group() -> None:
    assert log_groups(Stacks(), "backend", "bridge") == {
        "api": "a",
        "gateway": "g",
        "relay": "r",
        "bridge": "b",
    }


def test_the_alarms_of_a_stage_are_listed_without_its_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("cloudwatch", region_name=REGION)
        for stage in ("dev", "prod"):
            client.put_metric_alarm(
                AlarmName=f"fintech-{stage}-throttles",
                AlarmDescription="Throttled. See docs/runbook.md#throttles",
                MetricName="Throttles",
                Namespace="AWS/Lambda",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
            )
        (alarm,) = list_alarms(client, "fintech-dev-")
    assert alarm.name == "throttles"
    assert alarm.description.split(" ")[-1] == "docs/runbook.md#throttles"
