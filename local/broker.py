"""The MQTT broker: rumqttd from the `iotcore` package, or an installed Mosquitto. Both require user
name and password, keep persistent sessions, and queue enough for a bridge that is down for days.
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

from local.options import HOST, BrokerKind, CannotRun, Options
from local.processes import Program
from local.resources import write_private
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

# With `autosave_on_changes` sessions and queued messages survive SIGKILL, except a message that was
# acknowledged immediately before: Mosquitto saves right after it has acknowledged.
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
    """The only account of the broker. The password is never logged."""

    username: str
    password: str = field(repr=False)

    def url(self, options: Options) -> str:
        """The broker's URL including user name and password."""
        return f"mqtt://{self.username}:{self.password}@{HOST}:{options.mqtt_port}"

    def as_secret(self) -> str:
        """The value of the Secrets Manager secret, as the bridge reads it."""
        return json.dumps({"username": self.username, "password": self.password})


def credentials(options: Options) -> Credentials:
    """Created once per state folder, so that clients of an earlier run can still connect."""
    path = options.state / "mqtt-credentials.json"
    if not path.exists():
        account = Credentials(username="fintech", password=secrets.token_hex(16))
        write_private(path, account.as_secret())
    return Credentials(**json.loads(path.read_text()))


def program(options: Options, account: Credentials) -> Program:
    """The broker that the options name, with its configuration files written."""
    folder = options.state / "broker"
    folder.mkdir(parents=True, exist_ok=True)
    match options.broker:
        case BrokerKind.IOTCORE:
            argv = _iotcore(options, account, folder)
        case BrokerKind.MOSQUITTO:
            argv = _mosquitto(options, account, folder)
        case BrokerKind.NONE:
            raise CannotRun("Which broker? Choose --broker iotcore or --broker mosquitto.")
    return Program(name=NAME, argv=argv, env=environment(), grace_s=10)


def become_broker(options: Options) -> NoReturn:
    """Replace this process by the broker of a run that was started with `BROKER=none`.

    The broker can then be killed while the rest of the run continues.
    """
    chosen = program(options, credentials(options))
    os.chdir(chosen.folder)
    os.execve(chosen.argv[0], chosen.argv, dict(chosen.env))  # noqa: S606 - a path of our own


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
    # rumqttd logs every packet at level ERROR; only CRITICAL lines are worth keeping.
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
    # Packages install the server in /usr/sbin, which is often not on the PATH.
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin")
    if found is None:
        raise CannotRun(
            f"BROKER=mosquitto needs `{name}` on the PATH. Install Mosquitto, "
            "or omit BROKER: the built-in broker needs no installation."
        )
    return found
