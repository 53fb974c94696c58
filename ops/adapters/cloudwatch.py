"""Logs and alarms in CloudWatch; on a laptop the bridge's log is a file.

A line that is not a JSON object comes from a library or from Lambda itself, and is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lambdas.names import BRIDGE
from ops.endpoints import resource_names
from ops.ports import Alarm, LogLine

GATEWAY: Final = "gateway"
_LOG_GROUP: Final = "AWS::Logs::LogGroup"
_FUNCTION_LOG: Final = re.compile(r"(\w+?)FunctionLog[0-9A-F]{8}")
_GATEWAY_LOG: Final = re.compile(r"ApiLog[0-9A-F]{8}")
_BRIDGE_LOG: Final = re.compile(r"TaskLog[0-9A-F]{8}")


def log_groups(cloudformation: Any, backend: str, bridge: str) -> Mapping[str, str]:
    """Log group of every part, from the resources of the two stacks."""
    groups = {}
    for logical_id, name in resource_names(cloudformation, backend, _LOG_GROUP).items():
        if function := _FUNCTION_LOG.fullmatch(logical_id):
            groups[function[1].lower()] = name
        elif _GATEWAY_LOG.fullmatch(logical_id):
            groups[GATEWAY] = name
    for logical_id, name in resource_names(cloudformation, bridge, _LOG_GROUP).items():
        if _BRIDGE_LOG.fullmatch(logical_id):
            groups[BRIDGE] = name
    return groups


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchLogs:
    """The port `Logs`.

    `groups` and `files` are the log groups and log files by part; `queues` are our names of queues
    by AWS's: a line that names a queue is given ours.
    """

    client: Any
    groups: Mapping[str, str]
    files: Mapping[str, Path]
    queues: Mapping[str, str]

    def search(
        self, text: str, since: datetime, until: datetime, part: str | None = None
    ) -> Sequence[LogLine]:
        """One search in each log group, with as many calls as there are pages."""
        found = [
            line
            for name, events in self._sources(text, since, until)
            if part in (None, name)
            for at, message in events
            if (line := self._line(name, at, message)) is not None
        ]
        return sorted(found, key=lambda line: line.at)

    def _sources(
        self, text: str, since: datetime, until: datetime
    ) -> Iterator[tuple[str, Iterator[tuple[datetime, str]]]]:
        for part, group in self.groups.items():
            yield part, self._events(group, text, since, until)
        for part, file in self.files.items():
            yield part, _file_lines(file, text, since, until)

    def _events(
        self, group: str, text: str, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, str]]:
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            filterPattern=json.dumps(text),  # quoted: this very text
            startTime=int(since.timestamp() * 1000),
            endTime=int(until.timestamp() * 1000),
        )
        for page in pages:
            for event in page["events"]:
                yield datetime.fromtimestamp(event["timestamp"] / 1000, UTC), event["message"]

    def _line(self, part: str, at: datetime, message: str) -> LogLine | None:
        fields = _fields(message)
        if fields is None:
            return None
        queue = fields.get("queue")
        if isinstance(queue, str):
            fields["queue"] = self.queues.get(queue, queue)
        return LogLine(at=_written_at(fields) or at, part=part, fields=fields)


def _file_lines(
    file: Path, text: str, since: datetime, until: datetime
) -> Iterator[tuple[datetime, str]]:
    if not file.exists():  # a run without a bridge
        return
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            fields = _fields(line) if text in line else None
            at = None if fields is None else _written_at(fields)
            if at is not None and since <= at <= until:
                yield at, line


def _fields(message: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(message)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _written_at(fields: Mapping[str, Any]) -> datetime | None:
    """When the line was written, by its own field: CloudWatch's time is when the line arrived."""
    try:
        at = datetime.fromisoformat(str(fields.get("timestamp")))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def list_alarms(client: Any, prefix: str) -> Sequence[Alarm]:
    """Every alarm whose name begins with the prefix. One call for each hundred."""
    pages = client.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    return [
        Alarm(
            name=found["AlarmName"].removeprefix(prefix),
            state=found["StateValue"],
            since=found["StateUpdatedTimestamp"],
            description=found["AlarmDescription"],
        )
        for page in pages
        for found in page["MetricAlarms"]
    ]
