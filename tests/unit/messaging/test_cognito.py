"""The port `Users` over Cognito's answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from lambdas.domain.errors import Transient
from lambdas.messaging.cognito import CognitoUsers, cognito_client
from tests.builders import ALICE

REGION = "us-east-1"
POOL = "us-east-1_Pool"
ASKED = {"UserPoolId": POOL, "Username": ALICE}


@pytest.fixture
def cognito(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    cognito_client.cache_clear()
    with Stubber(cognito_client(REGION)) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
    cognito_client.cache_clear()


def email() -> str | None:
    return CognitoUsers(REGION, POOL).email(ALICE)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ([{"Name": "sub", "Value": ALICE}, {"Name": "email", "Value": "a@b.cl"}], "a@b.cl"),
        ([{"Name": "sub", "Value": ALICE}], None),
    ],
)
def test_the_address_of_a_user(
    cognito: Stubber, attributes: list[dict[str, Any]], expected: str | None
) -> None:
    answer = {"Username": ALICE, "UserAttributes": attributes}
    cognito.add_response("admin_get_user", answer, ASKED)
    assert email() == expected


def test_a_user_who_was_deleted_has_none(cognito: Stubber) -> None:
    cognito.add_client_error("admin_get_user", "UserNotFoundException", http_status_code=400)
    assert email() is None


@pytest.mark.parametrize(
    ("code", "status"), [("TooManyRequestsException", 429), ("InternalErrorException", 500)]
)
def test_a_busy_user_pool_may_be_asked_again(cognito: Stubber, code: str, status: int) -> None:
    cognito.add_client_error("admin_get_user", code, http_status_code=status)
    with pytest.raises(Transient):
        email()
