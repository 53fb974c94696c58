"""The route table: each route is declared once, for Powertools' router and for the OpenAPI file."""

import re
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any, Final, NamedTuple

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter
from msgspec import Struct

from lambdas.api.requests import DEFAULT_LIMIT, MAX_LIMIT, Request

Endpoint = Callable[..., Response[str]]


class Parameter(NamedTuple):
    """A parameter outside of the body; `place` is path, query or header."""

    name: str
    place: str
    schema: dict[str, Any]
    description: str


UUID_SCHEMA: Final = {"type": "string", "format": "uuid"}
TIME_SCHEMA: Final = {"type": "string", "format": "date-time"}
LIMIT: Final = Parameter(
    name="limit",
    place="query",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    description="Maximum number of items.",
)
CURSOR: Final = Parameter(
    name="cursor",
    place="query",
    schema={"type": "string"},
    description="Where to continue: `next_cursor` of the previous page.",
)
IDEMPOTENCY_KEY: Final = Parameter(
    name="Idempotency-Key",
    place="header",
    schema=UUID_SCHEMA,
    description="The client's name for this request. Keep it until there is a response: a retry"
    " with the same key never acts twice. Without it the server generates one.",
)


class Consistency(StrEnum):
    """What a response promises about its age. The simulation and the chaos run check it."""

    LINEARIZABLE = "linearizable"  # as at some moment between the request and its response
    MAY_LAG = "may lag"  # as at some earlier moment; never what was not yet written


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path.

    `returns` is the schema of a successful body, None for a document of its own, `other_returns`
    that of the statuses whose body is another; `responses` are the successful statuses with their
    descriptions, `errors` the statuses of refusals.
    """

    method: str
    path: str
    summary: str
    returns: Any
    _: KW_ONLY
    other_returns: Mapping[int, Any] = field(default_factory=dict)
    responses: Mapping[int, str] = field(default_factory=lambda: {200: "Success."})
    errors: tuple[int, ...] = ()
    body: type[Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    is_public: bool = False
    is_cacheable: bool = False
    has_csv: bool = False
    has_location: bool = False
    is_linearizable: bool = False

    @property
    def consistency(self) -> Consistency:
        """Its promise. Requests that write always answer what they wrote."""
        is_strict = self.is_linearizable or self.method != "GET"
        return Consistency.LINEARIZABLE if is_strict else Consistency.MAY_LAG

    def matches(self, path: str) -> bool:
        """Whether a path has the form of this route's, whatever its parameters contain."""
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(self.path))
        return re.fullmatch(pattern, path) is not None


class RouteTable:
    """Registers routes with a Powertools router, and keeps their declarations by operation id."""

    def __init__(self) -> None:
        self.router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]
        self.routes: dict[str, Route] = {}

    def add(self, route: Route) -> Callable[[Endpoint], Endpoint]:
        """Decorator for the function that answers a route, whose name is the operation id.

        The function is given the request and the path's parameters by name. Unless the route is
        public, it is called only for a signed-in account.
        """

        def register(function: Endpoint) -> Endpoint:
            self.routes[function.__name__] = route
            # The router's rules are regular expressions with parameters as <name>. The router ends
            # each with $, before which Python accepts a line break.
            rule = re.sub(r"{(\w+)}", r"<\1>", route.path.replace(".", r"\.")) + r"\Z"
            self.router.route(rule, method=route.method)(self._adapted(route, function))
            return function

        return register

    def _adapted(self, route: Route, function: Endpoint) -> Endpoint:
        def answer(**path_parameters: str) -> Response[str]:
            deps = self.router.context["deps"]
            request = Request(event=self.router.current_event, deps=deps, now=deps.now())
            if not route.is_public:
                _ = request.account_id  # raises NotSignedIn before anything is read
            return function(request, **path_parameters)

        return answer

    def allowed_methods(self, path: str) -> tuple[str, ...]:
        """The methods with which a path may be requested; none for an unknown path."""
        return tuple(sorted({r.method for r in self.routes.values() if r.matches(path)}))


table: Final = RouteTable()
"""Every route of the API, in the order in which `lambdas.api.routes` imports them."""
