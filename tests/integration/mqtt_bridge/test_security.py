"""TLS and passwords, against brokers that require them."""

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.fakes.certificates import certificate
from tests.fakes.sqs import Sqs
from tests.integration.mqtt_bridge.conftest import needs_mosquitto
from tests.integration.mqtt_bridge.world import (
    MOSQUITTO_PORT,
    Mosquitto,
    Process,
    environment,
    eventually,
    running_bridge,
)

SECRETS_PORT, TLS_PORT = 4671, 1926
pytestmark = needs_mosquitto


class Secrets:
    """A sqs of Secrets Manager with one secret."""

    def __init__(self) -> None:
        self.password = "first"
        self.ca: str | None = None
        self.reads = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.reads += 1
                login = {"username": "group3", "password": outer.password}
                secret = json.dumps(login | ({"ca": outer.ca} if outer.ca else {}))
                body = json.dumps({"SecretString": secret}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self._server = HTTPServer(("127.0.0.1", SECRETS_PORT), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def secrets() -> Iterator[Secrets]:
    secrets = Secrets()
    yield secrets
    secrets.close()


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Mosquitto]:
    """mosquitto that admits group3 with the password `first`."""
    set_password(tmp_path, "first")
    extra = f"allow_anonymous false\npassword_file {tmp_path}/passwords"
    broker = Mosquitto(tmp_path, extra=f"{extra}\nlistener {MOSQUITTO_PORT} 127.0.0.1")
    broker.start()
    yield broker
    broker.stop()


def set_password(folder: Path, password: str) -> None:
    command = ["mosquitto_passwd", "-b", "-c", str(folder / "passwords"), "group3", password]
    subprocess.run(command, check=True, capture_output=True)


def test_a_rotated_password_is_read_again_without_a_restart(
    strict: Mosquitto, sqs: Sqs, secrets: Secrets, client_id: str, tmp_path: Path
) -> None:
    environ = environment(strict.port, sqs, client_id, tmp_path, MQTT_SECRET_ID="broker")
    environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = f"http://127.0.0.1:{SECRETS_PORT}"
    process = Process(environ, tmp_path / "log")
    process.await_event("connected")
    assert secrets.reads == 1
    strict.stop()
    set_password(tmp_path, "second")
    strict.start()
    eventually(lambda: secrets.reads >= 2, what="read again after the refusal")
    secrets.password = "second"
    process.await_event("connected", 2)
    reasons = {event["reason"] for event in process.events("disconnected")}
    assert reasons & {"Not authorized", "Bad user name or password"}
    assert process.terminate() == 0
    log = (tmp_path / "log").read_text()
    assert '"first"' not in log
    assert '"second"' not in log


def test_a_wrong_password_is_retried_with_growing_delays(
    strict: Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    environ = environment(strict.port, sqs, client_id, tmp_path)
    environ["MQTT_URL"] = f"mqtt://group3:wrong@127.0.0.1:{strict.port}"
    process = Process(environ, tmp_path / "log")
    process.await_event("disconnected", 3)
    assert process.alive
    assert (tmp_path / "alive").read_text() == "not connected"
    assert process.terminate() == 0


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Mosquitto]:
    """mosquitto that speaks TLS only."""
    certificate(tmp_path)
    extra = (
        f"listener {TLS_PORT} 127.0.0.1\ncertfile {tmp_path}/cert.pem\nkeyfile {tmp_path}/key.pem"
    )
    broker = Mosquitto(tmp_path, port=TLS_PORT, extra=extra)
    broker.start()
    yield broker
    broker.stop()


def test_mqtts_speaks_tls_and_carries_both_directions(
    secure: Mosquitto,
    sqs: Sqs,
    client_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    url = f"mqtts://127.0.0.1:{secure.port}"
    environ = environment(secure.port, sqs, client_id, tmp_path, MQTT_URL=url)
    with running_bridge(environ) as bridge:
        sqs.put("outbound", *(f"order {i}" for i in range(300)))
        # Our own requests come back: through TLS out and in.
        eventually(lambda: len(sqs.bodies("requests")) == 300)
        eventually(lambda: sqs.bodies("outbound") == [])
        assert bridge.counters.snapshot()["connected"] == 1


def test_a_certificate_of_an_unknown_authority_is_refused(
    secure: Mosquitto, sqs: Sqs, client_id: str, tmp_path: Path
) -> None:
    url = f"mqtts://127.0.0.1:{secure.port}"
    environ = environment(secure.port, sqs, client_id, tmp_path, MQTT_URL=url)
    process = Process(environ, tmp_path / "log")
    process.await_event("disconnected")
    assert process.events("disconnected")[0]["reason"] == "SSLCertVerificationError"
    assert process.terminate() == 0


def test_the_brokers_own_authority_is_in_the_secret_and_is_read_again_when_refused(
    secure: Mosquitto, sqs: Sqs, secrets: Secrets, client_id: str, tmp_path: Path
) -> None:
    url = f"mqtts://127.0.0.1:{secure.port}"
    environ = environment(
        secure.port, sqs, client_id, tmp_path, MQTT_URL=url, MQTT_SECRET_ID="broker"
    )
    environ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = f"http://127.0.0.1:{SECRETS_PORT}"
    process = Process(environ, tmp_path / "log")
    process.await_event("disconnected")
    assert process.events("disconnected")[0]["reason"] == "SSLCertVerificationError"
    secrets.ca = (tmp_path / "cert.pem").read_text()
    process.await_event("connected")
    assert process.terminate() == 0
    assert "BEGIN CERTIFICATE" not in (tmp_path / "log").read_text()
