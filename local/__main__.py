"""`python -m local COMMAND`: the commands behind the Makefile's targets of the same names, and two
that run the bridge or the broker separately from `make up`.
"""

import os
import shlex
import sys
from contextlib import suppress
from dataclasses import replace
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from local import bridge, broker, cloud, demo, resources, users
from local import up as running
from local.deploy import Outputs
from local.options import BridgeKind, BrokerKind, CannotRun, ExchangeKind, Options
from local.users import Investor
from local.watch import watch

_DEFAULTS = Options()

app = typer.Typer(
    help="Runs the whole system on this machine: `up` in one terminal, the other commands in "
    "another. The options below come before the name of the command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_CloudPort = Annotated[int, typer.Option(metavar="PORT", help="Port of the local cloud.")]
_MqttPort = Annotated[int, typer.Option(metavar="PORT", help="Port of the MQTT broker.")]
_State = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of the run's data.")]
_Broker = Annotated[
    BrokerKind,
    typer.Option(help="MQTT broker; with none, start one by `python -m local broker`."),
]
_Bridge = Annotated[
    BridgeKind,
    typer.Option(help="The bridge; with none, start one by `python -m local bridge`."),
]
_Exchange = Annotated[
    ExchangeKind,
    typer.Option(help="The exchange; with none, publish on its topics yourself."),
]
_ExchangeOptions = Annotated[
    str,
    typer.Option(metavar="OPTIONS", help="Further options of `python -m local.exchange`."),
]
_BrokerQueue = Annotated[
    int,
    typer.Option(
        min=0, metavar="N", help="Messages that mosquitto keeps for a disconnected session; 0: all."
    ),
]


@app.callback()
def common(
    context: typer.Context,
    cloud_port: _CloudPort = _DEFAULTS.cloud_port,
    mqtt_port: _MqttPort = _DEFAULTS.mqtt_port,
    state: _State = _DEFAULTS.state,
) -> None:
    """Gather the options that all commands share."""
    context.obj = Options(cloud_port=cloud_port, mqtt_port=mqtt_port, state=state.resolve())


@app.command()
def up(
    context: typer.Context,
    broker: _Broker = _DEFAULTS.broker,
    broker_queue: _BrokerQueue = _DEFAULTS.broker_queue,
    bridge: _Bridge = _DEFAULTS.bridge,
    exchange: _Exchange = _DEFAULTS.exchange,
    exchange_options: _ExchangeOptions = "",
) -> None:
    """Start everything and watch it; Ctrl-C stops it and keeps the data."""
    options = replace(
        _options(context),
        broker=broker,
        broker_queue=broker_queue,
        bridge=bridge,
        exchange=exchange,
        exchange_options=_words(exchange_options),
    )
    raise typer.Exit(running.up(options))


@app.command(name="demo")
def show_demo(context: typer.Context) -> None:
    """Show the main use case on a running system, checking every step."""
    demo.demo(_options(context))


@app.command()
def confirm(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
) -> None:
    """Confirm a sign-up, as an operator does in the Cognito console."""
    if not email:
        raise CannotRun("Which account? Name it: make confirm EMAIL=somebody@example.com")
    users.confirm_sign_up(Outputs.read(_options(context)), email)
    print(f"{email} is confirmed and can sign in.")


@app.command(name="watch")
def watch_live(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address of the account.")],
) -> None:
    """Print what the account's live connection says; Ctrl-C ends it."""
    if not email:
        raise CannotRun("Which account? Name it: make watch EMAIL=somebody@example.com")
    outputs = Outputs.read(_options(context))
    password = os.environ.get("PASSWORD") or getpass(f"Password of {email}: ")
    with suppress(KeyboardInterrupt):
        watch(Investor(outputs, email, password))


@app.command()
def logs(context: typer.Context) -> None:
    """Print the latest log lines of every function."""
    outputs = Outputs.read(_options(context))
    try:
        for line in cloud.function_logs(outputs.aws_endpoint_url):
            print(line)
        sys.stdout.flush()
    except BrokenPipeError:  # as with `make logs | head`: not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def clean(context: typer.Context) -> None:
    """Delete all data of the runs in the state folder."""
    options = _options(context)
    resources.clean(options)
    print(f"Deleted: users, orders and all other data of runs in {options.state}.")


@app.command(name="bridge")
def run_bridge(context: typer.Context) -> None:
    """Run the bridge of a system that was started with `up --bridge none`."""
    bridge.become_bridge(_options(context))


@app.command(name="broker")
def run_broker(
    context: typer.Context,
    broker_kind: Annotated[
        BrokerKind, typer.Option("--broker", help="Which MQTT broker: iotcore or mosquitto.")
    ] = _DEFAULTS.broker,
    broker_queue: _BrokerQueue = _DEFAULTS.broker_queue,
) -> None:
    """Run a broker for a system that was started with `up --broker none`."""
    broker.become_broker(replace(_options(context), broker=broker_kind, broker_queue=broker_queue))


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--exchange-options") from error


def _options(context: typer.Context) -> Options:
    assert isinstance(context.obj, Options)
    return context.obj


def main() -> None:
    """Run one command; exit status 1 and a message if it cannot run."""
    try:
        app(prog_name="python -m local")
    except CannotRun as error:
        sys.exit(f"✗ {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"✗ A call to the local cloud failed: {error}\n  Is `make up` still running?")


if __name__ == "__main__":
    main()
