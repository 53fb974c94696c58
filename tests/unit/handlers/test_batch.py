"""A batch of messages: each has its own outcome, and its log lines have its own ids."""

import json
from typing import Any

import pytest

from lambdas.domain.errors import Malformed, Refused, StaleDecision, Transient
from lambdas.handlers.batch import MIN_REMAINING_MS, process_batch
from lambdas.messaging.exchange import Envelope
from lambdas.observability import logger
from tests.fakes.dependencies import Context
from tests.fakes.log import Lines
from tests.fakes.memory import MemoryDeadLetters
from tests.unit.handlers.conftest import envelope, failures, sqs_record

SECRET = "ana@example.org"
OUTCOMES: dict[str, Exception] = {
    "malformed": Malformed("it has no symbol"),
    "transient": Transient(),
    "stale": StaleDecision(),
    "refused": Refused("a_code", "A message."),
    "broken": ValueError(f"cannot parse {SECRET}"),
}


def process(wrapped: Envelope) -> None:
    """Fails as the payload says."""
    name = wrapped.payload.decode()
    logger.append_keys(correlation_id=f"id of {name}")
    if name in OUTCOMES:
        raise OUTCOMES[name]
    logger.info("done")


def run(
    *payloads: str, dead_letters: MemoryDeadLetters | None = None, remaining_ms: int = 30_000
) -> tuple[list[str], list[dict[str, Any]]]:
    """The payloads that return to the queue, and all records."""
    records = [sqs_record(envelope(payload)) for payload in payloads]
    response = process_batch(
        {"Records": records},
        Context(remaining_ms),
        process=process,
        dead_letters=dead_letters or MemoryDeadLetters(),
    )
    names = {record["messageId"]: name for record, name in zip(records, payloads, strict=True)}
    return [names[message_id] for message_id in failures(response)], records


def test_each_message_of_a_batch_has_its_own_outcome() -> None:
    dead_letters = MemoryDeadLetters()
    returned, records = run("one", *OUTCOMES, "two", dead_letters=dead_letters)
    assert returned == ["transient", "stale", "refused", "broken"]
    assert dead_letters.letters == [(records[1]["body"], "it has no symbol")]


def test_a_batch_whose_messages_all_fail_returns_them_all() -> None:
    assert run("transient", "broken")[0] == ["transient", "broken"]


def test_what_is_no_envelope_is_put_aside_whole() -> None:
    dead_letters = MemoryDeadLetters()
    response = process_batch(
        {"Records": [sqs_record(SECRET)]}, Context(), process=process, dead_letters=dead_letters
    )
    assert failures(response) == []
    assert dead_letters.letters == [(SECRET, "this is no envelope")]


@pytest.mark.parametrize(
    ("error", "message"), [(Transient(), "will be retried"), (ValueError(SECRET), "failed")]
)
def test_a_letter_that_cannot_be_put_aside_now_returns_to_its_queue_and_is_logged(
    lines: Lines, error: Exception, message: str
) -> None:
    class Busy(MemoryDeadLetters):
        def put(self, body: str, reason: str) -> None:
            raise error

    assert run("malformed", "one", dead_letters=Busy())[0] == ["malformed"]
    assert [line["message"] for line in lines()] == [message, "done"]
    assert SECRET not in json.dumps(lines())


def test_a_foreign_exception_is_logged_without_its_text(lines: Lines) -> None:
    run("broken")
    (line,) = lines()
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "failed", "ValueError")
    assert any("in process" in frame for frame in line["stack"])
    assert SECRET not in json.dumps(lines())


def test_the_reason_of_every_other_failure_is_logged(lines: Lines) -> None:
    run("malformed", "transient", "stale")
    assert [(line["message"], line["reason"]) for line in lines()] == [
        ("put aside", "it has no symbol"),
        ("will be retried", "unavailable"),
        ("will be retried", "conflict"),
    ]


def test_ids_of_one_message_are_on_its_lines_and_on_no_other(lines: Lines) -> None:
    _, records = run("one", "malformed", "broken")
    process_batch(
        {"Records": [sqs_record(SECRET)]},
        Context(),
        process=process,
        dead_letters=MemoryDeadLetters(),
    )
    logger.info("outside")
    ids = [(line.get("message_id"), line.get("correlation_id")) for line in lines()]
    assert ids[:3] == [
        (record["messageId"], f"id of {name}")
        for record, name in zip(records, ("one", "malformed", "broken"), strict=True)
    ]
    assert [correlation_id for _, correlation_id in ids[3:]] == [None, None]
    assert ids[4] == (None, None)


@pytest.mark.parametrize(
    ("remaining_ms", "expected"), [(MIN_REMAINING_MS - 1, ["one", "two"]), (MIN_REMAINING_MS, [])]
)
def test_messages_that_might_be_cut_off_return_untouched(
    lines: Lines, remaining_ms: int, expected: list[str]
) -> None:
    dead_letters = MemoryDeadLetters()
    returned, _ = run("one", "two", dead_letters=dead_letters, remaining_ms=remaining_ms)
    assert returned == expected
    done = [line for line in lines() if line["message"] == "done"]
    assert len(done) == 2 - len(expected)
    assert dead_letters.letters == []
