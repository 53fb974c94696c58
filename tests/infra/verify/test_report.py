"""The report: a line a check, what to do under each finding, a verdict, and the status."""

import pytest

from cdk.verify import __main__ as command
from cdk.verify.checked import Checked, Finding, report

GOOD = Checked(name="limits", looked_at="4 templates", notes=("data: 10 bytes",))
BAD = Checked(
    name="policies",
    looked_at="3 statements",
    findings=(Finding(where="data/Role", what="allows all", todo="name it"),),
)


def test_a_good_check_is_one_line_with_its_count_and_its_notes() -> None:
    assert list(report([GOOD])) == [
        "✓ limits       4 templates: 0 findings",
        "    · data: 10 bytes",
        "✓ nothing to mend",
    ]


def test_a_finding_says_where_what_and_what_to_do() -> None:
    assert list(report([GOOD, BAD]))[2:] == [
        "✗ policies     3 statements: 1 findings",
        "    data/Role",
        "      allows all",
        "      → name it",
        "✗ 1 to mend",
    ]


@pytest.mark.parametrize(("checked", "status"), [(GOOD, 0), (BAD, 1)])
def test_the_status_says_whether_there_is_anything_to_mend(
    checked: Checked, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command.answer([GOOD, checked]) == status
