"""The deployed functions in a process of their own, which sees AWS only by AWS_ENDPOINT_URL.

Nothing of `lambdas` is imported or replaced in the process of the test: handlers are called by
name with the events that AWS would send.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

ROOT: Final = Path(__file__).parents[2]
TABLES: Final = (
    "quotes",
    "prices",
    "candles",
    "orders",
    "accounts",
    "postings",
    "positions",
    "deposits",
    "activity",
    "jobs",
    "profiles",
    "receipts",
    "connections",
    "tickets",
)
QUEUES: Final = ("outbound", "jobs", "receipts", "pushes", "dead-letters")


def environment(url: str, prefix: str = "") -> dict[str, str]:
    """What Lambda and the stacks set for every function; tables are named `prefix` + table."""
    queues = {name: f"{url}/123456789012/{name}" for name in QUEUES}
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # else Step Functions calls sync-127.0.0.1
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "POWERTOOLS_SERVICE_NAME": "measured",
        "POWERTOOLS_METRICS_NAMESPACE": "FintechAsync/test",
        "STAGE": "test",
        "GROUP_ID": "3",
        "CURRENCY": "USD",
        "MARKET_ZONE": "America/New_York",
        "MAX_PRICE_AGE_S": "864000",
        "MAX_DEPOSIT_MINOR": "10000000",
        "OVERDUE_AFTER_S": "900",
        "RETRY_ORDERS": "on",
        "FIRST_RETRY_AFTER_S": "1",
        "MAX_RETRY_INTERVAL_S": "3600",
        "LINK_SILENT_AFTER_S": "900",
        "WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:test",
        "OUTBOUND_QUEUE_URL": queues["outbound"],
        "JOBS_QUEUE_URL": queues["jobs"],
        "RECEIPTS_QUEUE_URL": queues["receipts"],
        "PUSHES_QUEUE_URL": queues["pushes"],
        "SITE_BUCKET": "site",
        "LIVE_URL": "wss://live.example/live",
        "LIVE_ENDPOINT_URL": "http://127.0.0.1:1/live",
        "DEAD_LETTER_QUEUE_URL": queues["dead-letters"],
        "HOME_ZONE": "America/Santiago",
        "SITE_URL": "https://site.example",
        "USER_POOL_ID": "us-east-1_Pool",
        "DOCUMENTS_BUCKET": "documents",
    } | {f"{table.upper()}_TABLE": prefix + table for table in TABLES}


class Functions:
    """Handlers that wait for events."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self._events: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout

    def call(self, handler: str, event: Any) -> Any:
        """The answer of `module:function` to an event; what it raises fails here, in its words."""
        print(json.dumps([handler, event]), file=self._events, flush=True)
        line = self._answers.readline()
        assert line, f"{handler} raised; see the traceback above"
        return json.loads(line)

    def deliver(self, handler: str, event: Any) -> None:
        """A batch of messages, none of which may fail."""
        answer = self.call(handler, event) or {}
        assert not answer.get("batchItemFailures"), answer

    def request(self, handler: str, event: Any) -> Any:
        """The body of a good answer of the API."""
        answer = self.call(handler, event)
        assert answer["statusCode"] < 300, answer
        return json.loads(answer["body"])


@contextmanager
def functions(
    settings: Mapping[str, str], folders: list[Path], python: Path = Path(sys.executable)
) -> Iterator[Functions]:
    """Runs handlers from these folders; their logs are dropped, their tracebacks are not."""
    path = os.pathsep.join(map(str, folders))
    with subprocess.Popen(
        [str(python), str(Path(__file__))],
        env={**settings, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Functions(process)
        finally:
            process.terminate()


class Context:
    """What Lambda says of an invocation."""

    function_name = "measured"
    function_version = "$LATEST"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:measured"
    aws_request_id = "6f1c3c86-0000-4000-8000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Enough for every call."""
        return 30_000


def main() -> None:
    """Answers each line of standard input; whatever handlers print goes nowhere."""
    del sys.path[0]  # this folder: it is not part of any package
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for line in sys.stdin:
        name, event = json.loads(line)
        module, _, function = name.partition(":")
        answer = getattr(importlib.import_module(module), function)(event, Context())
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
