"""What the functions in the local cloud have logged, for people: `make logs`, and a file when a
start fails.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from local.cloud import client, is_ready
from local.options import Options
from local.outputs import Outputs

_MOST_EVENTS: Final = 100  # of each function


def logs(options: Options) -> int:
    """Print the latest lines of every function."""
    outputs = Outputs.read(options)
    for line in _lines(outputs.aws_endpoint_url):
        print(line)
    return 0


def keep_logs(options: Options) -> None:
    """Write them beside the other logs while the local cloud still answers; never in the way."""
    if not is_ready(options):
        return
    try:
        text = "\n".join(_lines(options.cloud_url))
    except (BotoCoreError, ClientError):
        return
    (options.logs / "functions.log").write_text(text + "\n")


def _lines(cloud_url: str) -> Iterator[str]:
    service = client("logs", cloud_url)
    for group in service.describe_log_groups()["logGroups"]:
        events = list(_events(service, group["logGroupName"]))
        if events:
            yield f"── {group['logGroupName']}"
        for event in events:
            at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            yield f"{at:%H:%M:%S} {event['message'].rstrip()}"


def _events(service: Any, group: str) -> list[dict[str, Any]]:
    pages = service.get_paginator("filter_log_events").paginate(logGroupName=group)
    events = [event for page in pages for event in page["events"]]
    return sorted(events, key=lambda event: event["timestamp"])[-_MOST_EVENTS:]
