"""The function behind the HTTP API."""

from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import bootstrap
from lambdas.api.app import respond
from lambdas.api.health import RecentHealth
from lambdas.observability import logger

deps: Final = bootstrap.dependencies("orders", "accounts", "market", "activity", "jobs")
health: Final = RecentHealth()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answers one request of the gateway (payload format 2.0)."""
    return respond(event, context, deps=deps, health=health)
