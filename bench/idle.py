"""What the stage dev costs in a month in which nobody comes: the bill of `make verify-aws`."""

import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from cdk.build import build_for
from cdk.stage import Stage
from cdk.system import SITE
from cdk.verify.idle_cost import bill
from cdk.verify.subject import synthesize

NOBODYS_BROKER: Final = "mqtts://broker.example:8883"


def measure() -> dict[str, Any]:
    """Sends nothing anywhere; the templates are all that is looked at."""
    os.environ.setdefault("MQTT_URL", NOBODYS_BROKER)
    with tempfile.TemporaryDirectory() as folder:
        subject = synthesize(Stage.named("dev"), build_for("dev"), SITE, Path(folder))
        return {"lines": [asdict(line) for line in bill(subject)]}
