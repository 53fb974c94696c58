"""What the local cloud keeps between runs, put right where it keeps half of something.

MiniStack 1.5.33 saves how far each function has read a table's stream, but not the stream: after a
restart the stream begins at zero again, and its reader would skip as many records as it had read.
"""

import json
from pathlib import Path
from typing import Final

from local.files import write_private

_POSITIONS: Final = "dynamodb_stream_positions"


def forget_stream_positions(folder: Path) -> None:
    """Let readers of streams begin at the beginning, which is where the streams begin.

    A record that was written and not yet read when the last run ended is lost. It stands for an
    order that has not been sent; the sweep asks for it, as it does after any such loss.
    """
    path = folder / "lambda.json"
    if not path.exists():
        return
    saved = json.loads(path.read_text())
    if saved.get("payload", {}).get(_POSITIONS):
        saved["payload"][_POSITIONS] = {}
        write_private(path, json.dumps(saved))
