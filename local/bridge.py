"""The bridge, the same program that Fargate runs, as a process: with the environment of the
deployed task definition and the rights of its task role, so that both are tried on a laptop.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

from local import deploy
from local.cloud import client
from local.errors import CannotRun
from local.options import REGION, Options
from local.outputs import Outputs
from local.processes import Program
from local.task_role import issuer
from local.tools import PYTHON, environment

NAME: Final = "bridge"
_TOPICS: Final = {
    "info": "TOPIC_INFO",
    "request": "TOPIC_REQUEST",
    "validation": "TOPIC_VALIDATION",
}


def container_environment(options: Options) -> dict[str, str]:
    """What the deployed task definition tells the container, which the emulator does not run."""
    ecs = client("ecs", options.cloud_url)
    found = ecs.list_task_definitions(sort="DESC", status="ACTIVE")["taskDefinitionArns"]
    if not found:
        raise CannotRun("The deployed stacks hold no task definition for the bridge.")
    task = ecs.describe_task_definition(taskDefinition=found[0])["taskDefinition"]
    return {pair["name"]: pair["value"] for pair in task["containerDefinitions"][0]["environment"]}


def topics(container: dict[str, str]) -> dict[str, str]:
    """The exchange's topics by what they carry."""
    return {topic: container[variable] for topic, variable in _TOPICS.items()}


def program(options: Options, container: dict[str, str], rights: dict[str, str]) -> Program:
    """Only addresses differ from AWS: the broker's, the cloud's, the credentials', the file's."""
    health = health_file(options)
    health.unlink(missing_ok=True)
    told = container | {
        "AWS_ENDPOINT_URL": options.cloud_url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "MQTT_URL": options.broker_url,
        "HEALTH_FILE": str(health),
    }
    return Program(
        name=NAME,
        argv=(PYTHON, "-m", "mqtt_bridge"),
        env=environment(**told, **rights),
        grace_s=12,  # it drains for at most 10 s
    )


def become_bridge(options: Options) -> NoReturn:
    """Turn this process into the bridge of a run that was started without one (`BRIDGE=none`).

    So a bridge can be killed, changed or debugged while the rest goes on. Its session of the role
    is not renewed: it lasts for twelve hours.
    """
    running = Outputs.read(options)
    cloud, broker = urlsplit(running.aws_endpoint_url).port, urlsplit(running.mqtt_url).port
    assert cloud is not None  # both are written with their ports
    assert broker is not None
    options = replace(options, cloud_port=cloud, mqtt_port=broker)
    made = program(options, container_environment(options), lasting_rights(options))
    os.chdir(made.folder)
    os.execve(made.argv[0], made.argv, dict(made.env))  # noqa: S606 - our own interpreter


def lasting_rights(options: Options) -> dict[str, str]:
    """A session of the task role for twelve hours, as an SDK finds it in the environment."""
    role = deploy.required(deploy.outputs(options), "BridgeTaskRoleArn")
    session = issuer(options, role, session_s=43_200)()
    return {
        "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
        "AWS_SESSION_TOKEN": session["Token"],
    }


def health_file(options: Options) -> Path:
    """The bridge keeps it fresh while it is well."""
    return options.state / "bridge.alive"
