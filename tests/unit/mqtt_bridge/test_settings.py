"""Settings are validated, an invalid one is named in one sentence, and no secret is shown."""

from pathlib import Path

import pytest

from mqtt_bridge.settings import Broker, Login, Scheme, Settings, SettingsError

GOOD = {
    "MQTT_URL": "mqtt://group3:p%40ss@exchange.example:2883",
    "MQTT_CLIENT_ID": "fintech-dev",
    "TOPIC_INFO": "stocks/info",
    "TOPIC_REQUEST": "stocks/request",
    "TOPIC_VALIDATION": "stocks/validation",
    "PRICES_QUEUE_URL": "https://sqs/1/prices",
    "REQUESTS_QUEUE_URL": "https://sqs/1/requests",
    "VALIDATIONS_QUEUE_URL": "https://sqs/1/validations",
    "OUTBOUND_QUEUE_URL": "https://sqs/1/outbound",
}


def test_everything_is_read() -> None:
    settings = Settings.load(
        {**GOOD, "HEALTH_FILE": "/run/alive", "MQTT_SECRET_ID": "broker", "AWS_REGION": "eu-west-1"}
    )
    assert settings.broker == Broker(scheme=Scheme.MQTT, host="exchange.example", port=2883)
    assert settings.login == Login(username="group3", password="p@ss")
    assert settings.queue_urls == {
        "stocks/info": "https://sqs/1/prices",
        "stocks/request": "https://sqs/1/requests",
        "stocks/validation": "https://sqs/1/validations",
    }
    assert settings.request_topic == "stocks/request"
    assert settings.outbound_queue_url == "https://sqs/1/outbound"
    assert settings.secret_id == "broker"
    assert settings.health_file == Path("/run/alive")
    assert settings.region == "eu-west-1"


@pytest.mark.parametrize(
    ("url", "scheme", "port"),
    [
        ("mqtt://h", Scheme.MQTT, 1883),
        ("mqtts://h", Scheme.MQTTS, 8883),
        ("wss://abc-ats.iot.eu-west-1.amazonaws.com", Scheme.WSS, 443),
        ("mqtt://[::1]:1", Scheme.MQTT, 1),
    ],
)
def test_ports_follow_the_scheme(url: str, scheme: Scheme, port: int) -> None:
    broker = Settings.load({**GOOD, "MQTT_URL": url}).broker
    assert (broker.scheme, broker.port) == (scheme, port)


def test_no_login_without_one_in_the_url() -> None:
    settings = Settings.load({**GOOD, "MQTT_URL": "mqtt://h", "MQTT_SECRET_ID": " "})
    assert settings.login is None
    assert settings.secret_id is None


@pytest.mark.parametrize("name", list(GOOD))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} is not set\.$"):
        Settings.load({**GOOD, name: "  "})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("MQTT_URL", "http://u:hunter2@h", "must begin with mqtt://"),
        ("MQTT_URL", "mqtt://u:hunter2@h:x", "is not a URL"),
        ("MQTT_URL", "mqtt://u:hunter2@h:99999", "is not a URL"),
        ("MQTT_URL", "mqtt://u:hunter2@[h", "is not a URL"),
        ("MQTT_URL", "mqtt://u:hunter2@", "names no host"),
        ("MQTT_URL", "wss://u:hunter2@elsewhere.example", "AWS IoT Core"),
        ("MQTT_CLIENT_ID", "hunter2" * 20, "longer than 128"),
        ("TOPIC_INFO", "stocks/#", "wildcard"),
        ("TOPIC_VALIDATION", "stocks/info", "must differ"),
        ("PRICES_QUEUE_URL", "hunter2", "not the URL of a queue"),
    ],
)
def test_a_bad_setting_is_one_sentence_without_its_value(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        Settings.load({**GOOD, name: value})
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_password_is_never_shown() -> None:
    settings = Settings.load({**GOOD, "MQTT_URL": "mqtt://u:hunter2@h"})
    assert "hunter2" not in repr(settings) + str(settings)
