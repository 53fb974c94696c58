"""The deliberate bugs still fit the source, and the hunt for one works from end to end.

`make plant-bugs` hunts for all of them, which takes some minutes.
"""

from pathlib import Path

import pytest

from tests.simulation.plant import BUGS, hunted, planted
from tests.simulation.planted import Bug
from tests.simulation.script import Mode


def test_there_are_enough_of_them_each_with_a_name_of_its_own() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) >= 15


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_can_be_planted(bug: Bug, tmp_path: Path) -> None:
    planted(bug, tmp_path)
    for edit in bug.edits:
        compile((tmp_path / edit.file).read_text(), edit.file, "exec")


def test_a_planted_bug_is_found_and_the_sound_tree_is_not_blamed() -> None:
    bug = next(bug for bug in BUGS if "money is available" in bug.name)
    assert hunted(bug, Mode.FAST, 100).answer is not None
    sound = Bug(name="none", edits=())
    assert hunted(sound, Mode.FAST, 20).answer is None
