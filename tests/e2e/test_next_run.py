"""The next `make up` finishes what the previous one left open."""

import shutil
from pathlib import Path

import pytest

from lambdas.names import Setting
from local.fault_injection import FaultInjector
from tests.e2e.quiet import rich, set_price
from tests.e2e.system import ROOT, eventually, running

PORTS = {"cloud_port": 4776, "mqtt_port": 1976}  # test_kill's: the two never run at once
ALONE = ("BRIDGE=none", "EXCHANGE=none")
LIVELY = ("EXCHANGE_OPTIONS=--interval 3 --delay 0.1 --groups 0",)
pytestmark = pytest.mark.timeout(300)  # two starts, and up to a minute until the sweep


@pytest.fixture
def state() -> Path:
    state = ROOT / ".local-e2e" / "next-run"
    shutil.rmtree(state, ignore_errors=True)
    return state


def test_an_order_that_was_never_published_is_published_in_the_next_run(state: Path) -> None:
    """As when the cloud is killed between storing an order and relaying it: the index knows it."""
    with running(state=state, options=ALONE, **PORTS) as system:
        FaultInjector(system.outputs["aws_endpoint_url"], {Setting.FIRST_RETRY_AFTER_S: "1"}).off()
        person = rich(system, "1000.00")
        set_price(system, person, "AAPL", "170.5")
        order_id = person.buy("AAPL", "0.5")["order_id"]
        eventually(lambda: system.messages("outbound"), what="a relayed order")
        system.client("sqs").purge_queue(QueueUrl=system.outputs["queues"]["outbound"])
        assert system.messages("outbound") == 0
    with running(state=state, options=LIVELY, **PORTS) as system:
        person.system = system
        person.sign_in()
        assert person.ended(order_id, within_s=150)["state"] == "ACCEPTED"
        assert person.get("/wallet")["held"] == "0.00"
