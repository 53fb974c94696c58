"""The runbook's commands, as they stand there, on a running system; and one order, told from the
logs of all parts by its id.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.system import ROOT, System, a_person, eventually

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", RUNBOOK, re.MULTILINE | re.DOTALL)
COMMANDS = sorted(
    {
        line.removeprefix("$ ")
        for kind, text in BLOCKS
        if kind == "console"
        for line in text.splitlines()
    }
)
ON_AWS_ALONE = "On AWS alone, because the local "
Ran = subprocess.CompletedProcess[str]


def test_every_block_is_tried_here_or_says_why_it_is_for_aws_alone() -> None:
    assert {kind for kind, _ in BLOCKS} == {"console", "aws"}
    assert len(COMMANDS) > 15
    for before in RUNBOOK.split("```aws\n")[:-1]:
        assert before.splitlines()[-1].startswith(ON_AWS_ALONE)


@pytest.fixture(scope="module")
def order_id(system: System) -> str:
    """Of an order that has ended."""
    person = a_person(system)
    person.deposit("10.00")
    person.wait_for_prices("AAPL")
    order_id = str(person.buy("AAPL", "0.01")["order_id"])
    person.ended(order_id)
    return order_id


@pytest.fixture(scope="module")
def ran(system: System, order_id: str) -> dict[str, Ran]:
    """Every command, once: they only look, so they may run beside each other."""
    told = os.environ | {"STATE": str(system.state), "ORDER": order_id}

    def run(command: str) -> Ran:
        return subprocess.run(
            ["bash", "-euc", command],
            cwd=ROOT,
            env=told,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    assert run("make canary-user").returncode == 0, "what `make smoke` signs in as"
    with ThreadPoolExecutor(3) as pool:
        return dict(zip(COMMANDS, pool.map(run, COMMANDS), strict=True))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_runbook_works_as_it_stands(command: str, ran: dict[str, Ran]) -> None:
    assert command.startswith("make ")
    assert ran[command].returncode == 0, ran[command].stdout + ran[command].stderr


def test_the_alarms_are_there_each_with_its_section(ran: dict[str, Ran]) -> None:
    listed = ran["make alarms"].stdout
    for section in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE):
        # The local cloud has neither bills nor a canary.
        is_elsewhere = section in ("cost-anomaly", "canary")
        assert (f"docs/runbook.md#{section}" in listed) != is_elsewhere


def test_an_order_is_told_whole_from_the_logs_of_every_part(system: System, order_id: str) -> None:
    def whole() -> str | None:
        told = system.run("order", f"ORDER={order_id}", "LOGS=1")
        assert told.returncode == 0, told.stdout + told.stderr
        return None if "no line of" in told.stdout else told.stdout

    told = eventually(whole, what="lines of every part")
    assert told is not None
    rows = told.split("\nTimeline\n")[1].splitlines()[1:]
    steps = [tuple(row.split()[2:4]) for row in rows if row.startswith("20")]
    assert {
        ("api", "order"),
        ("relay", "request"),
        ("bridge", "published"),
        ("bridge", "forwarded"),
        ("requests", "request"),
        ("validations", "answer"),
        ("relay", "receipt"),
        ("receipts", "receipt"),
    } == set(steps)
    assert [part for part, _ in steps][:3] == ["api", "relay", "bridge"]
    for where in ("in the orders' stream", "at the exchange", "in the queue validations"):
        assert re.search(rf"\d\.\d{{3}} s {where}", told)


def test_an_alarm_that_calls_comes_first_and_says_what_to_do(quiet: System) -> None:
    cloudwatch = quiet.client("cloudwatch")
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=["fintech-local-orders-overdue"])[
        "MetricAlarms"
    ]

    def told(overdue: int) -> Ran:
        """As CloudWatch takes it out of the sweep's log, which the local cloud's does not."""
        metric = {name: alarm[name] for name in ("MetricName", "Dimensions")} | {"Value": overdue}
        cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=[metric])
        return quiet.run("alarms")

    rings = told(1)
    assert rings.returncode != 0
    assert states_in(rings)["orders-overdue"] == "ALARM"
    assert "✗ orders-overdue: The exchange has not answered some orders" in rings.stdout
    rests = told(0)
    assert states_in(rests)["orders-overdue"] == "OK"
    # Another one may call for what other tests have done here, as throttles does after the races.
    assert (rests.returncode == 0) == ("ALARM" not in states_in(rests).values())


def states_in(ran: Ran) -> dict[str, str]:
    """Of each alarm that `make alarms` lists; those that call must come first."""
    table = [row for row in ran.stdout.splitlines()[1:] if not row.startswith("✗")]
    rows = [row.split()[:2] for row in table if "docs/runbook.md#" in row]
    states = [state for _, state in rows]
    assert states == sorted(states, key=lambda state: state != "ALARM")
    return dict(rows)
