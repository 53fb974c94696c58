"""The operations of the OpenAPI file, and one request to one of them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

# Companies, prices and the groups' purchases are the same for every account; all else is private.
SHARED = ("/stocks", "/activity", "/heartbeat", "/openapi.json")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path. `body` is the file's example, None where there is no body."""

    method: str
    path: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Any
    is_public: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_shared(self) -> bool:
        """Whether every account gets the same response."""
        return self.path.startswith(SHARED)

    @property
    def needs_a_code(self) -> bool:
        """Whether anybody may read it who knows a code, whatever their account."""
        return self.is_public and any(p["name"] == "code" for p in self.parameters_in("query"))

    @property
    def path_parameters(self) -> list[str]:
        """Names of the path's parameters."""
        return re.findall(r"{(\w+)}", self.path)

    def parameters_in(self, place: str) -> list[Mapping[str, Any]]:
        """The parameters of the query or of the headers."""
        return [parameter for parameter in self.parameters if parameter["in"] == place]

    def path_with(self, values: Mapping[str, str]) -> str:
        """The path with values for its parameters."""
        path = self.path
        for name in self.path_parameters:
            path = path.replace(f"{{{name}}}", quote(values[name], safe=""))
        return path

    def required_query(self) -> dict[str, str]:
        """The required query parameters, with the file's examples."""
        required = [p for p in self.parameters_in("query") if p.get("required")]
        return {parameter["name"]: _example(self, parameter) for parameter in required}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request."""

    operation: Operation
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def url(self) -> str:
        """The path with the query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    def __str__(self) -> str:
        body = "" if self.body is None else json.dumps(self.body)
        parts = (self.operation.method, self.url, dict(self.headers), body)
        return " ".join(str(part) for part in parts if part)


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """All operations in the file's order."""
    return [
        Operation(
            method=method.upper(),
            path=path,
            parameters=tuple(details.get("parameters", ())),
            body=_body(details),
            is_public=details.get("security") == [],
        )
        for path, methods in document["paths"].items()
        for method, details in methods.items()
    ]


def _body(details: Mapping[str, Any]) -> Any:
    content = details.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("example")


def _example(operation: Operation, parameter: Mapping[str, Any]) -> str:
    schema = parameter["schema"]
    for value in (parameter.get("example"), schema.get("default"), *schema.get("enum", ())):
        if value is not None:
            return str(value)
    raise AssertionError(
        f"{operation} requires `{parameter['name']}`, and the OpenAPI file has neither example,"
        " default nor enum for it: add one, so that the authorization tests can request this route."
    )
