"""GET /me, PATCH /me: settings that follow the account onto every device."""

import json
from typing import Any

import pytest

from tests.builders import ALICE, BRUNO
from tests.unit.http.gateway import Answer, Site

NOTHING = {"favourites": [], "language": None, "theme": None, "mails": {"orders": False}}


def patch(site: Site, who: str = ALICE, **settings: Any) -> Answer:
    return site.ask("PATCH", "/me", body=json.dumps({"settings": settings}), who=who)


def test_what_is_changed_is_there_on_the_next_device_and_the_rest_stays(site: Site) -> None:
    assert site.get("/me").json["settings"] == NOTHING
    assert patch(site, theme="dark", language="es").status == 200
    answer = patch(site, favourites=["aapl", " MSFT ", "AAPL"], mails={"orders": True})
    expected = {
        "favourites": ["AAPL", "MSFT"],
        "language": "es",
        "theme": "dark",
        "mails": {"orders": True},
    }
    assert answer.json["settings"] == expected
    assert site.get("/me").json == answer.json
    assert site.get("/me", who=BRUNO).json["settings"] == NOTHING


def test_null_gives_a_choice_back_to_the_device(site: Site) -> None:
    patch(site, theme="dark", language="es")
    assert patch(site, theme=None).json["settings"] == NOTHING | {"language": "es"}


def test_a_repeated_change_is_not_written_again(site: Site) -> None:
    patch(site, theme="dark")
    patch(site, theme="dark")
    patch(site)
    assert site.store.profiles[ALICE].version == 1


@pytest.mark.parametrize(
    ("settings", "fields"),
    [
        ({"language": "fr"}, ["language"]),
        ({"language": 1, "theme": "blue"}, ["language", "theme"]),
        ({"theme": ""}, ["theme"]),
        ({"mails": None}, ["mails"]),
        ({"mails": {}}, ["mails"]),
        ({"mails": {"orders": "yes"}}, ["mails"]),
        ({"favourites": None}, ["favourites"]),
        ({"favourites": "AAPL"}, ["favourites"]),
        ({"favourites": [1]}, ["favourites"]),
        ({"favourites": ["AAPL", "A B", "<x>"]}, ["favourites[1]", "favourites[2]"]),
        ({"favourites": [f"S{n}" for n in range(101)]}, ["favourites"]),
        (
            {"favourites": {}, "language": [], "theme": 5, "mails": 1},
            ["favourites", "language", "theme", "mails"],
        ),
    ],
)
def test_every_invalid_setting_is_named_and_nothing_is_written(
    site: Site, settings: dict[str, Any], fields: list[str]
) -> None:
    answer = patch(site, **settings)
    assert (answer.status, answer.fields) == (422, [f"settings.{field}" for field in fields])
    assert site.store.profiles == {}


@pytest.mark.parametrize(
    "body", ["{}", '{"settings": null}', '{"settings": 5}', '{"settings": []}']
)
def test_a_body_without_settings_is_refused(site: Site, body: str) -> None:
    answer = site.ask("PATCH", "/me", body=body)
    assert (answer.status, answer.fields) == (422, ["settings"])
