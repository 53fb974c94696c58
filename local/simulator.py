"""The exchange simulator as a child of `make up`. One company is always refused, so that anybody
can see what a rejected purchase looks like, and the demo can count on it.
"""

from typing import Final

from local.options import Options
from local.processes import Program
from local.tools import PYTHON, environment

NAME: Final = "exchange"
REFUSED_SYMBOL: Final = "LTMAY"

# A board that lives: a batch every ten seconds, a trading day every half hour, a day of history to
# begin with.
_LIVELY: Final = ("--interval", "10", "--speed", "48", "--backfill", "48", "--group-interval", "15")


def program(options: Options, mqtt_url: str, topics: dict[str, str]) -> Program:
    """Our choices first, since an option that is given twice counts the last time. The URL holds
    the password, and what stands on a command line everybody on the machine may read.
    """
    ours = (
        *(f"--topic-{topic}={name}" for topic, name in topics.items()),
        *("--reject-symbols", REFUSED_SYMBOL),
        # Its memory, so that a request which it has answered gets the same answer in the next run.
        *("--ledger", str(options.state / "exchange-ledger.jsonl")),
        *_LIVELY,
    )
    argv = (PYTHON, "-m", "local.exchange", *ours, *options.exchange_options)
    return Program(name=NAME, argv=argv, env=environment(MQTT_URL=mqtt_url), grace_s=5)
