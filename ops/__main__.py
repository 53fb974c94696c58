"""Command line of `python -m ops [--stage NAME | --state FOLDER] COMMAND`: see docs/operations.md.

Status 0: done, or all is well. 1: not so, or not done. 2: the command could not run.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from lambdas.domain.errors import DomainError, Transient
from ops import connect
from ops.commands import orders, reconcile, repair, restore, watch
from ops.commands import smoke as smoke_
from ops.console import say
from ops.endpoints import DEAD_LETTERS
from ops.ports import CannotRun, Tools, Unreadable

app: Final = typer.Typer(
    name="python -m ops",
    help="Inspect, audit and repair a running system: a `make up` of this machine, or a stage on"
    " AWS with your own credentials.\n\nExit status 0: done, or all is well. 1: not so, or not"
    " done. 2: the command could not run.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
LOOK: Final = "Look first (these only read)"
ORDERS: Final = "Money and orders (these only read)"
REPAIR: Final = "Repair (these ask before they change anything)"

OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="Id of the order.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.callback()
def choose_system(
    context: typer.Context,
    stage: Annotated[
        str | None, typer.Option(metavar="NAME", help="A stage on AWS, for example dev or prod.")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="State of a `make up` of this machine.", show_default=".local"
        ),
    ] = None,
) -> None:
    """Remembers how to reach the system; nothing is called before the command runs."""
    if stage is not None and state is not None:
        raise typer.BadParameter("Give either --stage or --state.", param_hint="--stage")
    if context.obj is not None:  # a caller brings its own system, as the tests do
        return
    if stage is not None:
        context.obj = lambda: connect.to_stage(stage)
    else:
        context.obj = lambda: connect.to_laptop(state or Path(".local"))


def run(context: typer.Context, command: Callable[[Tools], int]) -> None:
    """Runs a command and exits with its status; status 2 and an explanation if it cannot run."""
    try:
        status = command(context.obj())
    except (CannotRun, Unreadable, DomainError, BotoCoreError, ClientError) as error:
        say(f"✗ {explain(error)}")
        status = 2
    raise typer.Exit(status)


def explain(error: Exception) -> str:
    """What kept the command from running, and what to do."""
    match error:
        case Transient():
            return "AWS does not answer or is throttling. Run the command again in a moment."
        case Unreadable():
            return f"{error}. `reconcile` names the account; docs/operations.md#reconcile."
        case NoCredentialsError():
            return "There are no AWS credentials. Log in, or set AWS_PROFILE, and run it again."
        case ClientError() if "AccessDenied" in error.response.get("Error", {}).get("Code", ""):
            return f"Your role lacks a right: {error}\n  Rights: docs/operations.md#rights"
        case BotoCoreError() | ClientError():
            return f"AWS refused the call: {error}\n  Check the region and your credentials."
        case _:
            return str(error)


@app.command(rich_help_panel=LOOK)
def alarms(context: typer.Context) -> None:
    """List the alarms, active ones first, with the runbook section of each."""
    run(context, watch.alarms)


@app.command(rich_help_panel=LOOK)
def smoke(context: typer.Context) -> None:
    """Walk through the public API as an investor without money, and look at the alarms."""
    run(context, smoke_.smoke)


@app.command(name="canary-user", rich_help_panel=REPAIR)
def canary_user(context: typer.Context) -> None:
    """Create the smoke test's user, or give it a new password."""
    run(context, smoke_.canary_user)


@app.command(rich_help_panel=LOOK)
def queues(context: typer.Context) -> None:
    """Count the messages that wait, are in flight, or are dead letters."""
    run(context, watch.queues)


@app.command(rich_help_panel=LOOK)
def bridge(context: typer.Context) -> None:
    """Tell whether the MQTT bridge runs and is connected."""
    run(context, watch.bridge)


@app.command(rich_help_panel=LOOK)
def errors(
    context: typer.Context,
    minutes: Annotated[int, typer.Option(min=0, metavar="N", help="How far back.")] = 60,
    part: Annotated[
        str | None,
        typer.Option(metavar="PART", help="A function or `bridge`.", show_default="all parts"),
    ] = None,
) -> None:
    """List the warnings and errors in the logs."""
    run(context, lambda tools: watch.errors(tools, within=timedelta(minutes=minutes), part=part))


