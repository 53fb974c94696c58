"""The resolver of the HTTP API: routes, unknown routes, and exceptions."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.errors import UnknownRoute, WrongMethod, error_response, log_failure, status_of
from lambdas.api.health import RecentHealth
from lambdas.api.responses import SECURITY_HEADERS
from lambdas.api.routes import table
from lambdas.bootstrap import Dependencies
from lambdas.observability import logger

app = APIGatewayHttpResolver()
app.include_router(table.router)


def respond(
    event: dict[str, Any], context: LambdaContext, *, deps: Dependencies, health: RecentHealth
) -> dict[str, Any]:
    """The gateway's response to a request (payload format 2.0)."""
    request_id = event["requestContext"]["requestId"]
    logger.append_keys(request_id=request_id)
    app.append_context(deps=deps, health=health)  # type: ignore[no-untyped-call]
    response = app.resolve(event, context)
    return {**response, "headers": _headers(response["headers"], request_id)}


def _headers(own: Mapping[str, str], request_id: str) -> dict[str, str]:
    return {**SECURITY_HEADERS, "X-Request-Id": request_id, **own}


@app.not_found
def handle_unknown_route(_: NotFoundError) -> Response[str]:
    """405 for the wrong method of a known path; 404 for any other path."""
    allowed = table.allowed_methods(app.current_event.path)
    if allowed and app.current_event.http_method not in allowed:
        raise WrongMethod(allowed)
    raise UnknownRoute


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def handle_exception(error: Exception) -> Response[str]:
    """Logs an exception and answers it by the map from exceptions to HTTP."""
    log_failure(error, status_of(error))
    return error_response(error, app.current_event.request_context.request_id)
