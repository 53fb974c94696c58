"""What AWS watches for us: the alarms of a stage, and how much lies in its queues."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ops.ports import Alarm, Depth

_WAITING: Final = "ApproximateNumberOfMessages"
_DELAYED: Final = "ApproximateNumberOfMessagesDelayed"
_IN_WORK: Final = "ApproximateNumberOfMessagesNotVisible"


def alarms_of(cloudwatch: Any, prefix: str) -> Sequence[Alarm]:
    """Every alarm whose name begins so. One call for each hundred."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    return [
        Alarm(
            name=found["AlarmName"].removeprefix(prefix),
            state=found["StateValue"],
            since=found["StateUpdatedTimestamp"],
            says=found["AlarmDescription"],
        )
        for page in pages
        for found in page["MetricAlarms"]
    ]


def depths_of(
    sqs: Any, queues: Mapping[str, str], dead_letters: Mapping[str, str]
) -> Sequence[Depth]:
    """Of every queue, by name; URLs are given. Two calls for each. What is not shown yet waits too:
    requests that come back do so for seconds, reminders for minutes.
    """
    found = []
    for name, dead_url in dead_letters.items():
        alive = _counts(sqs, queues[name]) if name in queues else {}
        found.append(
            Depth(
                queue=name,
                waiting=alive[_WAITING] + alive[_DELAYED] if alive else None,
                in_work=alive.get(_IN_WORK),
                dead=_counts(sqs, dead_url)[_WAITING],
            )
        )
    return found


def _counts(sqs: Any, url: str) -> dict[str, int]:
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING, _DELAYED, _IN_WORK])
    return {name: int(count) for name, count in answer["Attributes"].items()}
