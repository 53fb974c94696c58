"""Systems that the tests of a session share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.exchange.market import RANDOM_WALKS as WALKING
from local.exchange.market import REPLAYED
from tests.e2e.system import ROOT, Person, System, a_person, running

# Prices at once and often; one company that the exchange always refuses.
LIVELY = "EXCHANGE_OPTIONS=--interval 3 --delay 0.1 --groups 0"
BOARD = [company.symbol for company in (*REPLAYED, *(walk.company for walk in WALKING))]


@pytest.fixture(scope="session")
def state() -> Path:
    return ROOT / ".local-e2e" / "state"


@pytest.fixture(scope="session")
def system(state: Path) -> Iterator[System]:
    shutil.rmtree(state, ignore_errors=True)  # the dead letters of another session are not ours
    with running(cloud_port=4766, mqtt_port=1966, state=state, options=(LIVELY,)) as system:
        yield system


@pytest.fixture(scope="session")
def quiet() -> Iterator[System]:
    """Without bridge and exchange: what happens in it, a test has done."""
    options = ("BRIDGE=none", "EXCHANGE=none")
    state = ROOT / ".local-e2e" / "quiet"
    shutil.rmtree(state, ignore_errors=True)
    with running(cloud_port=4786, mqtt_port=1986, state=state, options=options) as system:
        yield system


@pytest.fixture
def person(system: System) -> Person:
    """Somebody with 1,000 dollars, on an exchange whose board is there and can be traded on."""
    person = a_person(system)
    person.deposit("1000.00")
    person.wait_for_prices(*BOARD)
    return person
