"""What the run tells whoever watches it."""

import sys
import time
from typing import Final

START: Final = time.monotonic()


def say(text: str) -> None:
    """One line, with the seconds since the start."""
    sys.stdout.write(f"{time.monotonic() - START:6.1f} s  {text}\n")
    sys.stdout.flush()
