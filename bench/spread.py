"""Many measurements of one thing, and the machine that they were made on."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Median, smallest and largest of so many runs."""

    median: float
    least: float
    most: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """At least one value."""
        return cls(
            median=statistics.median(values),
            least=min(values),
            most=max(values),
            runs=len(values),
        )

    def as_json(self) -> dict[str, Any]:
        """Rounded to what can be meant."""
        return {
            name: value if isinstance(value, int) else float(f"{value:.4g}")
            for name, value in asdict(self).items()
        }


def in_ms(seconds: Sequence[float]) -> dict[str, Any]:
    """The spread of some durations, in milliseconds."""
    return Spread.of([value * 1000 for value in seconds]).as_json()


def machine() -> dict[str, Any]:
    """What it is, and how busy it was when asked."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
