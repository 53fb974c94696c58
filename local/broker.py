"""The MQTT broker: rumqttd from the `iotcore` wheel, or the machine's Mosquitto, both with user
name and password, persistent sessions, and queues large enough for a bridge that sleeps over a
weekend.
"""

import json
import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NoReturn

from local.errors import CannotRun
from local.files import write_private
from local.options import HOST, BrokerKind, Options
from local.processes import Program
from local.tools import PYTHON, environment

NAME: Final = "broker"
_MAX_PAYLOAD_BYTES: Final = 4 * 1024 * 1024

_IOTCORE_CONFIG: Final = """\
id = 0
[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = 8388608
max_segment_count = 10
[v4.main]
name = "v4"
listen = "{host}:{port}"
next_connection_delay_ms = 1
[v4.main.connections]
connection_timeout_ms = 60000
max_payload_size = {max_payload_bytes}
max_inflight_count = 100
dynamic_filters = true
[v4.main.connections.auth]
{username} = "{password}"
"""

# `autosave_on_changes` is what lets sessions and queued messages survive SIGKILL, but for those of
# the last moment: it saves right after it has acknowledged.
_MOSQUITTO_CONFIG: Final = """\
listener {port} {host}
allow_anonymous false
password_file {folder}/passwords
user {user}
persistence true
persistence_location {folder}/
autosave_interval 1
autosave_on_changes true
max_queued_messages {queue}
max_queued_bytes 0
max_inflight_messages 100
max_packet_size {max_payload_bytes}
log_dest stderr
log_type error
log_type warning
log_type notice
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The one account of the broker. `password` never reaches a log."""

    username: str
    password: str = field(repr=False)

    def url(self, options: Options) -> str:
        """The broker's URL with the account in it."""
        return f"mqtt://{self.username}:{self.password}@{HOST}:{options.mqtt_port}"

    def as_secret(self) -> str:
        """The secret's value as the bridge reads it."""
        return json.dumps({"username": self.username, "password": self.password})


def credentials(options: Options) -> Credentials:
    """Made once per state folder, so that a second run still knows the first one's clients."""
    path = options.state / "mqtt-credentials.json"
    if not path.exists():
        made = Credentials(username="fintech", password=secrets.token_hex(16))
        write_private(path, made.as_secret())
    return Credentials(**json.loads(path.read_text()))


def program(options: Options, account: Credentials) -> Program:
    """The broker that the options name, configured."""
    folder = options.state / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    match options.broker:
        case BrokerKind.IOTCORE:
            argv = _iotcore(options, account, folder)
        case BrokerKind.MOSQUITTO:
            argv = _mosquitto(options, account, folder)
        case BrokerKind.NONE:
            raise CannotRun("Which broker? --broker iotcore, or --broker mosquitto")
    return Program(name=NAME, argv=argv, env=environment(), grace_s=10)


def become_broker(options: Options) -> NoReturn:
    """Turn this process into the broker of a run that was started without one (`BROKER=none`).

    So a broker can be killed while the rest goes on.
    """
    made = program(options, credentials(options))
    os.chdir(made.folder)
    os.execve(made.argv[0], made.argv, dict(made.env))  # noqa: S606 - the broker that we chose


def _iotcore(options: Options, account: Credentials, folder: Path) -> tuple[str, ...]:
    config = folder / "rumqttd.toml"
    write_private(
        config,
        _IOTCORE_CONFIG.format(
            host=HOST,
            port=options.mqtt_port,
            max_payload_bytes=_MAX_PAYLOAD_BYTES,
            username=account.username,
            password=account.password,
        ),
    )
    # rumqttd logs every packet as an error of a tracing span; only a fatal line is worth keeping.
    return (PYTHON, "-m", "iotcore", "--config", str(config), "--log-level", "CRITICAL")


def _mosquitto(options: Options, account: Credentials, folder: Path) -> tuple[str, ...]:
    server, hasher = _mosquitto_tool("mosquitto"), _mosquitto_tool("mosquitto_passwd")
    passwords = folder / "passwords"
    write_private(passwords, f"{account.username}:{account.password}\n")
    subprocess.run([hasher, "-U", str(passwords)], check=True, capture_output=True)
    config = folder / "mosquitto.conf"
    config.write_text(
        _MOSQUITTO_CONFIG.format(
            host=HOST,
            port=options.mqtt_port,
            folder=folder,
            user=pwd.getpwuid(os.getuid()).pw_name,
            max_payload_bytes=_MAX_PAYLOAD_BYTES,
            queue=options.broker_queue,
        )
    )
    return (server, "-c", str(config))


def _mosquitto_tool(name: str) -> str:
    # Packages put the server in /usr/sbin, which is not on everybody's PATH.
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")
    if found is None:
        raise CannotRun(
            f"BROKER=mosquitto needs `{name}` on the PATH. Install Mosquitto, "
            "or leave BROKER out: the built-in broker needs nothing."
        )
    return found
