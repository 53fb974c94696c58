"""The command line: what is read, what is refused, and that a password is never repeated."""

from pathlib import Path

import pytest

from local.exchange.arguments import broker_url
from local.exchange.malformed import Kind
from local.exchange.options import read_options

URL = "mqtt://fintech:s%40cret@127.0.0.1:1900"


def test_the_defaults_are_those_of_a_well_behaved_exchange() -> None:
    options = read_options(["--mqtt-url", URL], {})
    assert (options.interval_s, options.delay_s, options.reject_share) == (300, 0.3, 0)
    assert options.topics == {kind: f"stocks/{kind}" for kind in Kind}
    assert {options.rates.repeat, options.rates.drop, options.rates.malformed} == {0}
    assert options.ledger is None


def test_every_option_arrives_where_it_belongs() -> None:
    prices = "--interval 5 --speed 20 --seed 7 --backfill 288"
    answers = "--delay 0 --reject-share .25 --reject-symbols ltmay,AMC --ledger here.jsonl"
    groups = "--groups 2 --group-interval 9 --our-group 12 --run one"
    broker = "--topic-request stocks/requests --client-id other"
    misbehaviour = (
        "--repeat .1 --drop .2 --delay-share .3 --delay-max 8 --reorder .4 --contradict .5"
    )
    arguments = f"{prices} {answers} {groups} {broker} {misbehaviour} --malformed .6".split()
    options = read_options(["--mqtt-url", URL, *arguments], {})
    assert (options.interval_s, options.speed, options.seed, options.backfill) == (5, 20, 7, 288)
    assert (options.delay_s, options.reject_share) == (0, 0.25)
    assert options.reject_symbols == {"LTMAY", "AMC"}
    assert options.ledger == Path("here.jsonl")
    assert (options.groups, options.group_interval_s, options.our_group) == (2, 9, 12)
    assert (options.run, options.client_id) == ("one", "other")
    assert options.topics[Kind.REQUEST] == "stocks/requests"
    rates = options.rates
    assert (rates.repeat, rates.drop, rates.delay, rates.delay_max_s) == (0.1, 0.2, 0.3, 8)
    assert (rates.reorder, rates.contradict, rates.malformed) == (0.4, 0.5, 0.6)


def test_a_url_is_taken_apart_and_its_password_decoded() -> None:
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
def test_what_cannot_be_is_refused_without_showing_a_password(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(arguments, {})
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "error:" in said
    assert "cret" not in said


def test_a_broker_is_shown_without_its_account() -> None:
    options = read_options(["--mqtt-url", URL], {})
    assert "cret" not in repr(options)
    assert str(options.broker) == "mqtt://127.0.0.1:1900"
