"""The logs of all parts: in CloudWatch, and of the bridge on a laptop, a process, in its file.

A line that is no JSON object is none of ours (a library's, Lambda's own), and is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lambdas.names import BRIDGE
from ops.adapters.resources import physical_names
from ops.ports import LogLine

GATEWAY: Final = "gateway"
_KIND: Final = "AWS::Logs::LogGroup"
_OF_FUNCTION: Final = re.compile(r"(\w+?)FunctionLog[0-9A-F]{8}")
_OF_GATEWAY: Final = re.compile(r"ApiLog[0-9A-F]{8}")
_OF_BRIDGE: Final = re.compile(r"TaskLog[0-9A-F]{8}")


def log_groups(cloudformation: Any, backend: str, bridge: str) -> Mapping[str, str]:
    """Every part's log group."""
    groups = {}
    for logical_id, name in physical_names(cloudformation, backend, _KIND).items():
        if function := _OF_FUNCTION.fullmatch(logical_id):
            groups[function[1].lower()] = name
        elif _OF_GATEWAY.fullmatch(logical_id):
            groups[GATEWAY] = name
    for logical_id, name in physical_names(cloudformation, bridge, _KIND).items():
        if _OF_BRIDGE.fullmatch(logical_id):
            groups[BRIDGE] = name
    return groups


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsLogs:
    """The port `Logs`. `files` are of parts that write to one; `queues` are our names by AWS's."""

    client: Any
    groups: Mapping[str, str]
    files: Mapping[str, Path]
    queues: Mapping[str, str]

    def holding(
        self, text: str, since: datetime, until: datetime, part: str | None = None
    ) -> Sequence[LogLine]:
        """A search in each group, for as many calls as AWS has pages."""
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
            yield part, self._search(group, text, since, until)
        for part, file in self.files.items():
            yield part, _lines(file, text, since, until)

    def _search(
        self, group: str, text: str, since: datetime, until: datetime
    ) -> Iterator[tuple[datetime, str]]:
        pages = self.client.get_paginator("filter_log_events").paginate(
            logGroupName=group,
            filterPattern=json.dumps(text),  # in quotes: the very text
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
        return LogLine(at=_own_time(fields) or at, part=part, fields=fields)


def _lines(
    file: Path, text: str, since: datetime, until: datetime
) -> Iterator[tuple[datetime, str]]:
    if not file.exists():  # this run has no bridge
        return
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            fields = _fields(line) if text in line else None
            at = None if fields is None else _own_time(fields)
            if at is not None and since <= at <= until:
                yield at, line


def _fields(message: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(message)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _own_time(fields: Mapping[str, Any]) -> datetime | None:
    """When it was written, as the bridge or a function says: CloudWatch's time is when it came."""
    said = fields.get("at", fields.get("timestamp"))
    try:
        at = datetime.fromisoformat(str(said).replace(",", "."))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
