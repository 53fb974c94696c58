"""The gateway for a WSGI client: an HTTP request becomes an event (payload 2.0) of a signed-in
account, and the function's result an HTTP response.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.builders import ALICE
from tests.unit.http.gateway import Context, Site, event

# The gateway passes on other bodies in base64.
_AS_TEXT = ("application/json", "application/xml", "application/javascript", "text/")


def application(site: Site) -> Callable[..., Any]:
    """A WSGI application in front of a site."""

    @Request.application
    def answer(request: Request) -> Response:
        answered = site.handler(_event(request), Context())
        return Response(
            response=answered["body"], status=answered["statusCode"], headers=answered["headers"]
        )

    return answer


def _event(request: Request) -> dict[str, Any]:
    body: str | bytes | None = request.get_data()
    if isinstance(body, bytes) and request.mimetype.startswith(_AS_TEXT):
        body = body.decode(errors="replace")
    return event(
        request.method,
        request.path,
        who=ALICE,
        query={name: ",".join(values) for name, values in request.args.lists()},
        headers=dict(request.headers),
        body=body or None,
    )
