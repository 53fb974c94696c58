"""`queues`: how many messages wait, are in work, or have been put aside."""

from ops.console import Console
from ops.ports import Tools


def queues(tools: Tools, console: Console) -> int:
    """Two calls for each queue. Status 0, however many there are."""
    rows = [
        (it.queue, _shown(it.waiting), _shown(it.in_work), _shown(it.dead)) for it in tools.depths()
    ]
    console.table(("queue", "waiting", "in work", "dead letters"), rows)
    return 0


def _shown(count: int | None) -> str:
    return "—" if count is None else str(count)
