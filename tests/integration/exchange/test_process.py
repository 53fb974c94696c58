"""The exchange as a process with a real broker: its messages, and that only a signal ends it."""

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


def test_prices_are_published_at_once_past_ones_first(listener: Listener, start: Start) -> None:
    start("--backfill", "3")
    moments = [datetime.fromisoformat(listener.next("stocks/info")["datetime"]) for _ in range(4)]
    assert moments == sorted(moments)
    assert moments[1] - moments[0] == timedelta(hours=8)
    assert abs(datetime.now(UTC) - moments[-1]) < timedelta(seconds=5)


def test_price_batches_have_the_documented_format(listener: Listener, start: Start) -> None:
    start("--interval", "0.2")
    first, second = listener.next("stocks/info"), listener.next("stocks/info")
    board = {item["symbol"]: item for item in json.loads(first["stocks"])}
    assert board["AMZN"]["shortName"] == "Amazon.com, Inc."
    assert 300 < board["AAPL"]["price"] < 800
    assert first["stocks_id"] != second["stocks_id"]


def test_a_repeated_request_gets_the_same_answer(listener: Listener, start: Start) -> None:
    start("--reject-symbols", "LTMAY").wait_until_logged("stocks/info")
    expected = {"request_id": "r-1", "group_id": 3, "seller": 0, "valid": True}
    assert listener.request("r-1") == expected
    assert listener.request("r-1") == expected
    assert listener.request("r-2", symbol="LTMAY")["valid"] is False
    assert listener.request("r-3", symbol="NOPE")["valid"] is False
    assert listener.request("r-4", group_id=13) == {**expected, "request_id": "r-4", "group_id": 13}


def test_malformed_requests_are_survived(listener: Listener, start: Start) -> None:
    exchange = start()
    exchange.wait_until_logged("stocks/info")
    for payload in BROKEN:
        listener.publish(payload)
    assert listener.request("r-1")["request_id"] == "r-1"
    assert exchange.log.count("ignored a request") == len(BROKEN)
    assert "Traceback" not in exchange.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(listener: Listener, start: Start, number: signal.Signals) -> None:
    exchange = start()
    exchange.wait_until_logged("stocks/info")
    assert exchange.end(number) == 0
    assert exchange.log.rstrip().endswith("closed")


def test_a_restart_keeps_every_verdict_and_answers_requests_sent_meanwhile(
    listener: Listener, start: Start, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    exchange = start("--ledger", str(ledger))
    exchange.wait_until_logged("stocks/info")
    assert listener.request("old")["valid"] is True
    assert exchange.end() == 0
    listener.publish(purchase("meanwhile"))
    start("--ledger", str(ledger), "--reject-share", "1", "--seed", "2")
    answer = listener.next("stocks/validation")
    assert (answer["request_id"], answer["valid"]) == ("meanwhile", False)
    assert listener.request("old")["valid"] is True
    lines = [json.loads(line) for line in ledger.read_text().splitlines()]
    assert {line["request_id"]: line["valid"] for line in lines} == {
        "old": True,
        "meanwhile": False,
    }


def test_an_answer_that_is_due_later_is_published_before_the_end(
    listener: Listener, start: Start
) -> None:
    exchange = start("--delay", "60")
    exchange.wait_until_logged("stocks/info")
    listener.publish(purchase("r-1"))
    exchange.wait_until_logged("accepted")
    assert listener.has_received_nothing("stocks/validation")
    assert exchange.end() == 0
    assert listener.next("stocks/validation")["request_id"] == "r-1"


def test_it_reconnects_to_a_lost_broker(broker: Broker, start: Start) -> None:
    exchange = start()
    exchange.wait_until_logged("stocks/info")
    broker.stop()
    exchange.wait_until_logged("trying again")
    broker.start()
    exchange.wait_until_logged("connected", times=2)
    with Listener() as listener:
        assert listener.request("r-1")["valid"] is True


def test_the_broker_may_start_after_the_exchange(start: Start, tmp_path: Path) -> None:
    exchange = start()
    exchange.wait_until_logged(f"no broker at mqtt://127.0.0.1:{PORT} yet")
    assert exchange.end() == 0


def test_a_wrong_password_is_reported_and_never_shown(broker: Broker, start: Start) -> None:
    exchange = start(url=f"mqtt://group3:wr0ng@127.0.0.1:{PORT}")
    exchange.wait_until_logged("lost or refused")
    assert exchange.end() == 0
    assert "wr0ng" not in exchange.log


def test_a_ledger_that_cannot_be_written_loses_no_request(
    listener: Listener, start: Start, tmp_path: Path
) -> None:
    folder = tmp_path / "books"
    exchange = start("--ledger", str(folder / "ledger.jsonl"))
    exchange.wait_until_logged("stocks/info")
    shutil.rmtree(folder)
    listener.publish(purchase("r-1"))
    exchange.wait_until_logged("could not decide")
    assert listener.has_received_nothing("stocks/validation")
    folder.mkdir()
    assert listener.request("r-1")["valid"] is True


def test_other_groups_buy_and_are_answered(listener: Listener, start: Start) -> None:
    start("--groups", "2", "--group-interval", "0.1")
    request = listener.next("stocks/request")
    answer = listener.next("stocks/validation")
    assert answer["request_id"] == request["request_id"]
    assert answer["group_id"] == int(request["group_id"]) in {1, 2}


def test_faults_are_published(listener: Listener, start: Start) -> None:
    start("--malformed", "1", "--repeat", "1", "--topic-info", "stocks/info")
    broken = listener.next_bytes("stocks/info")
    good, again = listener.next_bytes("stocks/info"), listener.next_bytes("stocks/info")
    assert broken != good == again
    assert len(json.loads(json.loads(good)["stocks"])) == 17
