"""What is there when all is calm again: gathered once, over the API, from the exchange's own memory
and logs, and from the dead-letter queues. Judged elsewhere.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lambdas.names import Table
from tests.chaos.clients import Clients, everything, read
from tests.chaos.parts import Parts
from tests.e2e.system import Person, System

DEAD_LETTERS: Final = ("prices", "requests", "validations", "outbound", "relay")
OUR_GROUP: Final = 3
CONTRADICTED: Final = re.compile(r'"request_id": "([^"]+)".*\(contradicting\)$')
NOTES: Final = ("repeated", "late", "overtaken", "contradicting", "malformed")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One dead letter. `payload` is what the exchange had said, where it is from there."""

    queue: str
    reason: str | None
    body: str

    @property
    def payload(self) -> Any:
        """The decoded JSON; None where it is none."""
        try:
            return json.loads(json.loads(self.body)["payload"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return None


@dataclass(frozen=True, kw_only=True)
class Owned:
    """One account from outside."""

    wallet: dict[str, Any]
    orders: list[dict[str, Any]]
    postings: list[dict[str, Any]]
    positions: list[dict[str, Any]]

    @classmethod
    def of(cls, person: Person) -> "Owned":
        """Ask the API for all of it."""
        return cls(
            wallet=read(person, "/wallet"),
            orders=everything(person, "/orders"),
            postings=everything(person, "/wallet/postings"),
            positions=read(person, "/portfolio")["positions"],
        )


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """All of it. `verdicts` of the exchange by our order; `conflicts` as recorded on our orders."""

    accounts: list[Owned]
    verdicts: dict[str, dict[str, Any]]
    contradicted: set[str]
    conflicts: set[str]
    letters: list[Letter]
    exchange: Counter[str]

    @property
    def orders(self) -> dict[str, dict[str, Any]]:
        """Of all accounts, by id."""
        return {order["order_id"]: order for owned in self.accounts for order in owned.orders}

    @property
    def unlike_the_exchange(self) -> set[str]:
        """Orders with another end than the exchange decided on."""
        return {
            order_id
            for order_id, order in self.orders.items()
            if order_id in self.verdicts
            and (order["state"] == "ACCEPTED") is not self.verdicts[order_id]["valid"]
        }


def gathered(system: System, parts: Parts, clients: Clients, state: Path) -> Aftermath:
    """Read everything."""
    log = parts.exchange.log.read_text(errors="replace").splitlines()
    return Aftermath(
        accounts=[Owned.of(person) for person in clients.people],
        verdicts=_verdicts(state / "exchange-ledger.jsonl"),
        contradicted={found[1] for line in log if (found := CONTRADICTED.search(line))},
        conflicts=_conflicts(system),
        letters=[letter for queue in DEAD_LETTERS for letter in _letters(system, queue)],
        exchange=Counter(note for line in log for note in NOTES if re.search(rf"\(.*{note}", line)),
    )


def _verdicts(ledger: Path) -> dict[str, dict[str, Any]]:
    entries = map(json.loads, ledger.read_text().splitlines())
    return {it["request_id"]: it for it in entries if it["group_id"] == OUR_GROUP}


def _conflicts(system: System) -> set[str]:
    pages = (
        system.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=system.outputs["tables"][Table.ORDERS], ConsistentRead=True)
    )
    items = (item for page in pages for item in page["Items"])
    return {item["order_id"]["S"] for item in items if "conflict_event" in item}


def _letters(system: System, queue: str) -> list[Letter]:
    sqs = system.client("sqs")
    url = system.outputs["queues"][f"{queue}_dead_letters"]
    found: list[Letter] = []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=120
    ).get("Messages"):
        for message in messages:
            reason = message.get("MessageAttributes", {}).get("reason", {}).get("StringValue")
            found.append(Letter(queue=queue, reason=reason, body=message["Body"]))
    return found
