"""Runs the search on the etcd histories of Porcupine's test data and compares the verdicts.

    git clone https://github.com/anishathalye/porcupine
    python -m tests.linearizability.etcd porcupine

The histories are not ours and not copied: Jepsen recorded them from etcd, and Porcupine's tests
(`porcupine_test.go`) hold the verdicts.
"""

import re
import sys
import time
from pathlib import Path
from typing import Any

from tests.linearizability import NEVER, Operation, check

_LINE = re.compile(r"INFO\s+jepsen\.util - (\d+)\s+:(\w+)\s+:(\w+)\s+(.*)")
_VERDICT = re.compile(r"checkJepsen\(t, (\d+), (true|false)\)")


class Register:
    """etcd's register: empty at first; read, write, compare-and-set."""

    def initial(self) -> str:
        return "nil"

    def step(self, state: str, operation: Operation) -> str | None:
        kind, argument = operation.request
        if kind == "read":
            return state if operation.response in (None, state) else None
        if kind == "write":
            return str(argument)
        old, new = argument.strip("[]").split()
        succeeds = state == old
        if operation.response is not None and (operation.response == "ok") is not succeeds:
            return None
        return new if succeeds else state


def history_of(text: str) -> list[Operation]:
    """The operations of a log of Jepsen's; a time-out leaves an operation without an answer."""
    pending: dict[str, tuple[int, str, str]] = {}
    found: list[Operation] = []

    def add(client: str, ret: float, response: Any) -> None:
        call, kind, argument = pending.pop(client)
        found.append(
            Operation(
                client=client, request=(kind, argument), response=response, call=call, ret=ret
            )
        )

    for number, line in enumerate(text.splitlines()):
        match = _LINE.match(line)
        if match is None:
            continue
        client, event, kind, argument = (part.strip() for part in match.groups())
        if event == "invoke":
            pending[client] = (number, kind, argument)
        elif event in ("ok", "fail") and ":timed-out" not in argument:
            add(client, number, argument if kind == "read" else event)
        elif kind == "read":  # a read without an answer says nothing
            del pending[client]
    for client in list(pending):
        add(client, NEVER, None)
    return found


def main(folder: Path) -> int:
    """The number of histories with another verdict."""
    text = (folder / "porcupine_test.go").read_text()
    verdicts = {int(number): truth == "true" for number, truth in _VERDICT.findall(text)}
    wrong, right, operations, began_s = [], 0, 0, time.process_time()
    for number, expected in sorted(verdicts.items()):
        path = folder / "test_data" / "jepsen" / f"etcd_{number:03}.log"
        history = history_of(path.read_text())
        operations += len(history)
        right += expected
        if check(history, Register()).is_explained is not expected:
            wrong.append(number)
    print(
        f"{len(verdicts)} histories with {operations:,} operations, {right} linearizable:"
        f" {len(verdicts) - len(wrong)} verdicts as in Porcupine's tests"
        f" ({time.process_time() - began_s:.1f} s of CPU). Others: {wrong or 'none'}"
    )
    return len(wrong)


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]))))
