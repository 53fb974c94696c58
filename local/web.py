"""HTTP as a script speaks it: one request, one answer, errors of the far side as answers too."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Everything that we call is on this machine: never through a proxy that it may have.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_TIMEOUT_S: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status and decoded JSON body; None when the body is none."""

    status: int
    body: Any


def call(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send one request. Raises OSError when nobody answers."""
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=sent, method=method, headers=dict(headers or {}))  # noqa: S310 - http only, see above
    if sent is not None:
        request.add_header("Content-Type", "application/json")
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
            return Answer(status=answer.status, body=_json(answer.read()))
    except urllib.error.HTTPError as error:
        return Answer(status=error.code, body=_json(error.read()))


def answers_well(url: str) -> bool:
    """Whether a GET gives 200 now."""
    try:
        return call("GET", url).status == 200
    except OSError:
        return False


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
