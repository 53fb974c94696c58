"""Settings from the environment, and the limits of the process. Nothing else reads the environment.

The text of a SettingsError names the variable and never its value, which may hold a password.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Self
from urllib.parse import SplitResult, unquote, urlsplit

_DEFAULT_HEALTH_FILE: Final = "/tmp/mqtt-bridge.alive"  # noqa: S108 - the one writable folder of a read-only container
_CLIENT_ID_MAX: Final = 128  # the limit of AWS IoT Core; every broker allows at least 23


class SettingsError(ValueError):
    """A setting is missing or invalid; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one bridge process; the defaults fit a task of 0.25 vCPU and 512 MiB."""

    # Inbound
    window_messages: int = 1_000  # received and not yet in SQS; above it the socket is not read
    window_bytes: int = 16 * 1024 * 1024
    senders_per_queue: int = 8  # concurrent batches per queue: 5,000 messages/s at 15 ms a call
    linger_s: float = 0.005  # how long a partial batch waits while another one is in flight

    # Outbound
    outbound_window: int = 100  # received from `outbound` and not yet deleted
    poll_s: int = 3  # long poll of `outbound`: SIGTERM waits for it; 864,000 calls a month
    visibility_s: int = (
        30  # extended while the message is held; after a crash it returns to the queue
    )
    puback_s: float = 30.0  # a publication unacknowledged for longer means: the broker is stalled
    renewal_s: float = 300.0  # longest time between two new connections to a stalled broker
    hold_s: float = 4 * 3600.0  # then a message counts one receive more; SQS allows 12 hours
    recent_request_ids: int = 10_000  # for the log: about 1 MB

    # Connection and retries
    keepalive_s: int = 30
    connect_s: float = 5.0
    first_delay_s: float = 0.5  # before reconnecting, and before calling SQS again
    longest_delay_s: float = 20.0
    settled_s: float = 10.0  # a connection that lasted this long resets the delays

    # Process
    drain_s: float = 8.0  # after SIGTERM; ECS and the local supervisor wait longer
    stuck_s: float = 60.0  # one step of a thread may take this long, and so may an SQS failure
    tick_s: float = 2.0  # how often the health file is written
    report_s: float = 60.0  # how often counters and the metric are logged


class Scheme(StrEnum):
    """How to reach the broker; WSS is an AWS IoT Core endpoint with signed websockets."""

    MQTT = "mqtt"
    MQTTS = "mqtts"
    WSS = "wss"


_DEFAULT_PORTS: Final = {Scheme.MQTT: 1883, Scheme.MQTTS: 8883, Scheme.WSS: 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """User name and password for the broker; the password never appears in a repr."""

    username: str
    password: str = field(repr=False)
    ca: str | None = field(default=None, repr=False)
    """Certificates, in PEM, of the authority that signed the broker's; None: the public ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The broker's address."""

    scheme: Scheme
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What differs between stages."""

    broker: Broker
    client_id: str
    login: Login | None = None  # from the URL, for development
    secret_id: str | None = None  # Secrets Manager: JSON with username and password
    request_topic: str
    queue_urls: Mapping[str, str]  # topic → inbound queue
    outbound_queue_url: str
    health_file: Path
    metrics_namespace: str | None = None  # CloudWatch namespace; None sends no metric
    region: str | None = None  # None leaves the choice to boto3

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read and validate every setting; raises SettingsError."""
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
            secret_id=_optional(environ, "MQTT_SECRET_ID"),
            request_topic=request_topic,
            queue_urls=queue_urls,
            outbound_queue_url=_queue(environ, "OUTBOUND_QUEUE_URL"),
            health_file=health_file(environ),
            metrics_namespace=_optional(environ, "METRICS_NAMESPACE"),
            # boto3 reads only the second one; Fargate documents the first.
            region=_optional(environ, "AWS_REGION") or _optional(environ, "AWS_DEFAULT_REGION"),
        )


def health_file(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the path of the health file, which is all that the health check needs to know."""
    return Path(_optional(environ, "HEALTH_FILE") or _DEFAULT_HEALTH_FILE)


def _optional(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(name, "").strip() or None


def _required(environ: Mapping[str, str], name: str) -> str:
    value = _optional(environ, name)
    if value is None:
        raise SettingsError(f"{name} is not set.")
    return value


def _parse_url(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        _ = url.port  # parsed on access, which raises for an invalid port
    except ValueError:
        # Not chained: the text of the original error repeats the URL with its password.
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
    # A stable id makes the session persistent: with a random one the broker would start a new one.
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
