"""One JSON line per event on standard output: its name and its fields.

Never a payload, never a secret.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

LOG: Final = logging.getLogger("mqtt_bridge")


class JsonLines(logging.Formatter):
    """The message is the event's name; `extra={"fields": {...}}` is what else there is to say."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "event": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0]:
            # Type and place only: the text of an exception may quote what was being handled.
            line["error"] = record.exc_info[0].__name__
            line["where"] = [
                f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
                for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, default=str, separators=(",", ":"))  # a line costs by the byte


def log(level: int, event: str, **fields: object) -> None:
    """Write one structured line."""
    LOG.log(level, event, extra={"fields": fields})


def log_ids(event: str, ids: Iterable[str | None], **fields: object) -> None:
    """One line for a batch, with the ids of those messages that carry one; none for none."""
    found = [it for it in ids if it is not None]
    if found:
        log(logging.INFO, event, **fields, correlation_ids=found)


def configure() -> None:
    """Send the bridge's lines, and warnings of the libraries, to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    LOG.setLevel(logging.INFO)
