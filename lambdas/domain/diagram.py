"""Writes docs/order-states.md from the transition table: `python -m lambdas.domain.diagram`.

Generated, so that the page cannot differ from the code.
"""

from lambdas.domain.orders import TRANSITIONS, Effect, Event, State

_MEANINGS = {
    State.PENDING: "stored, and its cost is held; the broker may not have it yet",
    State.SENT: "our request has come back, so the broker has it",
    State.ACCEPTED: "the exchange accepted: the money is spent, and the account has the shares",
    State.REJECTED: "the exchange rejected: the money is available again",
    State.VOIDED: "an operator ended it: the money is available again",
}

_CAUSES = {
    Event.ECHOED: "our own request comes back on the request topic",
    Event.ACCEPT: "the exchange answers valid: true",
    Event.REJECT: "the exchange answers valid: false",
    Event.VOID: "an operator ends it, with a reason",
}


def page() -> str:
    """The page, in Markdown with a Mermaid diagram."""
    return "\n".join(
        [
            "# Order states",
            "",
            "Generated from `lambdas/domain/orders.py` by `make docs`; do not edit.",
            "",
            *_diagram(),
            "",
            "| state | means |",
            "|---|---|",
            *(f"| {state} | {meaning} |" for state, meaning in _MEANINGS.items()),
            "",
            "What each event does in each state. A conflict is an answer that contradicts the",
            "order's end: it is recorded once, for an operator, and changes nothing else.",
            "",
            f"| | {' | '.join(_CAUSES.values())} |",
            f"|---|{'---|' * len(_CAUSES)}",
            *(_row(state) for state in State),
            "",
            "Time alone never ends an order: it is published again under the same id, and once it",
            "is overdue, an alarm calls an operator.",
            "",
        ]
    )


def _diagram() -> list[str]:
    moves = [
        f"    {state} --> {after}: {_CAUSES[event]}"
        for (state, event), (effect, after) in TRANSITIONS.items()
        if effect is Effect.MOVE
    ]
    ends = [
        f"    {state} --> [*]"
        for state in State
        if all(TRANSITIONS[state, event][0] is not Effect.MOVE for event in Event)
    ]
    start = f"    [*] --> {State.PENDING}: placed"
    return ["```mermaid", "stateDiagram-v2", start, *moves, *ends, "```"]


def _row(state: State) -> str:
    cells = []
    for event in _CAUSES:
        effect, after = TRANSITIONS[state, event]
        cells.append(f"→ **{after}**" if effect is Effect.MOVE else effect.value.lower())
    return f"| {state} | {' | '.join(cells)} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
