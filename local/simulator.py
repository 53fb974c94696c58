"""The simulated exchange (`local.exchange`) as a child of `make up`."""

from typing import Final

from local.options import Options
from local.processes import Program
from local.tools import PYTHON, environment

NAME: Final = "exchange"
REJECTED_SYMBOL: Final = "LTMAY"
"""A company whose purchases are always rejected, to see what a rejection looks like."""

# Visible activity: a batch every ten seconds, a trading day every half hour, one day of history.
_PACE: Final = ("--interval", "10", "--speed", "48", "--backfill", "48", "--group-interval", "15")


def program(options: Options, mqtt_url: str, topics: dict[str, str]) -> Program:
    """The exchange with our options first: of an option given twice, the last one counts.

    The URL contains the password, so it is passed in the environment: every user of the machine can
    read command lines.
    """
    defaults = (
        *(f"--topic-{topic}={name}" for topic, name in topics.items()),
        *("--reject-symbols", REJECTED_SYMBOL),
        # So that a request answered in an earlier run gets the same answer.
        *("--ledger", str(options.state / "exchange-ledger.jsonl")),
        *_PACE,
    )
    argv = (PYTHON, "-m", "local.exchange", *defaults, *options.exchange_options)
    return Program(name=NAME, argv=argv, env=environment(MQTT_URL=mqtt_url), grace_s=5)
