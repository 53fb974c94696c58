"""The bridge as a process: the program that Fargate runs, with the environment of the deployed task
definition and the permissions of its task role, so that both are tested on a laptop.
"""

import hmac
import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from local import deploy
from local.cloud import client
from local.options import HOST, REGION, CannotRun, Options
from local.processes import Program
from local.tools import PYTHON, environment

NAME: Final = "bridge"
_SESSION_S: Final = 3600
_LONG_SESSION_S: Final = 12 * 3600
_TOPIC_VARIABLES: Final = {
    "info": "TOPIC_INFO",
    "request": "TOPIC_REQUEST",
    "validation": "TOPIC_VALIDATION",
}


def container_environment(options: Options) -> dict[str, str]:
    """Environment of the container in the deployed task definition."""
    ecs = client("ecs", options.cloud_url)
    arns = ecs.list_task_definitions(sort="DESC", status="ACTIVE")["taskDefinitionArns"]
    if not arns:
        raise CannotRun(
            "The deployed stacks have no task definition for the bridge: see the bridge stack in "
            "cdk/, or start afresh (make clean, make up)."
        )
    task = ecs.describe_task_definition(taskDefinition=arns[0])["taskDefinition"]
    return {pair["name"]: pair["value"] for pair in task["containerDefinitions"][0]["environment"]}


def topics(container: dict[str, str]) -> dict[str, str]:
    """The exchange's topics by kind of message."""
    return {topic: container[variable] for topic, variable in _TOPIC_VARIABLES.items()}


def program(options: Options, container: dict[str, str], credentials: dict[str, str]) -> Program:
    """The bridge as on AWS, except for the addresses of the broker and the cloud, its credentials
    and the path of its health file.
    """
    health = health_file(options)
    health.unlink(missing_ok=True)
    overrides = {
        "AWS_ENDPOINT_URL": options.cloud_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "MQTT_URL": options.broker_url,
        "HEALTH_FILE": str(health),
    }
    return Program(
        name=NAME,
        argv=(PYTHON, "-m", "mqtt_bridge"),
        env=environment(**(container | overrides | credentials)),
        grace_s=12,  # it drains for at most 10 s
    )


def become_bridge(options: Options) -> NoReturn:
    """Replace this process by the bridge of a run that was started with `BRIDGE=none`.

    The bridge can then be killed, changed or debugged while the rest of the run continues. Its
    session of the task role is not renewed and ends after twelve hours.
    """
    running = deploy.Outputs.read(options)
    cloud_port = urlsplit(running.aws_endpoint_url).port
    mqtt_port = urlsplit(running.mqtt_url).port
    assert cloud_port is not None  # both URLs are written with their ports
    assert mqtt_port is not None
    options = replace(options, cloud_port=cloud_port, mqtt_port=mqtt_port)
    bridge = program(options, container_environment(options), lasting_rights(options))
    os.chdir(bridge.folder)
    os.execve(bridge.argv[0], bridge.argv, dict(bridge.env))  # noqa: S606 - our own interpreter


def lasting_rights(options: Options) -> dict[str, str]:
    """Credentials of the task role for twelve hours, as environment variables of an AWS SDK."""
    role = deploy.required(deploy.stack_outputs(options), "BridgeTaskRoleArn")
    session = session_source(options, role, session_s=_LONG_SESSION_S)()
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["Token"],
    }


def health_file(options: Options) -> Path:
    """The bridge writes here every few seconds, while it is healthy, whether it is connected."""
    return options.state / "bridge.alive"


def is_connected(options: Options) -> bool:
    """Whether the bridge runs and has said that it is connected."""
    file = health_file(options)
    return file.exists() and file.read_text() == "connected"


def session_source(
    options: Options, role_arn: str, session_s: int = _SESSION_S
) -> Callable[[], dict[str, str]]:
    """A function that opens a new session of the role, in the form of the ECS endpoint's answer."""
    sts = client("sts", options.cloud_url)

    def new_session() -> dict[str, str]:
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

    return new_session


class TaskCredentials:
    """The ECS credentials endpoint on loopback: it gives the bridge a session of the task role
    whenever the bridge's SDK asks, for as long as the run lasts.
    """

    def __init__(self, new_session: Callable[[], dict[str, str]]) -> None:
        self._token = secrets.token_urlsafe(24)
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self._token, new_session))
        self._server.daemon_threads = True
        threading.Thread(
            target=self._server.serve_forever, name="task-credentials", daemon=True
        ).start()

    def environment(self) -> dict[str, str]:
        """The variables by which an AWS SDK finds the endpoint."""
        url = f"http://{HOST}:{self._server.server_port}/credentials"
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._token,
        }

    def close(self) -> None:
        """Stop the endpoint."""
        self._server.shutdown()
        self._server.server_close()


def _handler(token: str, new_session: Callable[[], dict[str, str]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not hmac.compare_digest(self.headers.get("Authorization", ""), token):
                self.send_error(403)
                return
            body = json.dumps(new_session()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """Log nothing: requests are frequent and of no interest."""

    return Handler