@app.command(name="reconcile", rich_help_panel=ORDERS)
def reconcile_(
    context: typer.Context,
    exchange_ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Also compare with what the exchange accepted: one JSON line per answer.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, metavar="N", help="Accounts read at the same time.")
    ] = 4,
) -> None:
    """Check the laws of money in every account. Writes nothing.

    Exit status 0: every law holds. 1: a law is broken. 2: some account could not be audited.
    """
    run(
        context,
        lambda tools: reconcile.reconcile(tools, exchange_ledger=exchange_ledger, workers=workers),
    )


@app.command(rich_help_panel=ORDERS)
def overdue(
    context: typer.Context,
    after: Annotated[
        int | None,
        typer.Option(min=0, metavar="SECONDS", help="Age.", show_default="the stage's setting"),
    ] = None,
) -> None:
    """List the open orders that the exchange has not answered for too long."""
    age = None if after is None else timedelta(seconds=after)
    run(context, lambda tools: orders.overdue(tools, after=age))


@app.command(rich_help_panel=ORDERS)
def conflicts(context: typer.Context) -> None:
    """List the orders whose end the exchange has contradicted. Reads the whole table of orders."""
    run(context, orders.conflicts)


@app.command(rich_help_panel=ORDERS)
def order(
    context: typer.Context,
    order_id: OrderId,
    logs: Annotated[
        bool, typer.Option("--logs", help="Add the timeline, from the logs of all parts.")
    ] = False,
) -> None:
    """Show one order, its postings and its timeline."""
    run(context, lambda tools: orders.show_order(tools, order_id=order_id, with_logs=logs))


@app.command(rich_help_panel=REPAIR)
def void(
    context: typer.Context,
    order_id: OrderId,
    reason: Annotated[str, typer.Option(help="Why. The owner of the order reads it.")],
    yes: Yes = False,
) -> None:
    """End an open order by hand and release its hold."""
    run(
        context,
        lambda tools: repair.void(tools, order_id=order_id, reason=reason, is_confirmed=yes),
    )


@app.command(rich_help_panel=REPAIR)
def replay(
    context: typer.Context,
    queue: Annotated[
        str, typer.Argument(metavar="QUEUE", help=f"One of {', '.join(DEAD_LETTERS)}.")
    ],
    only_list: Annotated[bool, typer.Option("--list", help="Only list them.")] = False,
    drop: Annotated[
        str | None, typer.Option(metavar="ID", help="Delete this dead letter instead.")
    ] = None,
    yes: Yes = False,
) -> None:
    """List the dead letters of a queue and move them back to it."""
    if queue not in DEAD_LETTERS:
        raise typer.BadParameter(f"It is one of {', '.join(DEAD_LETTERS)}.", param_hint="QUEUE")
    run(
        context,
        lambda tools: repair.replay(
            tools, queue=queue, drop=drop, only_list=only_list, is_confirmed=yes
        ),
    )


@app.command(rich_help_panel=REPAIR)
def candles(
    context: typer.Context,
    symbol: Annotated[
        str | None,
        typer.Argument(metavar="SYMBOL", help="A company.", show_default="all companies"),
    ] = None,
) -> None:
    """Rebuild candles from the history of prices."""
    run(context, lambda tools: repair.candles(tools, symbol=symbol))


@app.command(rich_help_panel=LOOK)
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the files.")],
) -> None:
    """Write the tables of money to files, for `restore --from`."""
    run(context, lambda tools: restore.export(tools, folder=folder))


@app.command(name="restore", rich_help_panel=REPAIR)
def restore_(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="An export.")
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME",
            formats=["%Y-%m-%dT%H:%M:%SZ"],
            help="A moment in UTC, on AWS: 2026-11-25T10:00:00Z.",
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Bring the tables of money back, and have open orders asked again. Stop the functions first.

    docs/restore.md says what to do before and afterwards.
    """
    moment = None if at is None else at.replace(tzinfo=UTC)
    run(
        context,
        lambda tools: restore.restore(tools, folder=folder, at=moment, is_confirmed=yes),
    )


if __name__ == "__main__":
    app()
