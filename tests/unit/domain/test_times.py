"""Times as text: one format out, many formats in, None for an invalid text."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.times import FIRST_YEAR, LAST_YEAR, format_utc, parse_utc

AT = datetime(2023, 10, 29, 19, 32, 51, 123000, tzinfo=UTC)
TIMES = st.datetimes(
    min_value=datetime(FIRST_YEAR, 1, 1),  # noqa: DTZ001  hypothesis wants naive bounds
    max_value=datetime(LAST_YEAR, 12, 31, 23, 59, 59),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_a_time_is_formatted_in_utc_with_microseconds_and_z() -> None:
    assert format_utc(AT) == "2023-10-29T19:32:51.123000Z"
    assert format_utc(AT.astimezone(timezone(timedelta(hours=-3)))) == "2023-10-29T19:32:51.123000Z"


@pytest.mark.parametrize(
    "text",
    [
        "2023-10-29T19:32:51.123Z",
        "2023-10-29T19:32:51.123000Z",
        "2023-10-29T19:32:51.123",
        "2023-10-29 19:32:51.123",
        "2023-10-29t19:32:51.123z",
        " 2023-10-29T19:32:51.123Z\n",
        "2023-10-29T19:32:51,123+00:00",
        "2023-10-29T16:32:51.123-03:00",
        "2023-10-29T16:32:51.123-0300",
        "2023-10-30T01:02:51.123+05:30",
    ],
)
def test_a_time_is_parsed_in_every_notation(text: str) -> None:
    assert parse_utc(text) == AT


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2023-10-29T19:32:51Z", AT.replace(microsecond=0)),
        ("2023-10-29T19:32Z", AT.replace(second=0, microsecond=0)),
        ("2023-10-29", datetime(2023, 10, 29, tzinfo=UTC)),
        ("2023-10-29T19:32:51.123999999Z", AT.replace(microsecond=123999)),
    ],
)
def test_parts_may_be_missing_or_finer_than_microseconds(text: str, at: datetime) -> None:
    assert parse_utc(text) == at


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "1698607971", "2023", "20231029", "2023-W43-7", "29/10/2023"),
        *("2023-02-29", "2023-13-01", "2023-10-29T25:00Z", "2023-10-29T19:60Z"),
        *("2023-10-29T19:32:51+25:00", "2023-10-29T19:32:51.Z", "2023-10-29T19:32:51 UTC"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1969-12-31", "2200-01-01"),
        *("２０２３-10-29", "2023-10-29T19:32:51Z; DROP", "2023-10-29\x00", "9" * 10_000),
    ],
)
def test_an_invalid_time_is_none(text: str) -> None:
    assert parse_utc(text) is None


@given(TIMES)
def test_a_formatted_time_is_parsed_as_the_same_time(at: datetime) -> None:
    assert parse_utc(format_utc(at)) == at


@given(TIMES, TIMES)
def test_texts_sort_as_the_times_do(one: datetime, other: datetime) -> None:
    assert (format_utc(one) < format_utc(other)) == (one < other)


@given(st.text())
def test_any_text_is_a_time_in_utc_or_none(text: str) -> None:
    at = parse_utc(text)
    assert at is None or at.tzinfo is UTC
