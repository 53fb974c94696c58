"""Users of the local system: signing up, confirmation by an operator, and calls to the HTTP API."""

from typing import Any, Final
from uuid import uuid4

import boto3
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local.cloud import client
from local.deploy import Outputs
from local.options import CannotRun

_TIMEOUT_S: Final = 20


class NotConfirmed(Exception):
    """No operator has confirmed the account yet."""


def confirm_sign_up(outputs: Outputs, email: str) -> None:
    """Confirm an account, as an operator does in the Cognito console (Users → the user → Confirm
    account). Raises CannotRun when there is nothing to confirm.
    """
    cognito = client("cognito-idp", outputs.aws_endpoint_url)
    try:
        user = cognito.admin_get_user(UserPoolId=outputs.user_pool_id, Username=email)
        if user["UserStatus"] == "CONFIRMED":
            raise CannotRun(f"{email} is confirmed already and can sign in.")
        cognito.admin_confirm_sign_up(UserPoolId=outputs.user_pool_id, Username=email)
    except cognito.exceptions.UserNotFoundException:
        raise CannotRun(
            f"Nobody has signed up as {email}. Sign up on the site first: {outputs.site_url}"
        ) from None
    except ClientError as error:
        raise CannotRun(f"Cognito refused: {error.response['Error']['Message']}") from error


class Investor:
    """A user without AWS credentials: signs up and in with Cognito, and calls the HTTP API."""

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
        """Create an account, which an operator has to confirm."""
        self._cognito.sign_up(
            ClientId=self._outputs.user_pool_client_id,
            Username=self.email,
            Password=self._password,
            UserAttributes=[{"Name": "email", "Value": self.email}],
        )

    def sign_in(self) -> None:
        """Get a token. Raises NotConfirmed while no operator has confirmed the account."""
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
        """The body of the response; raises CannotRun unless it is a success."""
        return self._call("GET", path)

    def post(self, path: str, body: dict[str, str]) -> Any:
        """The body of the response; each call has a new idempotency key."""
        return self._call("POST", path, body, {"Idempotency-Key": str(uuid4())})

    def _call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Any:
        try:
            response = urllib3.request(
                method,
                self._outputs.api_url + path,
                json=body,
                headers={"Authorization": f"Bearer {self._token}", **(headers or {})},
                timeout=_TIMEOUT_S,
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise CannotRun(
                f"{method} {path}: the API does not answer ({error}). Is make up still running?"
            ) from error
        if response.status >= 300:
            answer = response.data.decode(errors="replace")
            raise CannotRun(f"{method} {path} answered {response.status}: {answer}")
        return response.json()
