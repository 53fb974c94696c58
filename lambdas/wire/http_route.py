"""What a route of the HTTP API is; which there are, `lambdas.wire.http_routes` says."""

from typing import Any, NamedTuple

from msgspec import Struct

from lambdas.wire.http_parameters import Parameter


class Route(NamedTuple):
    """One method of one path. `answers` and `failures` are statuses, and what they mean."""

    method: str
    path: str
    name: str
    summary: str
    model: Any  # of a successful answer's body; None for a document of its own
    answers: dict[int, str]
    failures: tuple[int, ...] = ()
    body: type[Struct] | None = None
    parameters: tuple[Parameter, ...] = ()
    is_public: bool = False
    is_cached: bool = False
    has_csv: bool = False
