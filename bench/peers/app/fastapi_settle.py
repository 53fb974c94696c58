"""The queue of answers beside a FastAPI application: a handler without the framework."""

import logging
from typing import Any

import store

logging.getLogger().setLevel(logging.INFO)
logger = logging.getLogger("settle")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - as Lambda calls it
    """One message after the other; those that failed come again."""
    failed = []
    for record in event["Records"]:
        try:
            order_id = store.settle_message(record["body"])
            logger.info("answer applied", extra={"order_id": order_id})
        except Exception:
            logger.exception("failed")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
