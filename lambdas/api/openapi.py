"""The OpenAPI file, generated from the routes and schemas. `make openapi` writes it.

No function imports this module: the API serves the committed file, and a test compares the two.
"""

import inspect
import json
import re
import sys
from typing import Any, Final

import msgspec
from msgspec import Struct

from lambdas.api import schemas
from lambdas.api.examples import EXAMPLES
from lambdas.api.responses import MAX_CSV_ROWS
from lambdas.api.routes import table
from lambdas.api.routing import Parameter, Route

_REF: Final = "#/components/schemas/{name}"
_ABOUT: Final = """Buy fractions of shares on a stock exchange that answers asynchronously.

Money, prices and quantities are decimal strings, never floats. Times are ISO-8601 in UTC. Lists are
newest first. Errors carry a `code` for programs and a `message` for a person. The account is
always the one of the token.

`x-consistency` says what an operation promises about the age of its response. `linearizable`: it is
as the data was at some moment between the request and the response, so it includes everything that
any earlier response told. `may lag`: it is as the data was at some earlier moment, mostly less than
a second ago; it never shows what was not yet written."""
_ERRORS: Final = {
    401: "No valid token. Answered by the gateway, or with the code `unauthorized`.",
    404: "`not_found`: it does not exist, or belongs to another account.",
    409: "Refused in the current state: `insufficient_funds`, `price_too_old`, `price_above_max`;"
    " or `conflict`: a concurrent change; the same request may succeed now.",
    413: "`body_too_large`: over 10 kB.",
    422: "Invalid input: `faults` names every invalid field. Or"
    " `idempotency_key_reused`: the key was used before with other content.",
    429: "Too many requests. Answered by the gateway.",
    500: "`internal_error`: an error of the server, which is logged with the request id.",
    503: "`unavailable`: try again after `Retry-After` seconds. With the same Idempotency-Key a"
    " retry is always safe.",
}
_GATEWAY_ERROR: Final = {"type": "object", "properties": {"message": {"type": "string"}}}


def document() -> dict[str, Any]:
    """The whole file."""
    paths: dict[str, dict[str, Any]] = {}
    for operation_id, route in table.routes.items():
        operation = _operation(operation_id, route)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "fintech-async", "version": "1.0.0", "description": _ABOUT},
        "servers": [{"url": "./"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "responses": {str(status): _error(status) for status in _ERRORS},
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
    routes = table.routes.values()
    bodies = [route.body for route in routes if route.body is not None]
    returned = [route.returns for route in routes if route.returns is not None]
    returned += [schema for route in routes for schema in route.other_returns.values()]
    _, found = msgspec.json.schema_components(
        [*returned, *bodies, schemas.Error], ref_template=_REF
    )
    rules = {body.__name__: _class_value(body, "RULES") for body in bodies}
    return {
        _named(name): _with_branches(_tidy(schema) | rules.get(name, {}))
        for name, schema in found.items()
    }


def _with_branches(schema: dict[str, Any]) -> dict[str, Any]:
    """Moves a property that only some alternatives read into these: the others ignore it."""
    properties, moved = schema.get("properties", {}), set[str]()
    branches = []
    for branch in schema.get("oneOf", []):
        if "properties" not in branch:
            return schema
        known = {name: about for name, about in branch["properties"].items() if about}
        named = {*branch["required"], *branch["properties"]}
        own = {name: properties[name] for name in sorted(named - {*known})}
        moved |= {*own}
        branches.append({**branch, "properties": known | own})
    if not branches:
        return schema
    kept = {name: about for name, about in properties.items() if name not in moved}
    return {**schema, "properties": kept, "oneOf": branches}


def _class_value(schema: type[Struct], name: str) -> dict[str, Any]:
    """RULES or EXAMPLE of a request's schema."""
    return dict(getattr(schema, name))


def _named(name: str) -> str:
    """`Items_Stock_` becomes `StockList`."""
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


def _ref(schema: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.schema_components([schema], ref_template=_REF)[0][0]
    return {"$ref": _REF.format(name=_named(found["$ref"].rsplit("/", 1)[1]))}


def _operation(operation_id: str, route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": operation_id,
        "summary": route.summary,
        "x-consistency": route.consistency.value,
    }
    if route.is_public:
        operation["security"] = []
    if route.parameters:
        operation["parameters"] = [_parameter(parameter) for parameter in route.parameters]
    if route.body is not None:
        content = {"schema": _ref(route.body), "example": _class_value(route.body, "EXAMPLE")}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    operation["responses"] = _responses(operation_id, route)
    return operation


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }


def _responses(operation_id: str, route: Route) -> dict[str, Any]:
    responses = {
        str(status): {
            "description": description,
            **_headers(route),
            "content": _content(operation_id, route, status),
        }
        for status, description in route.responses.items()
    }
    if route.is_cacheable:
        responses["304"] = {"description": "The client's copy is current (If-None-Match)."}
    errors = {*route.errors, 429, 500, 503, *(() if route.is_public else (401,))}
    return responses | {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(errors)
    }


def _content(operation_id: str, route: Route, status: int) -> dict[str, Any]:
    if route.returns is None:
        return {"application/json": {"schema": {"type": "object"}}}
    returned = route.other_returns.get(status, route.returns)
    name = f"{operation_id} {status}" if status in route.other_returns else operation_id
    example = msgspec.json.decode(msgspec.json.encode(EXAMPLES[name]))
    content: dict[str, Any] = {"application/json": {"schema": _ref(returned), "example": example}}
    if route.has_csv:
        about = f"Rows from `cursor` on, at most {MAX_CSV_ROWS}; see `Next-Cursor` for more."
        content["text/csv"] = {"schema": {"type": "string", "description": about}}
    return content


def _headers(route: Route) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if route.is_cacheable:
        headers["ETag"] = {"schema": {"type": "string"}, "description": "Tag of the content."}
    if route.has_location:
        headers["Location"] = {"schema": {"type": "string"}, "description": "Path of the result."}
    if route.has_csv:
        about = "Only with CSV, if there is more: the `cursor` to continue from."
        headers["Next-Cursor"] = {"schema": {"type": "string"}, "description": about}
    return {"headers": headers} if headers else {}


def _error(status: int) -> dict[str, Any]:
    error: dict[str, Any] = {"description": _ERRORS[status]}
    schema = _GATEWAY_ERROR if status == 429 else _ref(schemas.Error)
    if status == 401:
        schema = {"anyOf": [_GATEWAY_ERROR, schema]}
    error["content"] = {"application/json": {"schema": schema}}
    if status == 503:
        about = "In seconds."
        error["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": about}}
    return error


if __name__ == "__main__":
    sys.stdout.write(text())
