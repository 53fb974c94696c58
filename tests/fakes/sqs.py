"""A stand-in for SQS that speaks its JSON protocol over HTTP, with latency and failures on demand.

It keeps what matters to the bridge: batches, visibility, receipts, long polls. One asyncio loop in
a thread of its own.
"""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

REGION = "us-east-1"
ENVIRONMENT = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "stub",
    "AWS_SECRET_ACCESS_KEY": "stub",  # checked by nobody
    "AWS_EC2_METADATA_DISABLED": "true",
}


@dataclass
class Held:
    """A message in a queue."""

    body: str
    number: int
    visible_at: float = 0.0
    receipt: str = ""
    receives: int = 0


def _no_fault(_: str) -> str | None:
    return None


@dataclass
class Faults:
    """What goes wrong; change it while the stub runs."""

    latency_s: float = 0.0
    down: bool = False  # every call answers 503
    fail_entry: Callable[[str], str | None] = _no_fault  # body → code of a server's fault
    refuse_entry: Callable[[str], str | None] = _no_fault  # body → code of a sender's fault
    max_bytes: int = 1_048_576  # per message and per batch
    longest_visibility_s: float = 43_200.0  # shorter than asked, so that tests need not wait
    lose_answers: bool = False  # the work is done, the answer is a broken connection


@dataclass
class Seen:
    """What the clients did."""

    calls: dict[str, int] = field(default_factory=dict)
    batch_sizes: list[int] = field(default_factory=list)
    in_progress: int = 0
    most_at_once: int = 0


class CallFault(Exception):
    """An answer with an error for the whole call."""


class SqsStub:
    """Queues in memory; safe to inspect from other threads between calls."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.faults = Faults()
        self.seen = Seen()
        self._queues: dict[str, dict[int, Held]] = {}
        self._numbers = itertools.count()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._stopping: asyncio.Event | None = None
        self._actions: dict[str, Callable[[str, Any], dict[str, Any]]] = {
            "SendMessageBatch": lambda name, asked: self._send_batch(name, asked["Entries"]),
            "SendMessage": lambda name, asked: self._send(name, asked["MessageBody"]),
            "DeleteMessageBatch": lambda name, asked: self._delete(name, asked["Entries"]),
            "DeleteMessage": lambda name, asked: self._remove(name, asked["ReceiptHandle"]),
            "ChangeMessageVisibilityBatch": lambda name, asked: self._change(
                name, asked["Entries"]
            ),
        }

    def __enter__(self) -> "SqsStub":
        self._thread.start()
        assert self._ready.wait(5), "the stub did not start; is the port taken?"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop
        assert self._stopping
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(5)

    def queue_url(self, name: str) -> str:
        """Address of a queue; it exists from its first use."""
        return f"{self.url}/000000000000/{name}"

    def bodies(self, name: str) -> list[str]:
        """Everything in the queue, visible or not, oldest first."""
        return [held.body for held in list(self._queue(name).values())]

    def held(self, name: str) -> list[Held]:
        """The messages themselves, with how often each was received."""
        return list(self._queue(name).values())

    def put(self, name: str, body: str) -> None:
        """Add a message from outside."""
        number = next(self._numbers)
        self._queue(name)[number] = Held(body=body, number=number)

    def clear(self) -> None:
        """Forget every message."""
        self._queues.clear()

    def _queue(self, name: str) -> dict[int, Held]:
        return self._queues.setdefault(name, {})

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
        self._ready.set()
        await self._stopping.wait()
        server.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one_call(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one_call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:])}
        content = await reader.readexactly(int(headers.get("content-length", 0)))
        action = headers.get("x-amz-target", "").rpartition(".")[2]
        self.seen.calls[action] = self.seen.calls.get(action, 0) + 1
        status, answer = await self._answer(action, content)
        if self.faults.lose_answers:
            return False
        body = json.dumps(answer).encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/x-amz-json-1.0\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        return True

    async def _answer(self, action: str, content: bytes) -> tuple[int, dict[str, Any]]:
        if self.faults.down:
            return 503, {"__type": "com.amazonaws.sqs#ServiceUnavailable", "message": "down"}
        request = json.loads(content)
        name = request["QueueUrl"].rsplit("/", 1)[-1]
        self.seen.in_progress += 1
        self.seen.most_at_once = max(self.seen.most_at_once, self.seen.in_progress)
        try:
            return 200, await self._perform(action, name, request)
        except CallFault as fault:
            return 400, {"__type": f"com.amazonaws.sqs#{fault}", "message": str(fault)}
        finally:
            self.seen.in_progress -= 1

    async def _perform(self, action: str, name: str, request: dict[str, Any]) -> dict[str, Any]:
        if action == "ReceiveMessage":
            return await self._receive(name, request)
        if action == "GetQueueAttributes":
            return {"Attributes": {"ApproximateNumberOfMessages": str(len(self._queue(name)))}}
        if self.faults.latency_s:
            await asyncio.sleep(self.faults.latency_s)
        if action not in self._actions:
            raise CallFault("InvalidAction")
        return self._actions[action](name, request)

    def _send(self, name: str, body: str) -> dict[str, Any]:
        self.put(name, body)
        return {"MessageId": str(next(self._numbers)), "MD5OfMessageBody": ""}

    def _send_batch(self, name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
        if not 1 <= len(entries) <= 10:
            raise CallFault("TooManyEntriesInBatchRequest")
        if sum(len(entry["MessageBody"].encode()) for entry in entries) > self.faults.max_bytes:
            raise CallFault("BatchRequestTooLong")
        self.seen.batch_sizes.append(len(entries))
        answer: dict[str, Any] = {"Successful": [], "Failed": []}
        for entry in entries:
            body = entry["MessageBody"]
            refused, failed = self.faults.refuse_entry(body), self.faults.fail_entry(body)
            if code := refused or failed:
                failure = {"Id": entry["Id"], "Code": code, "SenderFault": bool(refused)}
                answer["Failed"].append(failure)
            else:
                answer["Successful"].append({"Id": entry["Id"], **self._send(name, body)})
        return answer

    async def _receive(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        until = time.monotonic() + request.get("WaitTimeSeconds", 0)
        while True:
            now = time.monotonic()
            ready = [h for h in self.held(name) if h.visible_at <= now]
            if ready or now >= until:
                break
            await asyncio.sleep(0.01)
        messages, longest_s = [], self.faults.longest_visibility_s
        for held in ready[: request.get("MaxNumberOfMessages", 1)]:
            held.visible_at = now + min(request["VisibilityTimeout"], longest_s)
            held.receives += 1
            held.receipt = f"{held.number}:{held.receives}"
            message = {"MessageId": str(held.number), "Body": held.body}
            messages.append(message | {"ReceiptHandle": held.receipt})
        return {"Messages": messages} if messages else {}

    def _remove(self, name: str, receipt: str) -> dict[str, Any]:
        self._queue(name).pop(int(receipt.partition(":")[0]), None)
        return {}

    def _delete(self, name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
        for entry in entries:
            self._remove(name, entry["ReceiptHandle"])
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}

    def _change(self, name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
        for entry in entries:
            held = self._queue(name).get(int(entry["ReceiptHandle"].partition(":")[0]))
            if held:
                held.visible_at = time.monotonic() + entry["VisibilityTimeout"]
        return {"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}
