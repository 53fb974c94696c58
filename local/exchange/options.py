"""Command line of the exchange: every option, checked and gathered in one value."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import unquote, urlsplit

import typer

from local.exchange.faults import FaultRates
from local.exchange.messages import MessageKind

DEFAULT_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
MAX_BACKFILL: Final = 1440
MAX_GROUPS: Final = 100

ABOUT: Final = """\
A simulated stock exchange that speaks MQTT: publishes prices, reads the purchase requests of every
group, answers each one, and injects faults when asked to.
"""

EXAMPLES: Final = """\
Examples (MQTT_URL names the broker):

A fast exchange: --interval 5 --speed 200 --backfill 288 --group-interval 10

An unreliable one: --repeat 0.2 --drop 0.1 --delay-share 0.1 --reorder 0.3 --malformed 0.2

One that rejects every purchase of LTMAY: --reject-symbols LTMAY
"""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Broker:
    """Address and login of the MQTT broker. Its texts never contain the password."""

    host: str
    port: int
    tls: bool
    username: str | None
    password: str | None

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    __repr__ = __str__


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All options of one run."""

    broker: Broker
    client_id: str
    topics: dict[MessageKind, str]
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
    rates: FaultRates


def broker_url(text: str) -> Broker:
    """Parse `mqtt://user:pass@host:port`; user and password may be percent-encoded."""
    # The messages never quote the text, because it may hold a password.
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise typer.BadParameter("This is not a URL.") from None
    if url.scheme not in DEFAULT_PORTS or not url.hostname:
        raise typer.BadParameter("This is not of the form mqtt://user:pass@host:port.")
    return Broker(
        host=url.hostname,
        port=port or DEFAULT_PORTS[url.scheme],
        tls=url.scheme == "mqtts",
        username=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
    )


def share(text: str) -> float:
    """A number from 0 (never) to 1 (always)."""
    return _number(text, lambda value: 0 <= value <= 1, "between 0 and 1")


def positive_seconds(text: str) -> float:
    """A number above zero."""
    return _number(text, lambda value: value > 0, "above 0")


def seconds(text: str) -> float:
    """A number of zero or more."""
    return _number(text, lambda value: value >= 0, "0 or more")


def symbols(text: str) -> frozenset[str]:
    """Symbols separated by commas, in upper or lower case."""
    return frozenset(symbol.strip().upper() for symbol in text.split(",") if symbol.strip())


def _number(text: str, is_allowed: Callable[[float], bool], allowed: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not is_allowed(value):
        raise typer.BadParameter(f"{text} is not a number {allowed}.")
    return value


# fmt: off
_PRICES, _ANSWERS, _GROUPS = "Prices", "Answers", "Other groups"
_FAULTS = "Faults: share of messages affected, 0 (never) to 1 (always)"

_MqttUrl = Annotated[Broker, typer.Option(
    parser=broker_url, envvar="MQTT_URL", metavar="URL", rich_help_panel="Broker",
    help="mqtt[s]://user:pass@host:port. Prefer the variable: others can read a command line.")]
_ClientId = Annotated[str, typer.Option(
    metavar="ID", rich_help_panel="Broker", help="MQTT client id of the persistent session.")]
_Topic = Annotated[str, typer.Option(metavar="TOPIC", rich_help_panel="Broker")]
_Interval = Annotated[float, typer.Option(
    parser=positive_seconds, metavar="S", rich_help_panel=_PRICES,
    help="Seconds between price batches.")]
_Speed = Annotated[float, typer.Option(
    parser=positive_seconds, metavar="DAYS", rich_help_panel=_PRICES,
    help="Trading days replayed in one real day.")]
_Seed = Annotated[int, typer.Option(
    metavar="N", rich_help_panel=_PRICES, help="Seed of everything random, faults included.")]
_Backfill = Annotated[int, typer.Option(
    min=0, max=MAX_BACKFILL, metavar="N", rich_help_panel=_PRICES,
    help=f"Past batches to begin with, over the last 24 hours (at most {MAX_BACKFILL}).")]
_Delay = Annotated[float, typer.Option(
    parser=seconds, metavar="S", rich_help_panel=_ANSWERS,
    help="Mean seconds before an answer, plus or minus half.")]
_RejectShare = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_ANSWERS,
    help="Share of valid requests that is rejected.")]
