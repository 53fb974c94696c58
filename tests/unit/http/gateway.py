"""The API as a client sees it: events of the gateway (payload 2.0) in, responses out, over stores
in memory. Every response is checked against the committed OpenAPI file.
"""

import base64
import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from openapi_schema_validator import OAS31Validator

import lambdas.api
from lambdas.api.app import respond
from lambdas.api.health import RecentHealth
from lambdas.api.routes import table
from tests.builders import ALICE, NOW
from tests.fakes.dependencies import MADE_KEY, FakeDependencies
from tests.fakes.memory import MemoryStore

__all__ = ["DOCUMENT", "MADE_KEY", "Answer", "Context", "Site", "event"]

DOCUMENT = json.loads((Path(lambdas.api.__file__).parent / "openapi.json").read_text())


@dataclass(frozen=True)
class Answer:
    """One response."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)

    @property
    def fields(self) -> list[str]:
        """The invalid fields, in order."""
        return [fault["field"] for fault in self.json["faults"]]


@dataclass(frozen=True)
class Context:
    """The context of an invocation."""

    function_name: str = "api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:api"
    aws_request_id: str = "6f1c3c86-0000-4000-8000-000000000000"


@dataclass
class Site:
    """One process of the function. `now` may be moved, and the ports of `deps` replaced."""

    store: MemoryStore = field(default_factory=MemoryStore)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.deps = FakeDependencies(self.store, now=lambda: self.now)
        self._health = RecentHealth()

    def handler(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The function."""
        return respond(event, context, deps=self.deps, health=self._health)

    def get(self, path: str, **asked: Any) -> Answer:
        """GET as ALICE, unless `who` says otherwise."""
        return self.ask("GET", path, **asked)

    def post(self, path: str, body: Any, **asked: Any) -> Answer:
        """POST a value as JSON."""
        return self.ask("POST", path, body=json.dumps(body), **asked)

    def order(self, key: str | None = None, who: str = ALICE, **body: Any) -> Answer:
        """POST /orders."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.post("/orders", body, headers=headers, who=who)

    def deposit(self, amount: Any, key: str | None = None, who: str = ALICE) -> Answer:
        """POST /wallet/deposits."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.post("/wallet/deposits", {"amount": amount}, headers=headers, who=who)

    def ask(self, method: str, path: str, **asked: Any) -> Answer:
        """Any request; the response is checked against the OpenAPI file."""
        answered = self.handler(event(method, path, **asked), Context())
        assert answered["isBase64Encoded"] is False
        answer = Answer(answered["statusCode"], answered["headers"], answered["body"])
        check_contract(method, path, answer)
        return answer

    def frozen(self) -> MemoryStore:
        """A copy of the store, to compare with later."""
        return deepcopy(self.store)


def event(
    method: str,
    path: str,
    *,
    who: str | None = ALICE,
    body: str | bytes | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    claims: dict[str, str] | None = None,
) -> dict[str, Any]:
    """An event of the HTTP API; bytes are sent in base64."""
    authorizer = {"jwt": {"claims": {"sub": who, **(claims or {})}, "scopes": None}}
    context = {
        "accountId": "000000000000",
        "apiId": "abc",
        "domainName": "abc.execute-api.us-east-1.amazonaws.com",
        "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"},
        "requestId": "request-1",
        "routeKey": "GET /{proxy+}",
        "stage": "$default",
        "timeEpoch": 1_772_636_400_000,
        **({} if who is None else {"authorizer": authorizer}),
    }
    sent: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "GET /{proxy+}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {name.lower(): value for name, value in (headers or {}).items()},
        "requestContext": context,
        "isBase64Encoded": isinstance(body, bytes),
    }
    if query:
        sent["queryStringParameters"] = query
    if body is not None:
        sent["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return sent


def check_contract(method: str, path: str, answer: Answer) -> None:
    """Checks status and body against the OpenAPI file."""
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.status == 304:
        assert answer.text == ""
        return None
    documented = _documented(method, path)
    if documented is None:
        assert answer.status in (401, 404, 405)
        return _fits(answer.json, {"$ref": "#/components/schemas/Error"})
    assert str(answer.status) in documented, f"{answer.status} is not documented"
    response = documented[str(answer.status)]
    if "$ref" in response:
        response = DOCUMENT["components"]["responses"][response["$ref"].rsplit("/", 1)[1]]
    media_type = answer.headers["Content-Type"].split(";")[0]
    schema = response["content"][media_type]["schema"]
    return _fits(answer.text if media_type == "text/csv" else answer.json, schema)


def _documented(method: str, path: str) -> dict[str, Any] | None:
    steps = path.split("/")
    for route in table.routes.values():
        pairs = list(zip(route.path.split("/"), steps, strict=False))
        fits = all(known == step or known.startswith("{") for known, step in pairs)
        if fits and route.method == method and len(route.path.split("/")) == len(steps):
            responses: dict[str, Any] = DOCUMENT["paths"][route.path][method.lower()]["responses"]
            return responses
    return None


def _fits(body: Any, schema: dict[str, Any]) -> None:
    whole = {**schema, "components": DOCUMENT["components"]}
    errors = [error.message for error in OAS31Validator(whole).iter_errors(body)]
    assert errors == []
