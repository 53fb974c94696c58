"""Credentials of the bridge's task role, handed out as ECS does it: over HTTP on loopback, fresh
ones whenever the SDK in the bridge asks. So the bridge runs with the rights that its policy grants,
for as long as it runs.
"""

import hmac
import json
import secrets
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from local.cloud import client
from local.options import HOST, Options

_SESSION_S: Final = 3600


class TaskCredentials:
    """The endpoint that AWS_CONTAINER_CREDENTIALS_FULL_URI names."""

    def __init__(self, issue: Callable[[], dict[str, str]]) -> None:
        self._token = secrets.token_urlsafe(24)
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self._token, issue))
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, name="task-credentials", daemon=True
        ).start()

    def environment(self) -> dict[str, str]:
        """The variables by which an AWS SDK finds it."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{HOST}:{self._server.server_port}/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._token,
        }

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def issuer(
    options: Options, role_arn: str, session_s: int = _SESSION_S
) -> Callable[[], dict[str, str]]:
    """A session of the role, in the shape of ECS's answer, at each call."""
    sts = client("sts", options.cloud_url)

    def issue() -> dict[str, str]:
        session = sts.assume_role(
            RoleArn=role_arn, RoleSessionName="bridge", DurationSeconds=session_s
        )["Credentials"]
        return {
            "AccessKeyId": session["AccessKeyId"],
            "SecretAccessKey": session["SecretAccessKey"],
            "Token": session["SessionToken"],
            "Expiration": session["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "RoleArn": role_arn,
        }

    return issue


def _handler(token: str, issue: Callable[[], dict[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not hmac.compare_digest(self.headers.get("Authorization", ""), token):
                self.send_error(403)
                return
            body = json.dumps(issue()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the library's
            """Stay silent: a request line is not worth one of ours."""

    return Handler