_RejectSymbols = Annotated[str, typer.Option(
    metavar="A,B", rich_help_panel=_ANSWERS,
    help="Companies of which every purchase is rejected.")]
_Ledger = Annotated[Path | None, typer.Option(
    metavar="FILE", rich_help_panel=_ANSWERS,
    help="File of all verdicts, one JSON line each. It is read at start, so that a restarted "
    "exchange repeats its earlier answers.")]
_GroupCount = Annotated[int, typer.Option(
    min=0, max=MAX_GROUPS, metavar="N", rich_help_panel=_GROUPS,
    help="Number of other groups that buy.")]
_GroupInterval = Annotated[float, typer.Option(
    parser=positive_seconds, metavar="S", rich_help_panel=_GROUPS,
    help="Mean seconds between purchases, all groups together.")]
_OurGroup = Annotated[int, typer.Option(
    metavar="N", rich_help_panel=_GROUPS, help="Number that no other group gets.")]
_RunName = Annotated[str | None, typer.Option(
    "--run", metavar="NAME", rich_help_panel=_GROUPS,
    help="Part of their request ids: the same name gives the same ids (default: start time).")]
_Repeat = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_FAULTS, help="Published twice.")]
_Drop = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_FAULTS,
    help="Never published; the answer to a repeated request is drawn again.")]
_DelayShare = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_FAULTS,
    help="Published late, by at most --delay-max.")]
_DelayMax = Annotated[float, typer.Option(
    parser=seconds, metavar="S", rich_help_panel=_FAULTS, help="Longest delay in seconds.")]
_Reorder = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_FAULTS,
    help="Published after the next message of its topic.")]
_Contradict = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_FAULTS,
    help="Answered again, some seconds later, with the opposite.")]
_Malformed = Annotated[float, typer.Option(
    parser=share, metavar="SHARE", rich_help_panel=_FAULTS,
    help="Accompanied by a malformed message on its topic.")]
# fmt: on


def command_line(serve: Callable[[Options], None]) -> typer.Typer:
    """The command line; calls `serve` with the options once they are valid."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

    @app.command(help=ABOUT, epilog=EXAMPLES)
    def exchange(
        mqtt_url: _MqttUrl,
        client_id: _ClientId = "exchange",
        topic_info: _Topic = f"stocks/{MessageKind.INFO}",
        topic_request: _Topic = f"stocks/{MessageKind.REQUEST}",
        topic_validation: _Topic = f"stocks/{MessageKind.VALIDATION}",
        interval: _Interval = 300.0,
        speed: _Speed = 1.0,
        seed: _Seed = 1,
        backfill: _Backfill = 0,
        delay: _Delay = 0.3,
        reject_share: _RejectShare = 0.0,
        reject_symbols: _RejectSymbols = "",
        ledger: _Ledger = None,
        groups: _GroupCount = 4,
        group_interval: _GroupInterval = 60.0,
        our_group: _OurGroup = 3,
        run: _RunName = None,
        repeat: _Repeat = 0.0,
        drop: _Drop = 0.0,
        delay_share: _DelayShare = 0.0,
        delay_max: _DelayMax = 30.0,
        reorder: _Reorder = 0.0,
        contradict: _Contradict = 0.0,
        malformed: _Malformed = 0.0,
    ) -> None:
        topics = (topic_info, topic_request, topic_validation)
        rates = FaultRates(
            repeat=repeat,
            drop=drop,
            delay=delay_share,
            delay_max_s=delay_max,
            reorder=reorder,
            contradict=contradict,
            malformed=malformed,
        )
        serve(
            Options(
                broker=mqtt_url,
                client_id=client_id,
                topics=dict(zip(MessageKind, topics, strict=True)),
                interval_s=interval,
                speed=speed,
                seed=seed,
                run=run,
                backfill=backfill,
                delay_s=delay,
                reject_share=reject_share,
                reject_symbols=symbols(reject_symbols),
                groups=groups,
                group_interval_s=group_interval,
                our_group=our_group,
                ledger=ledger,
                rates=rates,
            )
        )

    return app
