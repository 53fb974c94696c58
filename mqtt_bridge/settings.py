"""What the process is told from outside: the only reader of the environment.

A mistake becomes one sentence that names the variable and never its value, because a value may
hold a password.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

_DEFAULT_HEALTH_FILE: Final = "/tmp/mqtt-bridge.alive"  # noqa: S108  the one writable folder of a read-only container
_CLIENT_ID_MAX: Final = 128  # the limit of AWS IoT Core; brokers allow at least 23


class SettingsError(ValueError):
    """A setting is missing or wrong; the text is one sentence, fit for an operator."""


class Scheme(StrEnum):
    """How to reach the broker; WSS means an AWS IoT Core endpoint with signed websockets."""

    MQTT = "mqtt"
    MQTTS = "mqtts"
    WSS = "wss"


_DEFAULT_PORTS: Final = {Scheme.MQTT: 1883, Scheme.MQTTS: 8883, Scheme.WSS: 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """User name and password for the broker; the password never appears in a repr."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Where the broker listens."""

    scheme: Scheme
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a stage decides about the bridge."""

    broker: Broker
    client_id: str
    login: Login | None = None  # from the URL, for development
    secret_id: str | None = None  # Secrets Manager: JSON with username and password
    request_topic: str
    queue_urls: Mapping[str, str]  # topic → inbound queue
    outbound_queue_url: str
    health_file: Path
    metrics_namespace: str | None = None  # where CloudWatch puts the metrics; None for none

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read and check every setting; raises SettingsError."""
        url = _parse_url(_required(environ, "MQTT_URL"))
        scheme = _scheme(url)
        request_topic = _topic(environ, "TOPIC_REQUEST")
        queue_urls = {
            _topic(environ, "TOPIC_INFO"): _queue(environ, "PRICES_QUEUE_URL"),
            request_topic: _queue(environ, "REQUESTS_QUEUE_URL"),
            _topic(environ, "TOPIC_VALIDATION"): _queue(environ, "VALIDATIONS_QUEUE_URL"),
        }
        if len(queue_urls) != 3:
            raise SettingsError("TOPIC_INFO, TOPIC_REQUEST and TOPIC_VALIDATION must differ.")
        return cls(
            broker=Broker(scheme=scheme, host=_host(url, scheme), port=_port(url, scheme)),
            client_id=_client_id(environ),
            login=_login(url),
            secret_id=environ.get("MQTT_SECRET_ID", "").strip() or None,
            request_topic=request_topic,
            queue_urls=queue_urls,
            outbound_queue_url=_queue(environ, "OUTBOUND_QUEUE_URL"),
            health_file=health_file(environ),
            metrics_namespace=environ.get("METRICS_NAMESPACE", "").strip() or None,
        )


def health_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the process says that it is well; all that the health check needs to know."""
    return Path(environ.get("HEALTH_FILE", "").strip() or _DEFAULT_HEALTH_FILE)


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set.")
    return value


def _parse_url(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port  # parsed on access, and refused there
    except ValueError:
        # Not chained: the text of the original error repeats the URL, password and all.
        raise SettingsError("MQTT_URL is not a URL (expected mqtt://host:port).") from None
    return url


def _scheme(url: SplitResult) -> Scheme:
    try:
        return Scheme(url.scheme)
    except ValueError:
        raise SettingsError("MQTT_URL must begin with mqtt://, mqtts:// or wss://.") from None


def _host(url: SplitResult, scheme: Scheme) -> str:
    if not url.hostname:
        raise SettingsError("MQTT_URL names no host.")
    if scheme is Scheme.WSS and ".iot." not in url.hostname:
        raise SettingsError("MQTT_URL with wss:// must name an AWS IoT Core endpoint (….iot.…).")
    return url.hostname


def _port(url: SplitResult, scheme: Scheme) -> int:
    return _DEFAULT_PORTS[scheme] if url.port is None else url.port


def _login(url: SplitResult) -> Login | None:
    if url.username is None:
        return None
    return Login(username=unquote(url.username), password=unquote(url.password or ""))


def _client_id(environ: Mapping[str, str]) -> str:
    # A stable id is what makes the session persistent: a random one would forget it at each start.
    value = _required(environ, "MQTT_CLIENT_ID")
    if len(value.encode()) > _CLIENT_ID_MAX:
        raise SettingsError(f"MQTT_CLIENT_ID is longer than {_CLIENT_ID_MAX} bytes.")
    return value


def _topic(environ: Mapping[str, str], name: str) -> str:
    value = _required(environ, name)
    if "+" in value or "#" in value:
        raise SettingsError(f"{name} holds a wildcard; one topic is expected.")
    return value


def _queue(environ: Mapping[str, str], name: str) -> str:
    value = _required(environ, name)
    if not value.startswith(("http://", "https://")):
        raise SettingsError(f"{name} is not the URL of a queue.")
    return value
