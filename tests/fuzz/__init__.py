"""The API against its own OpenAPI file: schemathesis generates requests that the file allows and
requests that it forbids, and checks every response.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, assume, given, settings
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
# Other tests cover tokens: here every request is signed in.
CONFIG: Final = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
# The schemas are small: only the machine can be slow.
_SLOW: Final = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def modes(document: Mapping[str, Any]) -> Iterator[tuple[str, str, GenerationMode]]:
    """Every operation with valid requests, and with invalid ones where a request can be invalid."""
    for path, methods in document["paths"].items():
        for method, details in methods.items():
            yield method.upper(), path, GenerationMode.POSITIVE
            if "parameters" in details or "requestBody" in details:
                yield method.upper(), path, GenerationMode.NEGATIVE


def check(
    operation: APIOperation[Any, Any, Any, Any],
    mode: GenerationMode,
    *,
    examples: int,
    is_answered_elsewhere: Callable[[Case[Any]], bool] = lambda _: False,
    **called: Any,
) -> None:
    """Sends `examples` requests and checks each response; `called` goes to the call itself.

    `is_answered_elsewhere`: requests that do not reach the API, which are not sent.
    """

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,  # the same requests in every run
        database=None,
        suppress_health_check=_SLOW,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def checked(case: Case[Any]) -> None:
        assume(not is_answered_elsewhere(case))
        case.call_and_validate(checks=CHECKS, **called)

    checked()


__all__ = ["CHECKS", "CONFIG", "check", "modes", "schemathesis"]
