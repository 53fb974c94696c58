"""One function at a time, without a scheduler: a recorder numbers every effect of an invocation,
and can let any of them fail.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeVar
from unittest.mock import patch
from uuid import UUID

from lambdas.domain.errors import DomainError
from lambdas.messaging import workflow
from lambdas.names import Function, Table
from mqtt_bridge.inbound import envelope
from tests.simulation import wiring
from tests.simulation.expressions import Item
from tests.simulation.functions import LAMBDA_CONTEXT, Functions, handler_of, sqs_record
from tests.simulation.kernel import START, Kernel, Killed, Refusal, What
from tests.simulation.people import gateway_event, is_final
from tests.simulation.releases import this_release
from tests.simulation.sqs import Client, Message, all_queues
from tests.simulation.steps import Steps
from tests.simulation.tables import Tables, table_name

T = TypeVar("T")
ANA: Final = "11111111-1111-4111-8111-111111111111"
FAULTS: Final = (
    What.CRASH_BEFORE,
    What.CRASH_AFTER,
    What.REFUSE,
    What.CONFLICT,
    What.LOSE,
)
_MOST_DELIVERIES: Final = 10


class Recorder(Kernel):
    """A kernel that numbers all effects in one sequence."""

    def __init__(self) -> None:
        super().__init__(Random(0), {}, lambda: None)
        self.is_calm = True
        self.recorded: list[str] = []
        self.fault: tuple[int, What] | None = None
        self.is_recording = False

    def effect(self, kind: str, label: str, do: Callable[[], T]) -> T:
        """Records the effect; lets it fail if it is the chosen one."""
        if not self.is_recording:
            return do()
        number = len(self.recorded)
        self.recorded.append(f"{kind}: {label}")
        what = self.fault[1] if self.fault is not None and self.fault[0] == number else None
        if what is What.CRASH_BEFORE:
            raise Killed
        if what in (What.REFUSE, What.CONFLICT):
            raise Refusal(what)
        if what in (What.CRASH_AFTER, What.LOSE):
            with suppress(Exception):  # an error is not received either
                do()
            raise Killed if what is What.CRASH_AFTER else Refusal(what)
        return do()


@dataclass
class Bench:
    """The functions over empty tables and queues."""

    recorder: Recorder = field(default_factory=Recorder)
    changes: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rng = Random(0)
        self.tables = Tables(self.recorder, rng)
        self.tables.on_order = self._changed
        self.queues = all_queues(self.recorder, rng)
        self.client = Client(self.recorder, self.queues)
        self.functions = Functions(self.recorder, rng, _unexpected)
        self.steps = Steps(self.recorder, self.quietly)
        self._messages = 0

    @contextmanager
    def open(self) -> Iterator[None]:
        """While it lasts, the handlers run over this bench."""
        wiring.serve(self.tables)
        with (
            wiring.wired(self.recorder, self.functions, self.client),
            patch.object(workflow, "step_functions_client", lambda *_: self.steps),
        ):
            yield

    def call(self, function: Function, event: dict[str, Any]) -> Any:
        """One invocation. Raises Killed if the process dies."""
        return handler_of(this_release(), function)(event, LAMBDA_CONTEXT)

    def quietly(self, function: Function, event: dict[str, Any]) -> Any:
        """One invocation that is not recorded and does not fail."""
        was, self.recorder.is_recording = self.recorder.is_recording, False
        try:
            return self.call(function, event)
        finally:
            self.recorder.is_recording = was

    def deliver(self, function: Function, event: dict[str, Any]) -> Any:
        """Delivers the event as its source does, until all of it is done; the last answer."""
        for _ in range(_MOST_DELIVERIES):
            try:
                answer = self.call(function, event)
            except Killed:
                continue
            except Exception:  # noqa: BLE001 - Lambda reports it to the source, which tries again
                continue
            left = remaining(event, answer)
            if left is None:
                return answer
            event = left
        raise AssertionError(f"{function} never finishes")

    def messages(self, *payloads: str) -> dict[str, Any]:
        """An event of SQS with these payloads in their envelopes."""
        records = []
        for payload in payloads:
            self._messages += 1
            records.append(record(str(self._messages), payload))
        return {"Records": records}

    def post(self, path: str, body: dict[str, Any], key: int) -> dict[str, Any]:
        """An event of the gateway."""
        return gateway_event("POST", path, ANA, body, UUID(int=key, version=4))

    def state(self) -> dict[str, Any]:
        """All that remains: items, what waits in queues, what is put aside.

        Without the time when a job last ended: it is written on best effort.
        """
        queues = {
            name: sorted({(message.body, message.reason or "") for message in queue.messages})
            for name, queue in self.queues.items()
        }
        tables = deepcopy(self.tables.data)
        jobs = tables[table_name(Table.JOBS)]
        tables[table_name(Table.JOBS)] = {k: job for k, job in jobs.items() if "state" in job}
        return {"tables": tables, "queues": queues}

    def order_ids(self) -> list[str]:
        """In the order in which they were placed."""
        return [
            change["dynamodb"]["NewImage"]["order_id"]["S"]
            for change in self.changes
            if change["eventName"] == "INSERT"
        ]

    def _changed(self, before: Item | None, after: Item) -> None:
        images = {} if before is None else {"OldImage": before}
        number = str(len(self.changes) + 1)
        self.changes.append(
            {
                "eventName": "INSERT" if before is None else "MODIFY",
                "dynamodb": {**images, "NewImage": after, "SequenceNumber": number},
            }
        )


def record(message_id: str, payload: str) -> dict[str, Any]:
    """A record of SQS, as the bridge's envelope has it."""
    body = envelope("topic", payload.encode(errors="surrogateescape"), START)
    return sqs_record(Message(int(message_id), body, 0.0))


def remaining(event: dict[str, Any], answer: Any) -> dict[str, Any] | None:
    """What the source delivers next: what failed; in a stream, everything from there on."""
    if isinstance(answer, dict) and "statusCode" in answer:
        return None if is_final(answer["statusCode"], json.loads(answer["body"])) else event
    failed = {f["itemIdentifier"] for f in (answer or {}).get("batchItemFailures", [])}
    if not failed:
        return None
    records = event["Records"]
    if "messageId" in records[0]:
        return {"Records": [one for one in records if one["messageId"] in failed]}
    numbers = [one["dynamodb"]["SequenceNumber"] for one in records]
    return {"Records": records[min(numbers.index(number) for number in failed) :]}


def _unexpected(who: str, error: BaseException) -> None:
    if not isinstance(error, DomainError):
        raise AssertionError(f"{who} raised {error!r}")
