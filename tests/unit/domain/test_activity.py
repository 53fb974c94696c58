"""One group has one id, however it is written."""

import pytest

from lambdas.domain.activity import normalise_group_id


@pytest.mark.parametrize("text", ["3", "03", "003", "3.0", "3.000", " 3 ", "+3", "\t3\n"])
def test_notations_of_one_number_are_one_group(text: str) -> None:
    assert normalise_group_id(text) == "3"


@pytest.mark.parametrize(
    ("text", "group_id"),
    [
        ("0", "0"),
        ("000", "0"),
        ("30", "30"),
        ("3.5", "3.5"),
        ("-3", "-3"),
        ("3a", "3a"),
        (" Team 3 ", "Team 3"),
        ("3e0", "3"),
        ("３", "３"),
        ("", ""),
    ],
)
def test_other_text_is_only_stripped(text: str, group_id: str) -> None:
    assert normalise_group_id(text) == group_id
