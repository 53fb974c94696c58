"""One run from beginning to end: start everything, let everything go wrong while people buy, stop
the faults, wait for the calm, judge.
"""

import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID

from lambdas.domain.orders import OPEN
from lambdas.names import Setting, Table
from local.fault_injection import FaultInjector
from local.options import Options
from tests.chaos.aftermath import Aftermath, gathered
from tests.chaos.clients import Clients, read
from tests.chaos.outcome import Outcome, what_it_came_to
from tests.chaos.parts import Parts, started
from tests.chaos.plan import SYMBOLS, Link, Plan
from tests.chaos.report import say
from tests.chaos.saboteur import Saboteur
from tests.chaos.sweeper import Sweeper
from tests.chaos.verdict import complaints
from tests.chaos.watch import Watch
from tests.chaos.witness import Witness
from tests.e2e.system import ROOT, System, a_person, eventually, running

DEPOSIT: Final = Decimal("10000.00")
OURS_RUN_BESIDE: Final = ("BROKER=none", "BRIDGE=none", "EXCHANGE=none")
CONSUMED: Final = ("prices", "requests", "validations")
QUEUES: Final = (*CONSUMED, "outbound")
LOOK_EVERY_S: Final = 2.0
LONGEST_WAIT_S: Final = 60.0
EMPTY_WITHIN_S: Final = 120.0
DIED: Final = "Worker process died"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a run is: four ports of its own, and a folder that is emptied first."""

    cloud_port: int
    mqtt_port: int
    line_ports: dict[Link, int]
    state: Path

    def emptied(self) -> None:
        """Forgets the last run."""
        shutil.rmtree(self.state, ignore_errors=True)


class Run:
    """A running system, its parts, and the people who use it."""

    def __init__(self, plan: Plan, state: Path, system: System, parts: Parts) -> None:
        self._plan = plan
        self._state = state
        self._system = system
        self._parts = parts
        self._faults = FaultInjector(system.outputs["aws_endpoint_url"], _clocks(plan))
        self._saboteur = Saboteur(system, parts, plan)
        self._witness = Witness()
        self._clients = Clients([a_person(system) for _ in range(plan.accounts)], self._witness)
        self._sweeper = Sweeper(system, self._faults.name_of("sweep"))

    def whole(self) -> Outcome:
        """Prepares, runs under faults, waits for the end of every order, and judges."""
        self._prepare()
        began = time.monotonic()
        with self._sweeper:
            watch = self._storm()
            stormed_s = time.monotonic() - began
            ended_s = self._calm()
        emptied_s = self._wait_until_empty()
        aftermath = gathered(self._system, self._parts, self._clients, self._state)
        found = [*watch.complaints, *complaints(aftermath, self._clients, DEPOSIT)]
        found += self._reconciled(aftermath)
        judged = time.monotonic()
        found += self._witness.violations(self._clients.people, aftermath.accounts)
        judged_s = time.monotonic() - judged
        if ended_s > self._plan.calm_within_s:
            found.append(f"the last order ended {ended_s:.0f} s after the last fault")
        rows = self._what_was_done(stormed_s, watch) | what_it_came_to(aftermath)
        rows |= {
            "calm until the last order's end": f"{ended_s:.0f} s",
            "calm until the queues were empty": f"{emptied_s:.0f} s",
            "answers of clients judged": f"{self._witness.histories.checked} in {judged_s:.1f} s",
            "complaints": len(found),
        }
        return Outcome(complaints=found, rows=rows)

    def _prepare(self) -> None:
        _shorten_visibility(self._system, self._plan)
        first = self._clients.people[0]
        first.wait_for_prices(*SYMBOLS)
        draw = Random(self._plan.seed)
        for person in self._clients.people:
            key = UUID(int=draw.getrandbits(128), version=4)
            answer = self._witness.post(person, "/wallet/deposits", {"amount": str(DEPOSIT)}, key)
            assert answer is not None, "no answer to a deposit in a calm"
            assert answer.status == 201, answer.text
        say(f"{len(self._clients.people)} people have {DEPOSIT} each")

    def _storm(self) -> Watch:
        """Places all orders under all faults."""
        self._faults.on(self._plan.function_fault_share)
        say(f"from now on {self._plan.function_fault_share:.0%} of all calls of functions die")
        with (
            Watch(self._clients, DEPOSIT, self._plan.seed) as watch,
            ThreadPoolExecutor(1) as beside,
        ):
            for step in self._plan.steps():
                blow = beside.submit(self._saboteur.strike, step.fault) if step.fault else None
                self._clients.place(step.intents)
                if blow is not None:
                    blow.result()
                say(f"{len(self._clients.placed):4} orders placed; {step.fault or 'no new fault'}")
                self._wait_for_room()
        return watch

    def _wait_for_room(self) -> None:
        began = time.monotonic()
        while (
            _open_orders(self._system) > self._plan.most_open
            and time.monotonic() < began + LONGEST_WAIT_S
        ):
            time.sleep(0.5)

    def _calm(self) -> float:
        """Stops every fault. Returns the seconds until every order has ended."""
        self._parts.exchange.stop()
        self._faults.off()
        self._parts.exchange.become(self._parts.polite_exchange)
        self._parts.exchange.start()
        say("no more faults")
        began = time.monotonic()
        waiting = list(self._clients.people)
        while waiting and time.monotonic() < began + 3 * self._plan.calm_within_s:
            time.sleep(LOOK_EVERY_S)
            waiting = [it for it in waiting if read(it, "/orders?state=open&limit=1")["items"]]
            say(f"{len(waiting)} people wait for the end of an order")
        return time.monotonic() - began

    def _wait_until_empty(self) -> float:
        began = time.monotonic()
        eventually(
            lambda: all(_waiting(self._system, queue) == 0 for queue in QUEUES),
            what="empty queues",
            within_s=EMPTY_WITHIN_S,
        )
        return time.monotonic() - began

    def _reconciled(self, aftermath: Aftermath) -> list[str]:
        """The operator's own check finds the same: no law broken, and who contradicted itself."""
        laws = _ops(self._state, "reconcile")
        ledger = str(self._state / "exchange-ledger.jsonl")
        both = _ops(self._state, "reconcile", "--exchange-ledger", ledger)
        found = [] if laws.returncode == 0 else [f"reconcile: {laws.stdout}{laws.stderr}"]
        told = set(re.findall(r"order ([0-9a-f-]{36})", both.stdout))
        if told != aftermath.unlike_the_exchange or both.returncode != bool(told):
            found.append(f"reconcile with the exchange's ledger: {both.stdout}{both.stderr}")
        return found

    def _what_was_done(self, stormed_s: float, watch: Watch) -> dict[str, object]:
        counts, died = self._clients.counts, _died(self._state)
        return {
            "seed": self._plan.seed,
            "orders, accounts": f"{self._plan.orders}, {self._plan.accounts}",
            "under faults": f"{stormed_s:.0f} s, in {self._saboteur.struck_s / stormed_s:.0%} of it"
            " a part was down or cut off",
            "orders a second": f"{self._plan.orders / stormed_s:.1f}",
            "POSTs, without an answer": f"{counts['requests']}, {counts['unanswered']}",
            **dict(sorted(self._saboteur.done.items())),
            "functions that died": died,
            "sweeps": self._sweeper.sweeps,
            "looks at accounts meanwhile": watch.looks,
        }


