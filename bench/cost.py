"""What things cost: counted calls and units, times the price list. No call to anybody.

Every figure is a list of lines (what, how much of it, at which price), so that it can be read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cdk.verify.idle_cost import PRICES

MILLION: Final = 1_000_000
CORE_MB: Final = 1769
"""Memory with which Lambda gives a whole core."""

FILLED: Final = {
    "order placed": "api",
    "order relayed": "relay",
    "order accepted": "validations",
    "order seen at the broker, answered by then": "requests",
}
"""The operations that an order takes to its good end, and the function that does each."""

PROJECTION: Final = {
    "projection asked for": ("api",),
    "projection computed": ("jobs", "master", "worker", "master"),
    "projection read": ("api",),
}
Data = Mapping[str, Any]


@cache
def usage() -> dict[str, Any]:
    """What is assumed."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("usage.json").read_text())
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """So much of something at a price of the list; `free` where the month's gift is taken off."""

    what: str
    price: str
    quantity: float
    free: bool = False

    @property
    def usd(self) -> float:
        """The amount."""
        price = PRICES["prices"][self.price]
        taken = max(0.0, self.quantity - (price.get("free", 0) if self.free else 0))
        return float(taken * price["usd"] / price["per"])

    def as_json(self) -> dict[str, Any]:
        """For the page."""
        return {
            "what": self.what,
            "price": self.price,
            "quantity": float(f"{self.quantity:.4g}"),
            "usd": round(self.usd, 4),
        }


def total(lines: Sequence[Line]) -> float:
    """All of them together, in USD."""
    return sum(line.usd for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """Turns operations into lines, with what was counted and measured."""

    operations: Data
    cpu_ms: Mapping[str, float]
    memory_mb: Mapping[str, int]
    platform_log_bytes: int
    """Lambda's own lines about a call that went well."""

    access_log_bytes: int
    """The gateway's line about a request."""

    bridge_log_bytes: tuple[int, int]
    """The bridge's lines about an order on its way: of a batch, and of each order in it."""

    def filled_orders(
        self, count: float, *, at_once: int, heard_at_once: int | None = None
    ) -> list[Line]:
        """Orders from the request to ACCEPTED. `at_once`: messages that share a call to a queue;
        `heard_at_once`: reminders that the sweep receives and deletes together (as many).
        Orders that are relayed together share a reminder.
        """
        lines = list(self._operations(FILLED, count, at_once))
        of_batch, of_order = self.bridge_log_bytes
        lines.append(_logs(count * (of_order + of_batch / at_once)))
        # Three queues; into each it is sent, and then received and deleted. So is its reminder.
        requests = 10 * count / at_once + 2 * count / at_once / (heard_at_once or at_once)
        lines.append(Line(what="queues", price="sqs_request", quantity=requests))
        # The sweep looks at each once; its time for that is 0.03 USD for a million, and left out.
        lines.append(Line(what="DynamoDB reads", price="dynamodb_read_unit", quantity=count))
        lines.append(Line(what="API", price="http_api_request", quantity=count))
        lines += self._functions(FILLED.values(), FILLED, count, at_once)
        return merged(lines)

    def request(self, operation: str, count: float) -> list[Line]:
        """Requests to the API that read."""
        return merged(
            [
                *self._operations({operation: "api"}, count),
                Line(what="API", price="http_api_request", quantity=count),
                *self._functions(["api"], {operation: "api"}, count, 1),
            ]
        )

    def projections(self, count: float) -> list[Line]:
        """From the request to the reading of the result: one part, as for a month of history."""
        lines = list(self._operations(PROJECTION, count))
        lines += [
            Line(what="API", price="http_api_request", quantity=2 * count),
            Line(what="queues", price="sqs_request", quantity=3 * count),
            Line(what="workflow", price="states_express_request", quantity=count),
        ]
        names = [name for several in PROJECTION.values() for name in several]
        busy_s = sum(self._billed_ms(name, {}) for name in names) / 1000
        lines.append(
            Line(what="workflow", price="states_express_gb_s", quantity=count * busy_s / 16)
        )
        waits = {"jobs": busy_s * 1000}  # it waits for the workflow
        lines += self._functions(names, PROJECTION, count, 1, waits)
        return merged(lines)

    def price_batches(self, count: float) -> list[Line]:
        """Batches of the whole board's prices."""
        operation = {"prices of 25 companies": "prices"}
        lines = list(self._operations(operation, count))
        lines.append(Line(what="queues", price="sqs_request", quantity=3 * count))
        return merged(lines + self._functions(["prices"], operation, count, 1))

    def _operations(
        self, names: Mapping[str, Any], count: float, at_once: int = 1
    ) -> Iterator[Line]:
        for name in names:
            used = self.operations[name]
            yield Line(
                what="DynamoDB writes",
                price="dynamodb_write_unit",
                quantity=count * used["write_units"],
            )
            yield Line(
                what="DynamoDB reads",
                price="dynamodb_read_unit",
                quantity=count * used["read_units"],
            )
            of_batch = used["batch_bytes"]
            yield _logs(count * (used["logged_bytes"] - of_batch + of_batch / at_once))

    def _functions(
        self,
        names: Any,
        operations: Mapping[str, Any],
        count: float,
        at_once: int,
        waits_ms: Mapping[str, float] | None = None,
    ) -> list[Line]:
        by_function = {
            function: operation
            for operation, functions in operations.items()
            for function in ([functions] if isinstance(functions, str) else functions)
        }
        lines = []
        for name in names:
            calls = self.operations[by_function[name]]["calls"]
            own_ms = self._billed_ms(name, calls, at_once) + (waits_ms or {}).get(name, 0.0)
            # A batch saves starts of the handler, not the work for each of its messages.
            invocations = count if name == "api" else count / at_once
            gb_s = count * own_ms / 1000 * self.memory_mb[name] / 1024
            lines += [
                Line(what="functions", price="lambda_request", quantity=invocations),
                Line(what="functions", price="lambda_gb_s", quantity=gb_s),
                _logs(invocations * self.platform_log_bytes),
            ]
            if name == "api":
                lines.append(_logs(count * self.access_log_bytes))
        return lines

    def _billed_ms(self, function: str, calls: Mapping[str, int], at_once: int = 1) -> float:
        """CPU at the function's share of a core, and the waiting for each call: for one to a queue
        as many messages wait together as share it.
        """
        waits = usage()["wait_ms"]
        kinds = {
            "dynamodb:TransactWriteItems": "transaction",
            "dynamodb:PutItem": "write",
            "dynamodb:UpdateItem": "write",
            "sqs:SendMessageBatch": "queue",
        }
        waiting = sum(
            waits[kinds.get(name, "read")] * n / (at_once if kinds.get(name) == "queue" else 1)
            for name, n in calls.items()
        )
        share = min(1.0, self.memory_mb[function] / CORE_MB)
        return self.cpu_ms[function] / share + waiting


def _logs(size_bytes: float) -> Line:
    return Line(what="logs", price="logs_gb", quantity=size_bytes / 1e9)


def merged(lines: Sequence[Line]) -> list[Line]:
    """Lines of the same thing at the same price as one."""
    found: dict[tuple[str, str, bool], float] = {}
    for line in lines:
        key = (line.what, line.price, line.free)
        found[key] = found.get(key, 0.0) + line.quantity
    return [
        Line(what=what, price=price, quantity=quantity, free=free)
        for (what, price, free), quantity in found.items()
    ]
