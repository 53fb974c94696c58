"""A violation as text, for somebody who has never seen the system."""

from collections.abc import Callable

from tests.linearizability.history import NEVER, Operation
from tests.linearizability.search import Verdict

_LINES = 12


def story(
    verdict: Verdict,
    describe: Callable[[Operation], str],
    describe_state: Callable[[object], str],
) -> str:
    """What was explained, what cannot be, and what the state would have been."""
    assert verdict.stuck is not None, "only a violation has a story"
    shown = list(zip(verdict.order, verdict.states[1:], strict=True))[-_LINES:]
    left_out = len(verdict.order) - len(shown)
    lines = ["No order in time explains these answers. The best attempt:", ""]
    lines += [f"  … {left_out} earlier operations, all explained"] if left_out else []
    for operation, state in shown:
        lines.append(f"  ✓ {times(operation)}  {describe(operation)}")
        lines.append(f"      then: {describe_state(state)}")
    lines += [
        f"  ✗ {times(verdict.stuck)}  {describe(verdict.stuck)}",
        "      This answer fits neither here nor at any other moment between its two times.",
    ]
    return "\n".join(lines)


def times(operation: Operation) -> str:
    """From the request to the response."""
    end = "no answer" if operation.ret == NEVER else f"{operation.ret:.3f}"
    return f"[{operation.call:.3f} – {end}]"
