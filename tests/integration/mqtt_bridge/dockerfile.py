"""A Dockerfile as instructions, as far as ours go: comments, continued lines, JSON commands."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONTINUED = re.compile(r"\\\n\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: its word, and all that follows on one line."""

    word: str
    text: str

    @property
    def command(self) -> list[str]:
        """The JSON list in it, as of `CMD [...]`; raises ValueError where there is none."""
        found: list[str] = json.loads(self.text[self.text.index("[") :])
        return found


def parse(path: Path) -> list[list[Instruction]]:
    """The instructions of each stage, each beginning with its FROM."""
    stages: list[list[Instruction]] = []
    for instruction in _instructions(path.read_text()):
        if instruction.word == "FROM":
            stages.append([])
        stages[-1].append(instruction)
    return stages


def _instructions(text: str) -> Iterator[Instruction]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in _CONTINUED.sub("", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield Instruction(word=word.upper(), text=rest.strip())
