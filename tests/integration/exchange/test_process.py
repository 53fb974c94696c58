"""The exchange as a process at a real broker: what it says, and that only a signal ends it."""

import json
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from iotcore import Broker

from tests.integration.exchange.actors import PORT, Listener, purchase
from tests.integration.exchange.conftest import Start

BROKEN = (b"", b"undefined", b"\xff\xfe{", b"[" * 50_000, b'{"request_id": "r-0"}', b"x" * 100_000)


def test_prices_come_at_once_past_ones_first(listener: Listener, start: Start) -> None:
    start("--backfill", "3")
    moments = [datetime.fromisoformat(listener.next("stocks/info")["datetime"]) for _ in range(4)]
    assert moments == sorted(moments)
    assert moments[1] - moments[0] == timedelta(hours=8)
    assert abs(datetime.now(UTC) - moments[-1]) < timedelta(seconds=5)


def test_prices_are_read_as_the_wire_says(listener: Listener, start: Start) -> None:
    start("--interval", "0.2")
    first, second = listener.next("stocks/info"), listener.next("stocks/info")
    board = {item["symbol"]: item for item in json.loads(first["stocks"])}
    assert board["AMZN"]["shortName"] == "Amazon.com, Inc."
    assert 300 < board["AAPL"]["price"] < 800
    assert first["stocks_id"] != second["stocks_id"]


def test_a_request_is_answered_and_again_the_same(listener: Listener, start: Start) -> None:
    start("--reject-symbols", "LTMAY").wait_until_said("stocks/info")
    expected = {"request_id": "r-1", "group_id": 3, "seller": 0, "valid": True}
    assert listener.ask("r-1") == expected
    assert listener.ask("r-1") == expected
    assert listener.ask("r-2", symbol="LTMAY")["valid"] is False
    assert listener.ask("r-3", symbol="NOPE")["valid"] is False
    assert listener.ask("r-4", group_id=13) == {**expected, "request_id": "r-4", "group_id": 13}


def test_malformed_requests_are_survived(listener: Listener, start: Start) -> None:
    exchange = start()
    exchange.wait_until_said("stocks/info")
    for payload in BROKEN:
        listener.say(payload)
    assert listener.ask("r-1")["request_id"] == "r-1"
    assert exchange.said.count("ignored a request") == len(BROKEN)
    assert "Traceback" not in exchange.said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(listener: Listener, start: Start, number: signal.Signals) -> None:
    exchange = start()
    exchange.wait_until_said("stocks/info")
    assert exchange.end(number) == 0
    assert exchange.said.rstrip().endswith("closed")


def test_a_restart_keeps_every_verdict_and_answers_what_came_meanwhile(
    listener: Listener, start: Start, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    exchange = start("--ledger", str(ledger))
    exchange.wait_until_said("stocks/info")
    assert listener.ask("old")["valid"] is True
    assert exchange.end() == 0
    listener.say(purchase("meanwhile"))
    start("--ledger", str(ledger), "--reject-share", "1", "--seed", "2")
    answer = listener.next("stocks/validation")
    assert (answer["request_id"], answer["valid"]) == ("meanwhile", False)
    assert listener.ask("old")["valid"] is True
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert {line["request_id"]: line["valid"] for line in lines} == {
        "old": True,
        "meanwhile": False,
    }


def test_an_answer_that_is_due_later_goes_out_before_the_end(
    listener: Listener, start: Start
) -> None:
    exchange = start("--delay", "60")
    exchange.wait_until_said("stocks/info")
    listener.say(purchase("r-1"))
    exchange.wait_until_said("accepted")
    assert listener.silence("stocks/validation")
    assert exchange.end() == 0
    assert listener.next("stocks/validation")["request_id"] == "r-1"


def test_a_lost_broker_is_found_again(broker: Broker, start: Start) -> None:
    exchange = start()
    exchange.wait_until_said("stocks/info")
    broker.stop()
    exchange.wait_until_said("trying again")
    broker.start()
    exchange.wait_until_said("connected", times=2)
    with Listener() as listener:
        assert listener.ask("r-1")["valid"] is True


def test_a_broker_may_come_later_than_the_exchange(start: Start, tmp_path: Path) -> None:
    exchange = start()
    exchange.wait_until_said(f"no broker at mqtt://127.0.0.1:{PORT} yet")
    assert exchange.end() == 0


def test_a_wrong_password_is_told_and_never_shown(broker: Broker, start: Start) -> None:
    exchange = start(url=f"mqtt://group3:wr0ng@127.0.0.1:{PORT}")
    exchange.wait_until_said("lost or refused")
    assert exchange.end() == 0
    assert "wr0ng" not in exchange.said


def test_a_ledger_that_cannot_be_written_loses_no_request(
    listener: Listener, start: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "books"
    exchange = start("--ledger", str(folder / "ledger.jsonl"))
    exchange.wait_until_said("stocks/info")
    shutil.rmtree(folder)
    listener.say(purchase("r-1"))
    exchange.wait_until_said("could not decide")
    assert listener.silence("stocks/validation")
    folder.mkdir()
    assert listener.ask("r-1")["valid"] is True


def test_other_groups_buy_and_are_answered(listener: Listener, start: Start) -> None:
    start("--groups", "2", "--group-interval", "0.1")
    asked = listener.next("stocks/request")
    answered = listener.next("stocks/validation")
    assert answered["request_id"] == asked["request_id"]
    assert answered["group_id"] == int(asked["group_id"]) in {1, 2}


def test_misbehaviour_reaches_the_wire(listener: Listener, start: Start) -> None:
    start("--malformed", "1", "--repeat", "1", "--topic-info", "stocks/info")
    broken = listener.next_bytes("stocks/info")
    good, again = listener.next_bytes("stocks/info"), listener.next_bytes("stocks/info")
    assert broken != good == again
    assert len(json.loads(json.loads(good)["stocks"])) == 17
