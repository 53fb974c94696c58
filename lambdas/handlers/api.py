"""The HTTP API's function: a request of the gateway in, use case, response out.

Outside of Lambda, importing it reads no environment, and nowhere does it call anybody.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from lambdas import runtime
from lambdas.handlers import api_activity, api_jobs, api_orders, api_service, api_stocks, api_wallet
from lambdas.handlers.api_outcomes import log_failure, logger, publish_counts
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import JSON, SECURITY_HEADERS
from lambdas.wire import http_errors
from lambdas.wire.http_errors import UnknownRoute, WrongMethod
from lambdas.wire.http_route import Route
from lambdas.wire.http_routes import ROUTES, methods_of

Endpoint = Callable[[Request], Response[Any]]
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def _endpoints() -> dict[str, Endpoint]:
    """By the route's name. Each handler has its own heartbeat, which remembers what it found."""
    return {
        "get_heartbeat": api_service.Heartbeat(),
        "get_openapi": api_service.get_openapi,
        "list_stocks": api_stocks.list_stocks,
        "get_stock": api_stocks.get_stock,
        "list_prices": api_stocks.list_prices,
        "list_candles": api_stocks.list_candles,
        "list_stock_activity": api_activity.list_stock_activity,
        "list_activity": api_activity.list_activity,
        "get_wallet": api_wallet.get_wallet,
        "make_deposit": api_wallet.make_deposit,
        "list_postings": api_wallet.list_postings,
        "place_order": api_orders.place_order,
        "list_orders": api_orders.list_orders,
        "get_order": api_orders.get_order,
        "get_portfolio": api_wallet.get_portfolio,
        "create_job": api_jobs.create_job,
        "list_jobs": api_jobs.list_jobs,
        "get_job": api_jobs.get_job,
        "get_me": api_service.get_me,
    }


def build_handler(
    build_api: Callable[[], "runtime.Api"],
    clock: Callable[[], datetime],
    new_key: Callable[[], UUID],
) -> Handler:
    """A Lambda handler over these ports. `build_api` is asked with every request."""
    resolver = APIGatewayHttpResolver()

    def request(path: dict[str, str]) -> Request:
        event = resolver.current_event
        return Request(event=event, path=path, api=build_api(), now=clock(), new_key=new_key)

    endpoints = _endpoints()
    for route in ROUTES:
        _register(resolver, route, endpoints[route.name], request)
    resolver.not_found(lambda _: _failed(resolver, _unknown(resolver.current_event)))
    resolver.exception_handler(Exception)(lambda error: _failed(resolver, error))

    @logger.inject_lambda_context(log_event=False, clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request_id = event["requestContext"]["requestId"]
        logger.append_keys(request_id=request_id)
        try:
            response = resolver.resolve(event, context)
        finally:
            publish_counts()
        own = {"X-Request-Id": request_id, **response["headers"]}
        return {**response, "headers": {**SECURITY_HEADERS, **own}}

    return handler


def _register(
    resolver: APIGatewayHttpResolver,
    route: Route,
    endpoint: Endpoint,
    request: Callable[[dict[str, str]], Request],
) -> None:
    def answer(**path: str) -> Response[Any]:
        asked = request(path)
        if not route.is_public:
            _ = asked.account_id  # raises NotSignedIn, before anything is read
        return endpoint(asked)

    rule = route.path.replace("{", "<").replace("}", ">")
    resolver.route(rule, method=route.method)(answer)


def _unknown(event: APIGatewayProxyEventV2) -> Exception:
    allowed = methods_of(event.path)
    is_known = bool(allowed) and event.http_method.upper() not in allowed
    return WrongMethod(allowed) if is_known else UnknownRoute()


def _failed(resolver: APIGatewayHttpResolver, error: Exception) -> Response[Any]:
    request_id = resolver.current_event.request_context.request_id
    failure = http_errors.failure(error, request_id)
    log_failure(error, failure.status)
    body = msgspec.json.encode(failure.body).decode()
    return Response(failure.status, JSON, body, failure.headers)


handler: Final = build_handler(runtime.api, runtime.now, runtime.new_key)
runtime.prepare(runtime.api)
