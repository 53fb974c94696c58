"""The endpoint that hands out the task role's credentials, through the SDK that will ask it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from botocore.credentials import ContainerProvider

from local.task_role import TaskCredentials
from local.web import call


@pytest.fixture
def endpoint() -> Iterator[TaskCredentials]:
    numbers = count(1)
    soon = datetime.now(UTC) + timedelta(minutes=1)

    def issue() -> dict[str, str]:
        return {
            "AccessKeyId": f"ASIA{next(numbers)}",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": soon.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    serving = TaskCredentials(issue)
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


def test_without_the_token_nobody_gets_them(endpoint: TaskCredentials) -> None:
    url = endpoint.environment()["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    assert call("GET", url).status == 403
    assert call("GET", url, headers={"Authorization": "guess"}).status == 403