def chaos(plan: Plan, place: Place) -> Outcome:
    """A whole run. Raises AssertionError for what keeps it from its end."""
    place.emptied()
    options = Options(cloud_port=place.cloud_port, mqtt_port=place.mqtt_port, state=place.state)
    say(f"seed {plan.seed}: {plan.orders} orders of {plan.accounts} people")
    with (
        running(
            cloud_port=place.cloud_port,
            mqtt_port=place.mqtt_port,
            state=place.state,
            options=OURS_RUN_BESIDE,
        ) as system,
        started(system, options, plan, place.line_ports) as parts,
    ):
        say("the local cloud, the broker, the bridge and the exchange run")
        outcome = Run(plan, place.state, system, parts).whole()
        for link, line in parts.lines.items():
            assert line.carried_bytes > 0, f"nothing went over the line to the {link}"
        return outcome


def _clocks(plan: Plan) -> dict[str, str]:
    return {
        Setting.FIRST_RETRY_AFTER_S: str(plan.first_retry_after_s),
        Setting.MAX_RETRY_INTERVAL_S: str(plan.max_retry_interval_s),
    }


def _shorten_visibility(system: System, plan: Plan) -> None:
    """What a dead function held returns in seconds instead of minutes."""
    for queue in CONSUMED:
        system.client("sqs").set_queue_attributes(
            QueueUrl=system.outputs["queues"][queue],
            Attributes={"VisibilityTimeout": f"{plan.visibility_s:.0f}"},
        )


def _waiting(system: System, queue: str) -> int:
    """Messages that are in the queue, whether somebody holds them or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = system.client("sqs").get_queue_attributes(
        QueueUrl=system.outputs["queues"][queue], AttributeNames=names
    )["Attributes"]
    return sum(int(found[name]) for name in names)


def _open_orders(system: System) -> int:
    """Counts by a Scan, which does not depend on any index."""
    pages = (
        system.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=system.outputs["tables"][Table.ORDERS],
            FilterExpression="#state IN (:pending, :sent)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={f":{state.lower()}": {"S": state} for state in OPEN},
            Select="COUNT",
        )
    )
    return sum(int(page["Count"]) for page in pages)


def _ops(state: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "ops", "--state", str(state), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _died(state: Path) -> int:
    log = (state / "logs" / "local-cloud.log").read_text(errors="replace")
    return log.count(DIED)
