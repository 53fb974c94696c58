"""The local cloud (MiniStack): how it is started, when it is ready, what has to be corrected in its
saved state, and operator clients and function logs.
"""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.options import HOST, REGION, CannotRun, Options
from local.processes import Program
from local.resources import write_private
from local.tools import CLOUD_PYTHON, OPERATOR_KEY, environment

NAME: Final = "local cloud"
_CLIENT_CONFIG: Final = Config(
    connect_timeout=2,
    read_timeout=20,
    retries={"max_attempts": 3, "mode": "standard"},
    proxies={},  # the local cloud is on this machine
)
_READY_TIMEOUT_S: Final = 20
_STREAM_POSITIONS: Final = "dynamodb_stream_positions"
_MAX_EVENTS: Final = 100  # log events shown of each function


def program(options: Options) -> Program:
    """MiniStack on loopback, with IAM enforced and all state kept over restarts.

    Its Lambda functions inherit this environment, so it contains nothing that a function on AWS
    would not see.
    """
    temporary = options.state / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)  # unpacked functions that it leaves behind
    for folder in (temporary, options.state / "cloud", options.state / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    claim_port(options.state / "cloud", options.cloud_port)
    reset_stream_positions(options.state / "cloud")
    return Program(
        name=NAME,
        argv=(str(CLOUD_PYTHON), "-m", "ministack"),
        env=environment(
            AUTH="true",
            BIND_HOST=HOST,
            GATEWAY_PORT=str(options.cloud_port),
            PERSIST_STATE="1",
            STATE_DIR=str(options.state / "cloud"),
            S3_PERSIST="1",
            S3_DATA_DIR=str(options.state / "s3"),
            TMPDIR=str(temporary),
            # Listeners that we do not need and that would ignore BIND_HOST.
            IOT_MTLS_ENABLED="0",
            SFTP_ENABLED="0",
            # Never use a Docker daemon of the machine.
            DOCKER_HOST=f"unix://{os.devnull}/none",
        ),
        grace_s=30,  # it writes its whole state when asked to end
    )


def is_ready(options: Options) -> bool:
    """Whether it accepts requests and has loaded its state."""
    url = f"{options.cloud_url}/_ministack/ready"
    try:
        return urllib3.request("GET", url, retries=False, timeout=_READY_TIMEOUT_S).status == 200
    except urllib3.exceptions.HTTPError:
        return False


@cache
def client(service: str, cloud_url: str) -> Any:
    """A boto3 client with an operator's permissions."""
    return boto3.client(
        service,
        endpoint_url=cloud_url,
        region_name=REGION,
        aws_access_key_id=OPERATOR_KEY,
        aws_secret_access_key=OPERATOR_KEY,
        config=_CLIENT_CONFIG,
    )


def reset_stream_positions(folder: Path) -> None:
    """Let the readers of table streams start at the beginning of the streams.

    MiniStack 1.5.33 saves how far each function has read a stream, but not the stream itself. After
    a restart the stream starts empty, and its reader would skip as many records as it had read.
    A record that was written and not read before the restart is lost; if it was a new order, the
    sweep finds the order in the index of open orders and sends it.
    """
    path = folder / "lambda.json"
    if not path.exists():
        return
    saved = json.loads(path.read_text())
    if saved.get("payload", {}).get(_STREAM_POSITIONS):
        saved["payload"][_STREAM_POSITIONS] = {}
        write_private(path, json.dumps(saved))


def claim_port(folder: Path, port: int) -> None:
    """Raise CannotRun for a port other than the one with which this state was created.

    MiniStack stores a queue under its URL, which contains the port. With another port its functions
    no longer find the queues that they read.
    """
    path = folder / "port"
    if not path.exists():
        write_private(path, str(port))
    original = int(path.read_text())
    if original != port:
        raise CannotRun(
            f"The data in {folder.parent} was made with CLOUD_PORT={original}, and cannot move. "
            "Use that port, or another folder (make up STATE=…), or delete the data (make clean)."
        )


def function_logs(cloud_url: str) -> Iterator[str]:
    """The latest log lines of every function, each group under its name."""
    service = client("logs", cloud_url)
    for group in service.describe_log_groups()["logGroups"]:
        events = _events(service, group["logGroupName"])
        if events:
            yield f"── {group['logGroupName']}"
        for event in events:
            logged_at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            yield f"{logged_at:%H:%M:%S} {event['message'].rstrip()}"


def save_function_logs(options: Options) -> None:
    """Write the functions' logs beside the other logs, if the local cloud still answers."""
    if not is_ready(options):
        return
    try:
        text = "\n".join(function_logs(options.cloud_url))
    except (BotoCoreError, ClientError):
        return
    (options.logs / "functions.log").write_text(text + "\n")


def _events(service: Any, group: str) -> list[dict[str, Any]]:
    pages = service.get_paginator("filter_log_events").paginate(logGroupName=group)
    events = [event for page in pages for event in page["events"]]
    return sorted(events, key=lambda event: event["timestamp"])[-_MAX_EVENTS:]
