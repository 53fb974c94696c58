"""The user pool in Cognito."""

from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

from lambdas.messaging.sqs import translated_errors

_CONFIG: Final = Config(
    connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 3}
)


@cache
def cognito_client(region: str) -> Any:
    """The Cognito client of this process."""
    return boto3.client("cognito-idp", region_name=region, config=_CONFIG)


class CognitoUsers:
    """The port `Users`. Accounts have the id of their user, `sub`, which AdminGetUser accepts as a
    name.
    """

    def __init__(self, region: str, user_pool_id: str) -> None:
        self._region = region
        self._user_pool_id = user_pool_id

    def email(self, account_id: str) -> str | None:
        """One AdminGetUser."""
        client = cognito_client(self._region)
        with translated_errors():
            try:
                user = client.admin_get_user(UserPoolId=self._user_pool_id, Username=account_id)
            except client.exceptions.UserNotFoundException:
                return None
        attributes = {entry["Name"]: entry["Value"] for entry in user["UserAttributes"]}
        return attributes.get("email")
