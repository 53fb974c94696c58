"""The OpenAPI file, made of the routes and the models. `make openapi` writes it.

No function imports it: what is served is the committed file, and a test compares the two.
"""

import inspect
import json
import re
import sys
from typing import Any, Final

import msgspec

from lambdas.wire import http
from lambdas.wire.http_examples import ANSWERS, BODIES
from lambdas.wire.http_parameters import Parameter
from lambdas.wire.http_route import Route
from lambdas.wire.http_routes import MAX_CSV_ROWS, ROUTES

_REF: Final = "#/components/schemas/{name}"
_ABOUT: Final = """Buy fractions of shares on a stock exchange that answers later.

Money, prices and quantities are decimal strings, never floats. Times are ISO-8601 in UTC. Lists are
newest first. Errors carry a `code` for programs and a `message` for a person. The account is
always the one of the token."""
_FAILURES: Final = {
    401: "No valid token. Answered by the gateway, or with the code `unauthorized`.",
    404: "`not_found`: there is no such thing, or not for this account.",
    409: "Refused as things stand: `insufficient_funds`, `price_too_old`, `price_above_max`; or"
    " `conflict`: something changed at the same moment, the same request may succeed now.",
    413: "`body_too_large`: over 10 kB.",
    422: "The input can never be right: `faults` names every field at fault. Or"
    " `idempotency_key_reused`: the key names something else already.",
    429: "Too many requests. Answered by the gateway.",
    500: "`internal_error`: our mistake; the request id finds it.",
    503: "`unavailable`: try again after `Retry-After` seconds. Under the same Idempotency-Key that"
    " is always safe.",
}
_BY_GATEWAY: Final = {"type": "object", "properties": {"message": {"type": "string"}}}
# What the models of bodies cannot say, because their fields are read one by one.
_RULES: Final[dict[str, dict[str, Any]]] = {
    "NewDeposit": {"required": ["amount"]},
    "NewJob": {
        "required": ["kind", "days"],
        "oneOf": [
            {
                "properties": {"kind": {"const": "projection"}},
                "required": ["symbol", "quantity"],
            },
            {"properties": {"kind": {"const": "portfolio_history"}}},
        ],
    },
    "NewOrder": {
        "required": ["symbol"],
        "oneOf": [{"required": ["quantity"]}, {"required": ["amount"]}],
    },
}


def document() -> dict[str, Any]:
    """The whole file."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "fintech-async", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "./"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "responses": {str(status): _failure(status) for status in _FAILURES},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An id token or access token of the Cognito user pool.",
                }
            },
        },
    }


def text() -> str:
    """The file as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _schemas() -> dict[str, Any]:
    models = [route.model for route in ROUTES if route.model is not None]
    bodies = [route.body for route in ROUTES if route.body is not None]
    _, schemas = msgspec.json.schema_components([*models, *bodies, http.Error], ref_template=_REF)
    return {_named(name): _tidy(schema) | _RULES.get(name, {}) for name, schema in schemas.items()}


def _named(name: str) -> str:
    """`Items_Stock_` is a list of stocks."""
    return re.sub(r"^Items_(\w+)_$", r"\1List", name)


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    tidy = {key: value for key, value in schema.items() if key != "title"}
    if "description" in tidy:
        tidy["description"] = inspect.cleandoc(tidy["description"])
    if "enum" in tidy:
        tidy["type"] = "string"
    if tidy.get("required") == []:
        del tidy["required"]
    return tidy


def _ref(model: Any) -> dict[str, Any]:
    schema: dict[str, Any] = msgspec.json.schema_components([model], ref_template=_REF)[0][0]
    return {"$ref": _REF.format(name=_named(schema["$ref"].rsplit("/", 1)[1]))}


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary}
    if route.is_public:
        operation["security"] = []
    if route.parameters:
        operation["parameters"] = [_parameter(parameter) for parameter in route.parameters]
    if route.body is not None:
        content = {"schema": _ref(route.body), "example": BODIES[route.name]}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    operation["responses"] = _responses(route)
    return operation


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.about,
        "schema": parameter.schema,
    }


def _responses(route: Route) -> dict[str, Any]:
    responses = {
        str(status): {"description": about, **_headers(route), "content": _content(route)}
        for status, about in route.answers.items()
    }
    if route.is_cached:
        responses["304"] = {"description": "What the client has is still right (If-None-Match)."}
    failures = {*route.failures, 429, 500, 503, *(() if route.is_public else (401,))}
    return responses | {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(failures)
    }


def _content(route: Route) -> dict[str, Any]:
    if route.model is None:
        return {"application/json": {"schema": {"type": "object"}}}
    example = msgspec.to_builtins(ANSWERS[route.name])
    content: dict[str, Any] = {
        "application/json": {"schema": _ref(route.model), "example": example}
    }
    if route.has_csv:
        about = f"All rows from `cursor` on, at most {MAX_CSV_ROWS}; then `Next-Cursor` is there."
        content["text/csv"] = {"schema": {"type": "string", "description": about}}
    return content


def _headers(route: Route) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if route.is_cached:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "Of the content."}
    if route.name in ("place_order", "create_job"):
        headers["Location"] = {"schema": {"type": "string"}, "description": "Of what was asked."}
    if route.has_csv:
        about = "Only with CSV, where there are more rows: the `cursor` to go on with."
        headers["Next-Cursor"] = {"schema": {"type": "string"}, "description": about}
    return {"headers": headers} if headers else {}


def _failure(status: int) -> dict[str, Any]:
    failure: dict[str, Any] = {"description": _FAILURES[status]}
    schema = _BY_GATEWAY if status == 429 else _ref(http.Error)
    if status == 401:
        schema = {"anyOf": [_BY_GATEWAY, schema]}
    failure["content"] = {"application/json": {"schema": schema}}
    if status == 503:
        about = "In seconds."
        failure["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": about}}
    return failure


if __name__ == "__main__":
    sys.stdout.write(text())
