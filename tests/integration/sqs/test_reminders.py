"""Reminders over SQS (moto): what only SQS does."""

from datetime import timedelta
from typing import Any

import pytest

from lambdas.adapters import queues
from lambdas.adapters.reminders import SqsReminders
from tests.integration.sqs.conftest import REGION


@pytest.fixture
def reminders(sqs: Any) -> SqsReminders:
    return SqsReminders(REGION, sqs.create_queue(QueueName="reminders")["QueueUrl"])


def test_a_reminder_that_the_queue_refuses_is_named(
    reminders: SqsReminders, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = {"Failed": [{"Id": "110", "SenderFault": False, "Code": "InternalError"}]}
    answers = iter([{}, refused])
    monkeypatch.setattr(queues.connect(REGION), "call", lambda *_: next(answers))
    assert reminders.send(["order"] * 115, timedelta(0)) == [110, 111, 112, 113, 114]


def test_empty_lines_name_no_order(sqs: Any, reminders: SqsReminders) -> None:
    url = sqs.get_queue_url(QueueName="reminders")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="\norder\n\n")
    assert [it.order_ids for it in reminders.due()] == [("order",)]


def test_ten_orders_share_a_message(sqs: Any, reminders: SqsReminders) -> None:
    order_ids = [str(number) for number in range(23)]
    assert reminders.send(order_ids, timedelta(0)) == []
    found = sorted((it.order_ids for it in reminders.due()), key=lambda ids: int(ids[0]))
    assert found == [tuple(order_ids[:10]), tuple(order_ids[10:20]), tuple(order_ids[20:])]


@pytest.mark.parametrize(("after_s", "delay_s"), [(0, 0), (120.9, 120), (900, 900), (3600, 900)])
def test_a_delay_is_in_whole_seconds_and_no_longer_than_sqs_allows(
    reminders: SqsReminders, monkeypatch: pytest.MonkeyPatch, after_s: float, delay_s: int
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        queues.connect(REGION), "call", lambda _, request: asked.append(request) or {}
    )
    reminders.send(["order"], timedelta(seconds=after_s))
    assert [entry["DelaySeconds"] for call in asked for entry in call["Entries"]] == [delay_s]


@pytest.mark.parametrize(("empty", "found"), [(2, 1), (3, 0)])
def test_there_is_nothing_only_after_three_short_looks(
    reminders: SqsReminders, monkeypatch: pytest.MonkeyPatch, empty: int, found: int
) -> None:
    reminders.send(["order"], timedelta(0))
    real, looks = queues.connect(REGION).call, iter(range(empty))

    def look(operation: str, request: Any) -> Any:
        assert request["WaitTimeSeconds"] == 0
        return real(operation, request) if next(looks, None) is None else {}

    monkeypatch.setattr(queues.connect(REGION), "call", look)
    assert len(reminders.due()) == found
