"""The operator's commands as an operator calls them, on a running system."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.e2e.quiet import hear, order_id_of, rich, set_price, verdict
from tests.e2e.system import ROOT, Person, System, eventually

pytestmark = pytest.mark.timeout(240)
Ran = subprocess.CompletedProcess[str]


def ops(system: System, *arguments: str, answer: str = "") -> Ran:
    """What a schedule would call: its status is the command's own."""
    return subprocess.run(
        [sys.executable, "-m", "ops", "--state", str(system.state), *arguments],
        cwd=ROOT,
        input=answer,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def investor(quiet: System) -> Person:
    """1,000 dollars, and a price to buy at."""
    person = rich(quiet, "1000.00")
    set_price(quiet, person, "AAPL", "190.25")
    return person


def account_id(person: Person) -> str:
    return str(person.get("/me")["account_id"])


@contextmanager
def tampered(system: System, table: str, key: dict[str, str], update: str) -> Iterator[None]:
    """An item changed behind everybody's back, and put back afterwards."""
    dynamodb = system.client("dynamodb")
    at: dict[str, Any] = {
        "TableName": system.outputs["tables"][table],
        "Key": {name: {"S": value} for name, value in key.items()},
    }
    before = dynamodb.get_item(**at)["Item"]
    values = {":n": {"N": "1"}, ":text": {"S": "tampered"}}
    used = {name: value for name, value in values.items() if name in update}
    dynamodb.update_item(**at, UpdateExpression=update, ExpressionAttributeValues=used)
    try:
        yield
    finally:
        dynamodb.put_item(TableName=at["TableName"], Item=before)


def test_reconcile_finds_nothing_in_a_sound_system(quiet: System, investor: Person) -> None:
    order = investor.buy("AAPL", "1")
    hear(quiet, "validations", verdict(order["order_id"], valid=True))
    investor.ended(order["order_id"])
    investor.buy("AAPL", "1")
    ran = ops(quiet, "reconcile")
    assert ran.returncode == 0, ran.stdout
    assert "✓ every law holds" in ran.stdout
    made = quiet.run("reconcile")
    assert (made.returncode, made.stdout) == (0, ran.stdout)


def test_reconcile_says_which_account_breaks_which_law_by_how_much(
    quiet: System, investor: Person
) -> None:
    account = account_id(investor)
    with tampered(
        quiet, "accounts", {"account_id": account}, "SET available_minor = available_minor + :n"
    ):
        ran = ops(quiet, "reconcile")
        made = quiet.run("reconcile")
    assert ran.returncode == 1
    assert ran.stdout.count("✗ account") == 1
    assert f"✗ account {account}" in ran.stdout
    assert "law 2 (available + held + spent = deposited - refunded)" in ran.stdout
    assert "available + held + spent is 1000.01, must be 1000.00, off by +0.01" in ran.stdout
    assert made.returncode == 2  # of make, which knows no other failure
    assert ops(quiet, "reconcile").returncode == 0


def test_reconcile_finds_an_order_that_was_ended_by_editing_the_table(
    quiet: System, investor: Person
) -> None:
    order = investor.buy("AAPL", "1")
    with tampered(quiet, "orders", {"order_id": order["order_id"]}, "SET reason = :text"):
        assert ops(quiet, "reconcile").returncode == 0  # words are nobody's money
    with tampered(quiet, "orders", {"order_id": order["order_id"]}, "SET cost_minor = :n"):
        ran = ops(quiet, "reconcile")
    assert ran.returncode == 1
    assert "law 3" in ran.stdout
    assert f"cost of order {order['order_id']}" in ran.stdout


def test_reconcile_tells_an_item_that_nobody_of_us_wrote(quiet: System, investor: Person) -> None:
    key = {"account_id": account_id(investor)}
    with tampered(quiet, "accounts", key, "SET held_minor = :text"):
        ran = ops(quiet, "reconcile")
    assert ran.returncode == 1
    assert "law 0" in ran.stdout


def test_reconcile_compares_with_the_exchange(
    quiet: System, investor: Person, tmp_path: Path
) -> None:
    order = investor.buy("AAPL", "1")
    hear(quiet, "validations", verdict(order["order_id"], valid=False))
    investor.ended(order["order_id"])
    ledger = tmp_path / "ledger.jsonl"
    ours = ops(quiet, "reconcile", "--exchange-ledger", str(ledger))
    assert (ours.returncode, "cannot be read" in ours.stdout) == (2, True)
    ledger.write_text(verdict(order["order_id"], valid=True) + "\n")
    ran = quiet.run("reconcile", f"EXCHANGE_LEDGER={ledger}")
    assert f"{order['order_id']} is REJECTED (here), must be accepted" in ran.stdout


def test_an_overdue_order_is_seen_voided_and_told(quiet: System, investor: Person) -> None:
    order = investor.buy("AAPL", "2")
    order_id = order["order_id"]
    assert order_id not in ops(quiet, "overdue").stdout  # the stage's 15 minutes
    seen = quiet.run("overdue", "AFTER=0").stdout
    (line,) = [line for line in seen.splitlines() if order_id in line]
    assert account_id(investor) in line
    assert "380.50 USD" in line
    refused = ops(quiet, "void", order_id, "--reason", "looked at", answer="n\n")
    assert refused.returncode == 1
    assert investor.order(order_id)["state"] == "PENDING"
    voided = quiet.run("void", f"ORDER={order_id}", "REASON=not known to the exchange", "YES=1")
    assert voided.returncode == 0, voided.stdout + voided.stderr
    ended = investor.order(order_id)
    assert (ended["state"], ended["released"]) == ("VOIDED", "380.50")
    assert ended["reason"] == "not known to the exchange"
    assert investor.get("/wallet")["held"] == "0.00"
    assert investor.get("/wallet/postings")["items"][0]["kind"] == "RELEASE"
    told = quiet.run("order", f"ORDER={order_id}").stdout
    for part in ("VOIDED: not known to the exchange", "HOLD", "RELEASE", "✓ its postings"):
        assert part in told
    hear(quiet, "validations", verdict(order_id, valid=True))
    eventually(lambda: order_id in ops(quiet, "conflicts").stdout, what="a conflict")
    assert "CONFLICT" in ops(quiet, "order", order_id).stdout
    assert ops(quiet, "reconcile").returncode == 0


@pytest.mark.parametrize("valid", [True, False])
def test_an_ended_order_is_not_voided(quiet: System, investor: Person, valid: bool) -> None:
    order = investor.buy("AAPL", "1")
    hear(quiet, "validations", verdict(order["order_id"], valid=valid))
    ended = investor.ended(order["order_id"])
    ran = ops(quiet, "void", order["order_id"], "--reason", "why not", "--yes")
    assert ran.returncode == 1
    assert f"ended as {ended['state']}" in ran.stdout
    assert investor.order(order["order_id"]) == ended


def letters(system: System, until: Callable[[str], bool], queue: str = "validations") -> str:
    """The list of dead letters, once it is as it should be."""
    said = [""]

    def is_so() -> bool:
        said[0] = ops(system, "replay", queue, "--list").stdout
        return until(said[0])

    eventually(is_so, what=f"other dead letters of {queue}", within_s=60)
    return said[0]


def test_a_dead_letter_is_replayed_when_it_can_be_understood_and_dropped_when_not(
    quiet: System, investor: Person
) -> None:
    key = uuid4()
    order_id = order_id_of(investor, key)
    hear(quiet, "validations", verdict(order_id, valid=True), "rubbish")
    seen = letters(quiet, lambda said: "2 dead letters" in said)
    assert "an answer to our group about no order of ours" in seen
    assert place(investor, key) == order_id
    moved = quiet.run("replay", "QUEUE=validations", "YES=1")
    assert moved.returncode == 0, moved.stdout + moved.stderr
    assert "✓ 2 went back to validations" in moved.stdout
    assert investor.ended(order_id)["state"] == "ACCEPTED"
    left = letters(quiet, lambda said: "1 dead letters" in said)
    letter = left.splitlines()[1].split()[0]
    kept = ops(quiet, "replay", "validations", "--drop", letter, answer="\n")
    assert (kept.returncode, "rubbish" in kept.stdout) == (1, True)
    dropped = quiet.run("replay", "QUEUE=validations", f"DROP={letter}", "YES=1")
    assert dropped.returncode == 0, dropped.stdout + dropped.stderr
    letters(quiet, lambda said: "No dead letters" in said)
    assert ops(quiet, "reconcile").returncode == 0


def place(investor: Person, key: UUID) -> str:
    body = {"symbol": "AAPL", "quantity": "0.5"}
    answer = investor.call("POST", "/orders", body, key=key)
    assert answer.status == 202, answer.text
    return str(answer.body["order_id"])


def test_a_stage_is_found_by_its_stacks_and_the_operators_own_credentials(
    quiet: System, investor: Person
) -> None:
    """As on AWS, where no file says what is where: the local cloud's CloudFormation is asked."""
    operator = {
        "AWS_ENDPOINT_URL": quiet.outputs["aws_endpoint_url"],
        "AWS_REGION": quiet.outputs["region"],
        "AWS_DEFAULT_REGION": quiet.outputs["region"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }

    def on_stage(stage: str, *arguments: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-m", "ops", "--stage", stage, *arguments],
            cwd=ROOT,
            env=os.environ | operator,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    order_id = investor.buy("AAPL", "1")["order_id"]
    assert order_id in on_stage("local", "overdue", "--after", "0").stdout
    assert order_id in on_stage("local", "order", order_id).stdout
    missing = on_stage("prod", "reconcile")
    assert missing.returncode == 2
    assert "no stack fintech-prod-data" in missing.stdout


def test_reconcile_raises_no_false_alarm_while_people_trade(
    system: System, person: Person, state: Path
) -> None:
    """With bridge and exchange, whose ledger agrees to every accepted order."""
    ledger = state / "exchange-ledger.jsonl"
    person.ended(person.buy("AAPL", "0.01")["order_id"])  # whose answer begins the ledger
    for number in range(5):
        orders = [person.buy("AAPL", "0.01") for _ in range(4)]
        ran = ops(system, "reconcile", "--exchange-ledger", str(ledger))
        assert ran.returncode == 0, f"{number}: {ran.stdout}"
        for order in orders[-1:]:
            person.ended(order["order_id"])
    known = {json.loads(line)["request_id"] for line in ledger.read_text().splitlines()}
    assert orders[0]["order_id"] in known
