"""The endpoint with the task role's credentials, tested with the SDK that the bridge uses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import urllib3
from botocore.credentials import ContainerProvider

from local.bridge import TaskCredentials


@pytest.fixture
def endpoint() -> Iterator[TaskCredentials]:
    numbers = count(1)
    soon = datetime.now(UTC) + timedelta(minutes=1)

    def new_session() -> dict[str, str]:
        return {
            "AccessKeyId": f"ASIA{next(numbers)}",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": soon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    serving = TaskCredentials(new_session)
    yield serving
    serving.close()


def test_an_sdk_gets_credentials_and_fresh_ones_before_they_expire(
    endpoint: TaskCredentials,
) -> None:
    credentials = ContainerProvider(environ=endpoint.environment()).load()

    assert credentials is not None
    first, second = (credentials.get_frozen_credentials().access_key for _ in range(2))
    assert first.startswith("ASIA")
    assert second != first  # about to expire, so asked for again


def test_a_request_without_the_token_is_refused(endpoint: TaskCredentials) -> None:
    url = endpoint.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    assert urllib3.request("GET", url).status == 403
    assert urllib3.request("GET", url, headers={"Authorization": "guess"}).status == 403
