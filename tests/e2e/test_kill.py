"""The bridge killed in the middle of a thousand orders: nothing is lost, nothing applied twice.

On Mosquitto, which keeps what it acknowledged. The next run finds the data of this one.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.lists import everything
from tests.e2e.system import ROOT, Person, System, a_person, eventually, running

PORTS = {"cloud_port": 4776, "mqtt_port": 1976}
ORDERS = 1000
PEOPLE = 4
KILLS = 5
OPTIONS = (
    "BROKER=mosquitto",
    "BRIDGE=none",
    "EXCHANGE_OPTIONS=--interval 5 --delay 0.2 --groups 0 --reject-share 0.2",
)

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") is None,
        reason="needs mosquitto: the broker that pip brings forgets its sessions (CI installs it)",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """What was there when the first run ended."""

    state: Path
    outputs: dict[str, Any]
    people: list[Person]
    orders: dict[str, list[Any]]  # of each person, by e-mail
    exchange: dict[str, bool]  # the exchange's own memory: valid or not, by request


class Bridge:
    """A bridge beside the run, that can be killed and started again."""

    def __init__(self, system: System) -> None:
        ports = (f"--cloud-port={PORTS['cloud_port']}", f"--mqtt-port={PORTS['mqtt_port']}")
        self._argv = [
            sys.executable,
            "-m",
            "local",
            *ports,
            "--state",
            str(system.state),
            "bridge",
        ]
        self._log = (system.state / "logs" / "killed-bridge.log").open("ab")
        self.start()

    def start(self) -> None:
        """Begin a new process."""
        self.process = subprocess.Popen(
            self._argv, cwd=ROOT, stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True
        )

    def kill(self) -> None:
        """SIGKILL: no goodbye to anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """SIGTERM: drains, and leaves with 0."""
        self.process.terminate()
        assert self.process.wait(15) == 0
        self._log.close()


@contextmanager
def bridge_beside(system: System) -> Iterator[Bridge]:
    bridge = Bridge(system)
    try:
        yield bridge
    except BaseException:
        bridge.kill()
        raise
    bridge.stop()


def place_all(people: list[Person], done: Counter[str]) -> None:
    """A thousand purchases, each by its own key, sent again until it has an answer."""

    def place(number: int) -> None:
        person = people[number % len(people)]
        key = uuid4()
        body = {"symbol": "AAPL", "quantity": "0.01"}
        for _ in range(20):
            answer = person.call("POST", "/orders", body, key=key)
            if answer.status in (200, 202):
                done["placed"] += 1
                return
            assert answer.status in (409, 429, 503), answer.text
            time.sleep(0.2)
        raise AssertionError(f"order {number} could not be placed")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(place, range(ORDERS)))


def kill_now_and_then(bridge: Bridge, done: Counter[str]) -> None:
    """Each time another share of the orders is on its way."""
    for kill in range(1, KILLS + 1):
        eventually(
            lambda kill=kill: done["placed"] >= kill * ORDERS // (KILLS + 1),  # type: ignore[misc]
            what="more orders",
            within_s=300,
        )
        bridge.kill()
        time.sleep(0.5)
        bridge.start()
        done["killed"] += 1


@pytest.fixture(scope="module")
def aftermath(state: Path) -> Aftermath:
    kept = state.parent / "killed"
    shutil.rmtree(kept, ignore_errors=True)
    done: Counter[str] = Counter()
    with running(state=kept, options=OPTIONS, **PORTS) as system, bridge_beside(system) as bridge:
        people = [a_person(system) for _ in range(PEOPLE)]
        people[0].wait_for_prices("AAPL")
        for person in people:
            person.deposit("10000.00")
        killer = threading.Thread(target=kill_now_and_then, args=(bridge, done))
        killer.start()
        place_all(people, done)
        killer.join()
        assert done == {"placed": ORDERS, "killed": KILLS}
        eventually(
            lambda: all(person.get("/wallet")["held"] == "0.00" for person in people),
            what="an end of every order, without the sweep's help",
            within_s=100,
        )
        for queue in ("prices", "requests", "validations", "outbound", "relay"):
            assert system.dead_letters(queue) == []
        return Aftermath(
            state=kept,
            outputs=system.outputs,
            people=people,
            orders={person.email: everything(person, "/orders") for person in people},
            exchange=verdicts(kept),
        )


def verdicts(state: Path) -> dict[str, bool]:
    lines = (state / "exchange-ledger.jsonl").read_text().splitlines()
    return {entry["request_id"]: entry["valid"] for entry in map(json.loads, lines)}


def test_every_order_ended_as_the_exchange_holds_it(aftermath: Aftermath) -> None:
    ours = {o["order_id"]: o["state"] for orders in aftermath.orders.values() for o in orders}
    assert len(ours) == ORDERS
    names = {True: "ACCEPTED", False: "REJECTED"}
    assert ours == {order_id: names[valid] for order_id, valid in aftermath.exchange.items()}
    assert set(ours.values()) == set(names.values())


def test_money_and_shares_are_right_and_the_next_run_finds_them(aftermath: Aftermath) -> None:
    with running(state=aftermath.state, options=OPTIONS, **PORTS) as system:
        assert system.outputs["user_pool_id"] == aftermath.outputs["user_pool_id"]
        for person in aftermath.people:
            person.system = system
            person.sign_in()
            orders = aftermath.orders[person.email]
            assert everything(person, "/orders") == orders
            check_laws(person, orders)


def check_laws(person: Person, orders: list[Any]) -> None:
    """The laws of money, for one account, seen from outside."""
    accepted = [order for order in orders if order["state"] == "ACCEPTED"]
    spent = sum(Decimal(order["cost"]) for order in accepted)
    wallet = person.get("/wallet")
    assert (Decimal(wallet["available"]), wallet["held"]) == (10_000 - spent, "0.00")
    (position,) = person.get("/portfolio")["positions"]
    assert Decimal(position["quantity"]) == sum(Decimal(o["quantity"]) for o in accepted)
    assert Decimal(position["cost"]) == spent
    ledger = person.call("GET", "/wallet/postings", Accept="text/csv")
    assert len(ledger.text.splitlines()) == 1 + 1 + 2 * len(orders)
    steps: defaultdict[str, list[str]] = defaultdict(list)
    for line in ledger.text.splitlines()[1:]:
        steps[line.split(",")[0]].append(line)
    assert all(len(lines) == 1 for lines in steps.values())
