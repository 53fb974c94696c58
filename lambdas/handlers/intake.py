"""What the functions behind the bridge's queues share: one message after the other, each with its
own end. Not understood: put aside with the reason. Not possible now: back to the queue. The rest of
the batch goes on either way.
"""

from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools.logging import Logger

from lambdas.domain.errors import DomainError
from lambdas.ports import DeadLetters
from lambdas.wire.envelope import Envelope, envelope_in
from lambdas.wire.malformed import Malformed

Take = Callable[[Envelope], None]
Record = Mapping[str, Any]


def take_all(
    event: dict[str, Any],
    *,
    take: Take,
    dead_letters: DeadLetters,
    logger: Logger,
) -> Any:
    """SQS's answer: which messages are to come again."""

    def take_or_put_aside(record: Record) -> None:
        try:
            take(envelope_in(record["body"]))
        except Malformed as error:
            dead_letters.put(record["body"], error.reason)
            logger.warning("put aside", reason=error.reason, message_id=record["messageId"])

    def is_done(record: Record) -> bool:
        logger.remove_keys(["correlation_id"])  # of the message before; `take` says this one's
        try:
            take_or_put_aside(record)
        except DomainError as error:
            logger.warning("comes again", reason=error.code, message_id=record["messageId"])
            return False
        except Exception:  # one that cannot be done must not stop the others
            logger.exception("failed", message_id=record["messageId"])
            return False
        return True

    failed = [record["messageId"] for record in event["Records"] if not is_done(record)]
    logger.remove_keys(["correlation_id"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
