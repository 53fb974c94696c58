"""The WebSocket API: opens a live connection for a valid ticket, and forgets it when it closes."""

from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.domain.errors import Refused, StaleDecision, Transient
from lambdas.handlers.errors import hide_foreign_errors
from lambdas.names import Setting
from lambdas.observability import logger
from lambdas.services.live import close_connection, open_connection

MAX_TICKET: Final = 64
"""Characters of a ticket; what is longer is none."""

deps = bootstrap.dependencies("tickets", "connections")


@logger.inject_lambda_context(clear_state=True)
@hide_foreign_errors
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Entry point. A status other than 200 refuses a connection."""
    connection_id = event["requestContext"]["connectionId"]
    if event["requestContext"]["eventType"] == "DISCONNECT":
        close_connection(deps.connections, connection_id)
        return {"statusCode": 200}
    return {"statusCode": _open(event, connection_id)}


def _open(event: dict[str, Any], connection_id: str) -> int:
    secret = (event.get("queryStringParameters") or {}).get("ticket", "")
    if not 0 < len(secret) <= MAX_TICKET:
        return 401
    try:
        account_id = open_connection(
            deps.tickets,
            deps.connections,
            secret=secret,
            connection_id=connection_id,
            stage=deps.config.text(Setting.STAGE),
            now=deps.now(),
        )
    except Refused as error:
        logger.warning("connection refused", reason=error.code)
        return 429
    except (StaleDecision, Transient) as error:
        logger.warning("connection refused", reason=error.code)
        return 503
    if account_id is None:
        logger.info("connection refused", reason="invalid_ticket")
        return 401
    logger.info("connection opened", account_id=account_id, connection_id=connection_id)
    return 200
