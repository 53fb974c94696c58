"""What the local cloud keeps between runs, put right where it keeps half of something.

MiniStack 1.5.33 saves how far each function has read a table's stream, but not the stream: after a
restart the stream begins at zero again, and its reader would skip as many records as it had read.
"""

import json
from pathlib import Path
from typing import Final

from local.errors import CannotRun
from local.files import write_private

_POSITIONS: Final = "dynamodb_stream_positions"


def forget_stream_positions(folder: Path) -> None:
    """Let readers of streams begin at the beginning, which is where the streams begin.

    A record that was written and not yet read when the last run ended is lost. It stands for an
    order that has not been sent, and that nobody is reminded of: `make remind` does so.
    """
    path = folder / "lambda.json"
    if not path.exists():
        return
    saved = json.loads(path.read_text())
    if saved.get("payload", {}).get(_POSITIONS):
        saved["payload"][_POSITIONS] = {}
        write_private(path, json.dumps(saved))


def claim_port(folder: Path, port: int) -> None:
    """Refuse another port than the one that this state was made with.

    The emulator keeps a queue under its URL, port included; under another port its functions no
    longer find the queues that they read.
    """
    path = folder / "port"
    if not path.exists():
        write_private(path, str(port))
    before = int(path.read_text())
    if before != port:
        raise CannotRun(
            f"The data in {folder.parent} was made with CLOUD_PORT={before}, and cannot move. "
            f"Use that port, or another folder (make up STATE=…), or forget it (make clean)."
        )
