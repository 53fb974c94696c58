"""The API against its own description: schemathesis makes requests that the OpenAPI file allows,
and such that it forbids, and holds every answer against it. See decision 0081.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS: Final[list[CheckFunction]] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Tokens are another test's: here somebody is signed in.
CONFIG: Final = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
# The schemas are small; what is slow here is the machine.
_SLOW: Final = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def modes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, GenerationMode]]:
    """Every operation with good requests, and with bad ones where a request can be bad."""
    for path, methods in document["paths"].items():
        for method, details in methods.items():
            yield method.upper(), path, GenerationMode.POSITIVE
            if "parameters" in details or "requestBody" in details:
                yield method.upper(), path, GenerationMode.NEGATIVE


def hold(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    *,
    examples: int,
    **called: Any,
) -> None:
    """Send so many requests and hold each answer; `called` is for the call itself."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,  # a change lands or not, whatever the dice
        database=None,
        suppress_health_check=_SLOW,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def held(case: Case[Any]) -> None:
        case.call_and_validate(checks=CHECKS, **called)

    held()


__all__ = ["CHECKS", "CONFIG", "hold", "modes", "schemathesis"]
