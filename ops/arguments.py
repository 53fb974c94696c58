"""The words of the command line."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ops.whereabouts import DEAD_LETTERS

_ABOUT: Final = (
    "What operators look at, check and repair. Status 0: done, or all is well; 1: not so, or not "
    "done; 2: it could not run."
)
_STATE: Final = Path(".local")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Leaves with status 2 for what is no command."""
    parser = argparse.ArgumentParser(prog="python -m ops", description=_ABOUT)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--stage", metavar="NAME", help="a stage on AWS: dev, prod")
    where.add_argument(
        "--state",
        type=Path,
        default=_STATE,
        metavar="FOLDER",
        help="a `make up` of this machine (default: .local)",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_watching(commands)
    _add_looking(commands)
    _add_repairing(commands)
    return parser.parse_args(arguments)


def _add_looking(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    reconcile = commands.add_parser("reconcile", help="check the laws of money; writes nothing")
    reconcile.add_argument(
        "--exchange-ledger",
        type=Path,
        metavar="FILE",
        help="compare with what the exchange holds as accepted: one JSON line per verdict",
    )
    reconcile.add_argument(
        "--workers", type=_count, default=4, metavar="N", help="accounts read at once (4)"
    )
    overdue = commands.add_parser("overdue", help="orders without an answer for too long")
    overdue.add_argument(
        "--after", type=_not_negative, metavar="SECONDS", help="instead of the stage's own setting"
    )
    commands.add_parser("conflicts", help="orders whose end the exchange has contradicted")
    story = commands.add_parser("story", help="one order from beginning to end")
    story.add_argument("order_id", metavar="ORDER")
    story.add_argument("--logs", action="store_true", help="also its way, from every part's log")


def _add_watching(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    commands.add_parser("alarms", help="what calls, and what to do about it")
    commands.add_parser(
        "queues", help="how many messages wait, and how many dead letters lie there"
    )
    commands.add_parser("bridge", help="whether the bridge lives and is connected")
    complaints = commands.add_parser("complaints", help="warnings and errors of every part's log")
    complaints.add_argument(
        "--minutes", type=_not_negative, default=60, metavar="N", help="back (60)"
    )
    complaints.add_argument("--part", metavar="PART", help="a function, bridge (default: all)")


def _add_repairing(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    void = commands.add_parser("void", help="end an open order by hand; its money goes back")
    void.add_argument("order_id", metavar="ORDER")
    void.add_argument("--reason", required=True, help="the owner of the order will read it")
    void.add_argument("--yes", action="store_true", help="do not ask")
    commands.add_parser("remind", help="have the sweep look at every open order, as is due anyway")
    replay = commands.add_parser("replay", help="look at dead letters, and send them back")
    replay.add_argument(
        "queue", choices=DEAD_LETTERS, metavar="QUEUE", help=", ".join(DEAD_LETTERS)
    )
    replay.add_argument("--list", action="store_true", help="only look")
    replay.add_argument("--drop", metavar="ID", help="forget this one letter instead")
    replay.add_argument("--yes", action="store_true", help="do not ask")
    candles = commands.add_parser("candles", help="make candles anew from the history of prices")
    candles.add_argument("symbol", nargs="?", metavar="SYMBOL", help="(default: all companies)")


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("between 1 and 64")
    return number


def _not_negative(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("0 or more")
    return number
