"""`python -m ops [--stage NAME | --state FOLDER] COMMAND`: see docs/operations.md.

Status 0: done, or all is well. 1: not so, or not done. 2: the command could not run.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.domain.errors import DomainError
from ops import connect
from ops.arguments import parse
from ops.commands.alarms import alarms
from ops.commands.bridge import bridge
from ops.commands.candles import candles
from ops.commands.complaints import complaints
from ops.commands.conflicts import conflicts
from ops.commands.overdue import overdue
from ops.commands.queues import queues
from ops.commands.reconcile import reconcile
from ops.commands.remind import remind
from ops.commands.replay import replay
from ops.commands.story import story
from ops.commands.void import void
from ops.console import Console
from ops.errors import CannotRun, Unreadable
from ops.ports import Tools


def main(arguments: Sequence[str], console: Console) -> int:
    """Find the system, carry out the command."""
    given = parse(arguments)
    return attempt(lambda: run(given, _tools(given), console), console)


def attempt(work: Callable[[], int], console: Console) -> int:
    """Status 2, and a sentence, for what kept the command from its work."""
    try:
        return work()
    except (CannotRun, DomainError) as error:
        console.say(f"✗ {error}")
    except Unreadable as error:
        console.say(f"✗ An item of a table has not the form that our code writes: {error}")
    except (BotoCoreError, ClientError) as error:
        console.say(f"✗ AWS did not do what was asked: {error}")
    return 2


def _tools(given: argparse.Namespace) -> Tools:
    if given.stage is not None:
        return connect.to_stage(given.stage)
    return connect.to_laptop(given.state)


def run(given: argparse.Namespace, tools: Tools, console: Console) -> int:
    """One command on one system."""
    match given.command:
        case "reconcile":
            return reconcile(
                tools,
                console,
                exchange_ledger=given.exchange_ledger,
                workers=given.workers,
            )
        case "overdue":
            after = None if given.after is None else timedelta(seconds=given.after)
            return overdue(tools, console, after=after)
        case "conflicts":
            return conflicts(tools, console)
        case "alarms" | "queues" | "bridge" | "complaints":
            return _watch(given, tools, console)
        case "story":
            return story(tools, console, order_id=given.order_id, with_logs=given.logs)
        case _:
            return _repair(given, tools, console)


def _repair(given: argparse.Namespace, tools: Tools, console: Console) -> int:
    """What changes something."""
    match given.command:
        case "remind":
            return remind(tools, console)
        case "void":
            return void(
                tools,
                console,
                order_id=given.order_id,
                reason=given.reason,
                is_sure=given.yes,
            )
        case "candles":
            return candles(tools, console, symbol=given.symbol)
        case _:
            return replay(
                tools,
                console,
                queue=given.queue,
                drop=given.drop,
                only_list=given.list,
                is_sure=given.yes,
            )


def _watch(given: argparse.Namespace, tools: Tools, console: Console) -> int:
    """What an operator looks at before anything else."""
    match given.command:
        case "alarms":
            return alarms(tools, console)
        case "queues":
            return queues(tools, console)
        case "bridge":
            return bridge(tools, console)
        case _:
            within = timedelta(minutes=given.minutes)
            return complaints(tools, console, within=within, part=given.part)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:], Console(out=sys.stdout, answers=sys.stdin)))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # as with `… conflicts | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
