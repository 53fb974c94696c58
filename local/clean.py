"""`make clean`: forget a laptop run. Deletes only what runs have made in the state folder, never a
folder that merely was named by mistake.
"""

import shutil
from typing import Final

from local.errors import CannotRun
from local.lock import is_held
from local.options import Options

_FOLDERS: Final = ("cloud", "s3", "tmp", "broker", "logs", "cdk.out", "cdk-home")
_FILES: Final = (
    "outputs.json",
    "cdk-outputs.json",
    "mqtt-credentials.json",
    "exchange-ledger.jsonl",
    "bridge.alive",
    "up.lock",
)


def clean(options: Options) -> int:
    """Remove the state; refuses while a run lives on it."""
    if is_held(options.lock):
        raise CannotRun("`make up` is running: stop it first, then clean.")
    for name in _FOLDERS:
        if (options.state / name).is_dir():
            shutil.rmtree(options.state / name)
    for name in _FILES:
        (options.state / name).unlink(missing_ok=True)
    print(f"Forgotten: users, orders and everything else of {options.state}.")
    return 0
