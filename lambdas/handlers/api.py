"""The HTTP API's function: a request of the gateway in, use case, response out.

Outside of Lambda, importing it reads no environment, and nowhere does it call anybody.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from lambdas import runtime
from lambdas.handlers import api_activity, api_jobs, api_orders, api_service, api_stocks, api_wallet
from lambdas.handlers.api_outcomes import log_failure, logger
from lambdas.handlers.api_request import Request
from lambdas.handlers.api_response import JSON, SECURITY_HEADERS, Response
from lambdas.wire import http_errors
from lambdas.wire.http_routes import find

Endpoint = Callable[[Request], Response]
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
    endpoints = _endpoints()

    def answered(event: dict[str, Any]) -> Response:
        route, path = find(event["requestContext"]["http"]["method"], event["rawPath"])
        request = Request(event=event, path=path, api=build_api(), now=clock(), new_key=new_key)
        if not route.is_public:
            _ = request.account_id  # raises NotSignedIn, before anything is read
        return endpoints[route.name](request)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request_id = event["requestContext"]["requestId"]
        logger.remove_keys(["correlation_id"])  # of the request before
        logger.append_keys(request_id=request_id)
        try:
            response = answered(event)
        except Exception as error:  # noqa: BLE001  whatever it is, the client is to hear so
            response = _failed(error, request_id)
        return response.as_json({**SECURITY_HEADERS, "X-Request-Id": request_id})

    return handler


def _failed(error: Exception, request_id: str) -> Response:
    failure = http_errors.failure(error, request_id)
    log_failure(error, failure.status)
    body = msgspec.json.encode(failure.body).decode()
    return Response(failure.status, JSON, body, failure.headers)


handler: Final = build_handler(runtime.api, runtime.now, runtime.new_key)
runtime.prepare(runtime.api)
