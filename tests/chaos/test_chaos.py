"""A small chaos run as part of `make test`; `make chaos` is the full one."""

import os
import shutil

import pytest

from tests.chaos.plan import Kind, Link, Plan
from tests.chaos.run import Place, chaos
from tests.e2e.system import ROOT

PLACE = Place(
    cloud_port=4858,
    mqtt_port=2058,
    line_ports={Link.CLOUD: 4859, Link.BROKER: 2059},
    state=ROOT / ".local-chaos" / "test",
)
SMALL = Plan(
    seed=3,
    orders=100,
    accounts=5,
    kills=3,
    cuts=3,
    broker_kills=1,
    first_retry_after_s=5,
    max_retry_interval_s=10,
)

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin") is None,
        reason="needs mosquitto: the broker that pip brings forgets its sessions (CI installs it)",
    ),
]


def test_a_plan_is_the_same_for_the_same_seed_and_holds_all_that_was_asked_for() -> None:
    steps = list(Plan(seed=7).steps())
    assert steps == list(Plan(seed=7).steps())
    assert steps != list(Plan(seed=8).steps())
    intents = [intent for step in steps for intent in step.intents]
    assert len({intent.key for intent in intents}) == len(intents) == 1000
    kinds = [step.fault.kind for step in steps if step.fault]
    assert [kinds.count(kind) for kind in Kind] == [20, 20, 3, 1]


def test_nothing_is_lost_and_nothing_doubled_while_everything_goes_wrong() -> None:
    outcome = chaos(SMALL, PLACE)
    assert outcome.complaints == [], str(outcome)
