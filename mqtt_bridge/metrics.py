"""Metrics inside of log lines, in CloudWatch's embedded metric format: it takes no call and no
right. Whoever watches must take a missing line for a missing bridge.
"""

from datetime import datetime
from typing import Final

SERVICE: Final = "bridge"


def embedded(namespace: str, at: datetime, **metrics: float) -> dict[str, object]:
    """The fields that make CloudWatch read these metrics out of a line."""
    directive = {
        "Namespace": namespace,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": name} for name in metrics],
    }
    about = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return {"service": SERVICE, **metrics, "_aws": about}
