"""The command line of the exchange: every option, checked, as one value."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.exchange.arguments import (
    Broker,
    broker_url,
    count_to,
    positive,
    seconds,
    share,
    symbols,
)
from local.exchange.malformed import Kind
from local.exchange.misbehaviour import Rates

MOST_BACKFILL: Final = 1440
MOST_GROUPS: Final = 100

DESCRIPTION: Final = """\
A stock exchange that speaks MQTT: publishes prices, takes the purchase requests of every group,
answers each one, and misbehaves when asked to.
"""

EPILOG: Final = """\
A misbehaviour is given as the share of messages that it strikes, from 0 (never) to 1 (always).
It is drawn per message: the same seed does the same to the same request, whatever the timing.

examples:
  a lively exchange        --interval 5 --speed 200 --backfill 288 --group-interval 10
  an unreliable one        --repeat .2 --drop .1 --delay-share .1 --reorder .3 --malformed .2
  LTMAY is always refused  --reject-symbols LTMAY
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All options of one run. Times in seconds."""

    broker: Broker
    client_id: str
    topics: dict[Kind, str]
    interval_s: float
    speed: float
    seed: int
    run: str | None
    backfill: int
    delay_s: float
    reject_share: float
    reject_symbols: frozenset[str]
    groups: int
    group_interval_s: float
    our_group: int
    ledger: Path | None
    rates: Rates


def read_options(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Options:
    """Parse and check; ends the process with a sentence when something is wrong with them."""
    given = _parser(environment).parse_args(arguments)
    return Options(
        broker=given.mqtt_url,
        client_id=given.client_id,
        topics=_topics(given),
        interval_s=given.interval,
        speed=given.speed,
        seed=given.seed,
        run=given.run,
        backfill=given.backfill,
        delay_s=given.delay,
        reject_share=given.reject_share,
        reject_symbols=given.reject_symbols,
        groups=given.groups,
        group_interval_s=given.group_interval,
        our_group=given.our_group,
        ledger=given.ledger,
        rates=_rates(given),
    )


def _topics(given: argparse.Namespace) -> dict[Kind, str]:
    return {
        Kind.INFO: given.topic_info,
        Kind.REQUEST: given.topic_request,
        Kind.VALIDATION: given.topic_validation,
    }


def _rates(given: argparse.Namespace) -> Rates:
    return Rates(
        repeat=given.repeat,
        drop=given.drop,
        delay=given.delay_share,
        delay_max_s=given.delay_max,
        reorder=given.reorder,
        contradict=given.contradict,
        malformed=given.malformed,
    )


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.exchange",
        usage="%(prog)s --mqtt-url mqtt://user:pass@host:port [options]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_broker(parser.add_argument_group("broker"), environment.get("MQTT_URL"))
    _add_prices(parser.add_argument_group("prices"))
    _add_answers(parser.add_argument_group("answers"))
    _add_groups(parser.add_argument_group("other groups"))
    _add_misbehaviour(parser.add_argument_group("misbehaviour"))
    return parser


def _add_broker(group: "argparse._ArgumentGroup", url: str | None) -> None:
    add = group.add_argument
    add("--mqtt-url", type=broker_url, default=url, required=url is None, metavar="URL",
        help="mqtt[s]://user:pass@host:port (the environment's MQTT_URL)")  # fmt: skip
    add("--client-id", default="exchange", metavar="ID",
        help="MQTT client id; the broker keeps its session (exchange)")  # fmt: skip
    for kind in Kind:
        add(f"--topic-{kind}", default=f"stocks/{kind}", metavar="TOPIC", help=f"(stocks/{kind})")


def _add_prices(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--interval", type=positive, default=300.0, metavar="S",
        help="seconds between batches (300)")  # fmt: skip
    add("--speed", type=positive, default=1.0, metavar="DAYS",
        help="trading days replayed in one real day (1)")  # fmt: skip
    add("--seed", type=int, default=1, metavar="N", help="of every random draw (1)")
    add("--backfill", type=count_to(MOST_BACKFILL), default=0, metavar="N",
        help="past batches to begin with, spread evenly over the last 24 hours (0, at most "
        f"{MOST_BACKFILL})")  # fmt: skip


def _add_answers(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--delay", type=seconds, default=0.3, metavar="S",
        help="seconds before an answer, give or take half (0.3)")  # fmt: skip
    add("--reject-share", type=share, default=0.0, metavar="RATE",
        help="share of good requests that is refused (0)")  # fmt: skip
    add("--reject-symbols", type=symbols, default=frozenset(), metavar="A,B",
        help="companies of which every purchase is refused")  # fmt: skip
    add("--ledger", type=Path, metavar="FILE",
        help="keeps every verdict, one JSON line each, and is read at start: a restarted exchange "
        "then repeats its old answers")  # fmt: skip


def _add_groups(group: "argparse._ArgumentGroup") -> None:
    add = group.add_argument
    add("--groups", type=count_to(MOST_GROUPS), default=4, metavar="N",
        help="how many other groups buy (4)")  # fmt: skip
    add("--group-interval", type=positive, default=60.0, metavar="S",
        help="mean seconds between their purchases, all groups together (60)")  # fmt: skip
    add("--our-group", type=int, default=3, metavar="N",
        help="the number that the others leave free (3)")  # fmt: skip
    add("--run", metavar="NAME",
        help="goes into their request ids: same name, same ids (time of start)")  # fmt: skip


def _add_misbehaviour(group: "argparse._ArgumentGroup") -> None:
    def add(option: str, text: str) -> None:
        group.add_argument(option, type=share, default=0.0, metavar="RATE", help=text)

    add("--repeat", "sent twice")
    add("--drop", "never sent; a request that is asked again has a new chance")
    add("--delay-share", "late, by up to --delay-max")
    group.add_argument("--delay-max", type=seconds, default=30.0, metavar="S", help="seconds (30)")
    add("--reorder", "lets the next one on its topic pass")
    add("--contradict", "answered again with the opposite, some seconds after the answer")
    add("--malformed", "accompanied by a broken message on its topic")
