"""A person with a browser, as the demo plays one: Cognito's public calls, and the HTTP API with a
token.
"""

from typing import Any
from uuid import uuid4

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from local.errors import CannotRun
from local.outputs import Outputs
from local.web import call


class NotConfirmed(Exception):
    """The account waits for an operator."""


class Investor:
    """Signs up, signs in, and speaks to the API. Holds no AWS credentials at all."""

    def __init__(self, outputs: Outputs, email: str, password: str) -> None:
        self.email = email
        self._password = password
        self._outputs = outputs
        self._token = ""
        self._cognito: Any = boto3.client(
            "cognito-idp",
            endpoint_url=outputs.aws_endpoint_url,
            region_name=outputs.region,
            config=Config(signature_version=UNSIGNED, proxies={}),
        )

    def sign_up(self) -> None:
        """Ask for an account."""
        self._cognito.sign_up(
            ClientId=self._outputs.user_pool_client_id,
            Username=self.email,
            Password=self._password,
            UserAttributes=[{"Name": "email", "Value": self.email}],
        )

    def sign_in(self) -> None:
        """Get a token. Raises NotConfirmed while no operator has accepted the account."""
        try:
            answer = self._cognito.initiate_auth(
                ClientId=self._outputs.user_pool_client_id,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": self.email, "PASSWORD": self._password},
            )
        except self._cognito.exceptions.UserNotConfirmedException as error:
            raise NotConfirmed from error
        self._token = answer["AuthenticationResult"]["IdToken"]

    def get(self, path: str) -> Any:
        """The body of a good answer."""
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, str]) -> Any:
        """The body of a good answer; each call is a wish of its own, under its own key."""
        return self._call("POST", path, body, {"Idempotency-Key": str(uuid4())})

    def _call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Any:
        token = {"Authorization": f"Bearer {self._token}"}
        try:
            answer = call(method, self._outputs.api_url + path, body, token | (headers or {}))
        except OSError as error:
            raise CannotRun(f"{method} {path}: the API does not answer ({error}).") from error
        if answer.status >= 300:
            raise CannotRun(f"{method} {path} answered {answer.status}: {answer.body}")
        return answer.body
