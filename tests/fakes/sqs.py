"""SQS for the bridge's tests: the local cloud's, with latency and failures on demand.

The local cloud keeps the queues (moto's SQS looks at every message at each receive: 2.9 s where a
thousand wait). This file delays, refuses and loses calls, and notes what passes by.
"""

import itertools
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import urllib3

from local.tools import CLOUD_PYTHON
from tests.fakes.aws import REGION, Answer, AwsServer, Call, ConnectionLost

ENVIRONMENT: Final = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",  # checked by nobody
    "AWS_EC2_METADATA_DISABLED": "true",
}
_START_S: Final = 20


@contextmanager
def local_cloud(folder: Path) -> Iterator[str]:
    """Runs MiniStack without IAM and without a state of its own; yields its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": "sqs",
        "STATE_DIR": str(folder),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": f"unix://{os.devnull}/none",
    }
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [CLOUD_PYTHON, "-m", "ministack"],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _await_ready(f"{url}/_ministack/ready")
            yield url
        finally:
            process.terminate()


def _await_ready(url: str) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            if urllib3.request("GET", url, retries=False, timeout=1).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass
        assert time.monotonic() < deadline, f"MiniStack was not ready within {_START_S} s"
        time.sleep(0.05)


@dataclass
class Message:
    """A message that was sent and not deleted."""

    body: str
    receives: int = 0


def _no_fault(_: str) -> str | None:
    return None


@dataclass
class Faults:
    """What goes wrong; change it while the server runs."""

    latency_s: float = 0.0
    down: bool = False  # every call answers 503
    fail_entry: Callable[[str], str | None] = _no_fault  # body → code of a server's fault
    refuse_entry: Callable[[str], str | None] = _no_fault  # body → code of a sender's fault
    max_bytes: int = 1_048_576  # of a batch
    longest_visibility_s: int = 43_200  # shorter than asked, so that tests need not wait
    lose_answers: bool = False  # the work is done, the answer is a broken connection


@dataclass
class Seen:
    """What the clients did."""

    calls: dict[str, int] = field(default_factory=dict)
    batch_sizes: list[int] = field(default_factory=list)
    in_progress: int = 0
    most_at_once: int = 0


class Sqs:
    """Queues of the local cloud; safe to inspect from other threads between calls."""

    _numbers = itertools.count()

    def __init__(self, local_cloud_url: str) -> None:
        self.faults = Faults()
        self.seen = Seen()
        self._upstream_url = local_cloud_url
        self._http = urllib3.PoolManager(maxsize=20, retries=False, timeout=30)
        self._suffix = f"-{next(self._numbers)}"  # no test finds another's messages
        self._server = AwsServer(keep_alive=True)
        self._server.carry = self._carry
        self._lock = threading.Lock()
        self._messages: dict[str, dict[str, Message]] = {}  # by queue and message id
        self._receipts: dict[str, str] = {}  # message ids by receipt handle

    @property
    def url(self) -> str:
        """What AWS_ENDPOINT_URL has to say."""
        return self._server.url

    @contextmanager
    def running(self) -> Iterator["Sqs"]:
        """Answers calls for as long as it lasts."""
        with self._server.running():
            yield self

    def queue_url(self, name: str) -> str:
        """Address of a queue, which is created with its first use."""
        if name not in self._messages:
            self._messages.setdefault(name, {})
            self._ask("CreateQueue", {"QueueName": name + self._suffix})
        return f"{self.url}/000000000000/{name}"

    def bodies(self, name: str) -> list[str]:
        """Everything in the queue, visible or not, oldest first."""
        return [message.body for message in self.messages(name)]

    def messages(self, name: str) -> list[Message]:
        """The messages of a queue, with how often each was received."""
        with self._lock:
            return list(self._messages.get(name, {}).values())

    def put(self, name: str, *bodies: str) -> None:
        """Sends messages from outside."""
        for start in range(0, len(bodies), 10):
            batch = bodies[start : start + 10]
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(batch)]
            self._ask("SendMessageBatch", {"QueueUrl": self.queue_url(name), "Entries": entries})

    def visible(self, name: str) -> list[str]:
        """Bodies that a consumer receives now; they stay visible."""
        asked = {"QueueUrl": self.queue_url(name), "VisibilityTimeout": 0}
        answer = self._ask("ReceiveMessage", asked | {"MaxNumberOfMessages": 10})
        return [message["Body"] for message in answer.get("Messages", [])]

    def clear(self) -> None:
        """Deletes every message."""
        for name in list(self._messages):
            self._ask("PurgeQueue", {"QueueUrl": self.queue_url(name)})
            self._messages[name].clear()

    def _ask(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """A call of the test itself: without faults."""
        answer: dict[str, Any] = json.loads(self._perform(_call(operation, request)).content)
        return answer

    def _carry(self, call: Call) -> Answer:
        with self._lock:
            self.seen.calls[call.operation] = self.seen.calls.get(call.operation, 0) + 1
        if self.faults.down:
            return _fault(503, "ServiceUnavailable")
        with self._counted():
            if call.operation != "ReceiveMessage":
                time.sleep(self.faults.latency_s)
            self.queue_url(call.request["QueueUrl"].rsplit("/", 1)[-1])
            answer = self._answer(call)
        if self.faults.lose_answers:
            raise ConnectionLost
        return answer

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self.seen.in_progress += 1
            self.seen.most_at_once = max(self.seen.most_at_once, self.seen.in_progress)
        try:
            yield
        finally:
            with self._lock:
                self.seen.in_progress -= 1

    def _answer(self, call: Call) -> Answer:
        match call.operation:
            case "SendMessageBatch":
                return self._send_batch(call)
            case "ReceiveMessage":
                return self._receive(call)
            case _:
                return self._perform(call)

    def _send_batch(self, call: Call) -> Answer:
        entries = call.request["Entries"]
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > self.faults.max_bytes:
            return _fault(400, "BatchRequestTooLong")
        self.seen.batch_sizes.append(len(entries))
        good, failed = [], []
        for entry in entries:
            body = entry["MessageBody"]
            refused, failing = self.faults.refuse_entry(body), self.faults.fail_entry(body)
            if code := refused or failing:
                failed.append({"Id": entry["Id"], "Code": code, "SenderFault": bool(refused)})
            else:
                good.append(entry)
        if not good:
            return Answer(200, json.dumps({"Successful": [], "Failed": failed}).encode())
        answer = self._perform(_call(call.operation, call.request | {"Entries": good}))
        content = json.loads(answer.content)
        content["Failed"] = [*content.get("Failed", []), *failed]
        return Answer(answer.status, json.dumps(content).encode())

    def _receive(self, call: Call) -> Answer:
        asked = call.request
        if "VisibilityTimeout" in asked:
            shorter = min(asked["VisibilityTimeout"], self.faults.longest_visibility_s)
            asked = asked | {"VisibilityTimeout": shorter}
        return self._perform(_call(call.operation, asked))

    def _perform(self, call: Call) -> Answer:
        """Has the local cloud answer."""
        request = call.request
        if "QueueUrl" in request:
            request = request | {"QueueUrl": request["QueueUrl"] + self._suffix}
        answer = self._http.request(
            "POST", self._upstream_url, body=json.dumps(request), headers=_headers(call.operation)
        )
        if answer.status == 200:
            with self._lock:
                self._note(call, json.loads(answer.data or b"{}"))
        return Answer(answer.status, answer.data)

    def _note(self, call: Call, answer: dict[str, Any]) -> None:
        """Keeps the list of messages as the local cloud has it."""
        asked = call.request
        queue = self._messages.get(asked.get("QueueUrl", "").rsplit("/", 1)[-1], {})
        match call.operation:
            case "SendMessageBatch":
                bodies = {entry["Id"]: entry["MessageBody"] for entry in asked["Entries"]}
                sent = answer.get("Successful", [])
                queue.update({one["MessageId"]: Message(bodies[one["Id"]]) for one in sent})
            case "ReceiveMessage":
                self._note_received(queue, answer.get("Messages", []))
            case "DeleteMessage":
                self._note_deleted(queue, [asked["ReceiptHandle"]])
            case "DeleteMessageBatch":
                self._note_deleted(queue, [entry["ReceiptHandle"] for entry in asked["Entries"]])

    def _note_received(self, queue: dict[str, Message], received: list[dict[str, Any]]) -> None:
        for message in received:
            self._receipts[message["ReceiptHandle"]] = message["MessageId"]
            queue[message["MessageId"]].receives += 1

    def _note_deleted(self, queue: dict[str, Message], receipts: list[str]) -> None:
        for receipt in receipts:
            queue.pop(self._receipts[receipt], None)


def _call(operation: str, request: dict[str, Any]) -> Call:
    return Call("sqs", operation, request, {}, json.dumps(request).encode())


def _headers(operation: str) -> dict[str, str]:
    return {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"AmazonSQS.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request",
    }


def _fault(status: int, code: str) -> Answer:
    return Answer(status, json.dumps({"__type": f"com.amazonaws.sqs#{code}"}).encode())
