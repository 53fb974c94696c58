"""The queue of answers beside a FastAPI application: a handler without the framework."""

import logging
from datetime import UTC, datetime
from typing import Any

import store
from models import Envelope, Verdict

logging.getLogger().setLevel(logging.INFO)
logger = logging.getLogger("settle")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - as Lambda calls it
    """One message after the other; those that failed come again."""
    failed = []
    for record in event["Records"]:
        try:
            envelope = Envelope.model_validate_json(record["body"])
            verdict = Verdict.model_validate_json(envelope.payload)
            if str(verdict.group_id) == "3":
                store.settle(verdict.request_id, verdict.valid, datetime.now(UTC))
            logger.info("answer applied", extra={"order_id": verdict.request_id})
        except Exception:
            logger.exception("failed")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
