"""`python -m local up|bridge|broker|demo|confirm|logs|clean`: the commands behind the Makefile's
targets of the same names, and two parts of a run that may be started beside it.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from local.errors import CannotRun
from local.options import BridgeKind, BrokerKind, ExchangeKind, Options


def main() -> int:
    given = _parser().parse_args()
    options = Options(
        cloud_port=given.cloud_port,
        mqtt_port=given.mqtt_port,
        state=given.state.resolve(),
        broker=BrokerKind(given.broker),
        broker_queue=given.broker_queue,
        bridge=BridgeKind(given.bridge),
        exchange=ExchangeKind(given.exchange),
        exchange_options=tuple(shlex.split(given.exchange_options)),
    )
    try:
        return _run(given.command, options, given)
    except CannotRun as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # as with `make logs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(command: str, options: Options, given: argparse.Namespace) -> int:
    # Imported when needed: `clean` must work in a tree where little is installed.
    match command:
        case "up":
            from local.up import up

            return up(options)
        case "bridge":
            from local.bridge import become_bridge

            return become_bridge(options)
        case "broker":
            from local.broker import become_broker

            return become_broker(options)
        case "demo":
            from local.demo import demo

            return demo(options)
        case "confirm":
            from local.confirm import confirm

            return confirm(options, given.email)
        case "logs":
            from local.functions import logs

            return logs(options)
        case _:
            from local.clean import clean

            return clean(options)


def _parser() -> argparse.ArgumentParser:
    usual = Options()
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "command", choices=("up", "bridge", "broker", "demo", "confirm", "logs", "clean")
    )
    _add_places(parser, usual)
    _add_players(parser, usual)
    parser.add_argument("--email", default="", help="whom to confirm")
    return parser


def _add_places(parser: argparse.ArgumentParser, usual: Options) -> None:
    """Where a run listens, and where it keeps what it has."""
    add = parser.add_argument
    add(
        "--cloud-port",
        type=int,
        default=usual.cloud_port,
        metavar="PORT",
        help="of the local cloud",
    )
    add("--mqtt-port", type=int, default=usual.mqtt_port, metavar="PORT", help="of the broker")
    add(
        "--state",
        type=Path,
        default=usual.state,
        metavar="FOLDER",
        help="where a run keeps everything",
    )


def _add_players(parser: argparse.ArgumentParser, usual: Options) -> None:
    """Who plays the broker, the bridge and the exchange."""
    add = parser.add_argument
    add(
        "--broker",
        choices=[*BrokerKind],
        default=usual.broker,
        help="which MQTT broker (iotcore); none: run one beside it",
    )
    add(
        "--broker-queue",
        type=int,
        default=usual.broker_queue,
        metavar="N",
        help="messages that mosquitto keeps for a sleeping session (0: all)",
    )
    add("--bridge", choices=[*BridgeKind], default=usual.bridge, help="none: run one beside it")
    add(
        "--exchange", choices=[*ExchangeKind], default=usual.exchange, help="who plays the exchange"
    )
    add(
        "--exchange-options",
        default="",
        metavar="OPTIONS",
        help="more options of python -m local.exchange",
    )


if __name__ == "__main__":
    sys.exit(main())
