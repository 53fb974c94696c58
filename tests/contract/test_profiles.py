"""What the port `Profiles` promises."""

from dataclasses import replace

import pytest

from lambdas.domain.errors import StaleDecision
from lambdas.domain.profile import MAX_FAVOURITES, Language, Profile, Theme
from lambdas.names import Table
from tests.builders import ALICE, BRUNO
from tests.contract.conftest import Ports, add_unknown_attribute, has_unknown_attribute

CHOSEN = Profile(
    account_id=ALICE,
    favourites=tuple(f"S{number}" for number in range(MAX_FAVOURITES)),
    language=Language.ENGLISH,
    theme=Theme.DARK,
    mails_on_orders=True,
)


def test_an_account_that_has_chosen_nothing_has_empty_settings(ports: Ports) -> None:
    assert ports.profiles.get(ALICE) == Profile(account_id=ALICE)


def test_every_setting_survives_and_belongs_to_one_account(ports: Ports) -> None:
    assert ports.profiles.put(CHOSEN) == replace(CHOSEN, version=1)
    assert ports.profiles.get(ALICE) == replace(CHOSEN, version=1)
    assert ports.profiles.get(BRUNO) == Profile(account_id=BRUNO)


def test_settings_can_be_taken_back(ports: Ports) -> None:
    stored = ports.profiles.put(CHOSEN)
    ports.profiles.put(Profile(account_id=ALICE, version=stored.version))
    assert ports.profiles.get(ALICE) == Profile(account_id=ALICE, version=2)


def test_settings_that_have_changed_since_they_were_read_are_not_overwritten(ports: Ports) -> None:
    ports.profiles.put(CHOSEN)
    for stale in (CHOSEN, replace(CHOSEN, version=2)):
        with pytest.raises(StaleDecision):
            ports.profiles.put(replace(stale, theme=Theme.LIGHT))
    assert ports.profiles.get(ALICE).theme is Theme.DARK


def test_attributes_of_a_newer_version_stay(ports: Ports) -> None:
    stored = ports.profiles.put(CHOSEN)
    add_unknown_attribute(ports, Table.PROFILES, {"account_id": ALICE})
    ports.profiles.put(replace(stored, theme=None))
    assert has_unknown_attribute(ports, Table.PROFILES, {"account_id": ALICE})
