"""The command line: what is accepted, what is refused, and that a password is never shown."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from local.exchange.messages import MessageKind
from local.exchange.options import Options, broker_url, command_line

URL = "mqtt://fintech:s%40cret@127.0.0.1:1900"


def invoke(arguments: list[str], environment: dict[str, str], serve: list[Options]) -> Result:
    environment = {"MQTT_URL": "", **environment}
    return CliRunner().invoke(command_line(serve.append), arguments, env=environment)


def read_options(arguments: list[str], environment: dict[str, str] | None = None) -> Options:
    served: list[Options] = []
    result = invoke(arguments, environment or {}, served)
    assert result.exit_code == 0, result.output
    (options,) = served
    return options


def test_the_defaults_are_those_of_an_exchange_without_faults() -> None:
    options = read_options(["--mqtt-url", URL])
    assert (options.interval_s, options.delay_s, options.reject_share) == (300, 0.3, 0)
    assert options.topics == {kind: f"stocks/{kind}" for kind in MessageKind}
    assert {options.rates.repeat, options.rates.drop, options.rates.malformed} == {0}
    assert options.ledger is None


def test_every_option_is_read() -> None:
    prices = "--interval 5 --speed 20 --seed 7 --backfill 288"
    answers = "--delay 0 --reject-share .25 --reject-symbols ltmay,AMC --ledger here.jsonl"
    groups = "--groups 2 --group-interval 9 --our-group 12 --run one"
    broker = "--topic-request stocks/requests --client-id other"
    faults = "--repeat .1 --drop .2 --delay-share .3 --delay-max 8 --reorder .4 --contradict .5"
    arguments = f"{prices} {answers} {groups} {broker} {faults} --malformed .6".split()
    options = read_options(["--mqtt-url", URL, *arguments])
    assert (options.interval_s, options.speed, options.seed, options.backfill) == (5, 20, 7, 288)
    assert (options.delay_s, options.reject_share) == (0, 0.25)
    assert options.reject_symbols == {"LTMAY", "AMC"}
    assert options.ledger == Path("here.jsonl")
    assert (options.groups, options.group_interval_s, options.our_group) == (2, 9, 12)
    assert (options.run, options.client_id) == ("one", "other")
    assert options.topics[MessageKind.REQUEST] == "stocks/requests"
    rates = options.rates
    assert (rates.repeat, rates.drop, rates.delay, rates.delay_max_s) == (0.1, 0.2, 0.3, 8)
    assert (rates.reorder, rates.contradict, rates.malformed) == (0.4, 0.5, 0.6)


def test_a_url_is_parsed_and_its_password_decoded() -> None:
    broker = broker_url(URL)
    assert (broker.host, broker.port, broker.tls) == ("127.0.0.1", 1900, False)
    assert (broker.username, broker.password) == ("fintech", "s@cret")
    assert broker_url("mqtts://host").port == 8883
    assert broker_url("mqtt://host").username is None


def test_the_url_may_come_from_the_environment() -> None:
    assert read_options([], {"MQTT_URL": URL}).broker == broker_url(URL)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--mqtt-url", "http://u:s%40cret@host"],
        ["--mqtt-url", "mqtt://u:s%40cret@host:port"],
        ["--mqtt-url", "mqtt://u:s%40cret@"],
        ["--mqtt-url", URL, "--drop", "1.1"],
        ["--mqtt-url", URL, "--drop", "nan"],
        ["--mqtt-url", URL, "--interval", "0"],
        ["--mqtt-url", URL, "--interval", "inf"],
        ["--mqtt-url", URL, "--delay", "-1"],
        ["--mqtt-url", URL, "--backfill", "1441"],
        ["--mqtt-url", URL, "--groups", "many"],
        [],
    ],
)
def test_invalid_options_are_refused_without_showing_a_password(arguments: list[str]) -> None:
    served: list[Options] = []
    result = invoke(arguments, {}, served)
    assert result.exit_code == 2
    assert "Invalid value for" in result.stderr or "Missing option" in result.stderr
    assert "cret" not in result.output
    assert served == []


def test_a_broker_is_shown_without_its_login() -> None:
    options = read_options(["--mqtt-url", URL])
    assert "cret" not in repr(options)
    assert str(options.broker) == "mqtt://127.0.0.1:1900"
