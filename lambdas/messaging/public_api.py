"""The port `PublicApi`: HTTPS by urllib3, and a sign-in with the canary user's login.

The canary's own client of the user pool takes a password only from a caller with AWS credentials
(AdminInitiateAuth), so that the site's client stays without plain passwords.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.ports import Answer, Unreachable

_TIMEOUT: Final = urllib3.Timeout(connect=3, read=12)
_CONFIG: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPublicApi:
    """One stage. The secret holds {"username": …, "password": …}."""

    api_url: str
    user_pool_id: str
    client_id: str
    secret_id: str
    region: str

    def sign_in(self) -> str:
        """Reads the secret and asks the user pool for a token."""
        try:
            secret = self._client("secretsmanager").get_secret_value(SecretId=self.secret_id)
            login = json.loads(secret["SecretString"])
            answer = self._client("cognito-idp").admin_initiate_auth(
                UserPoolId=self.user_pool_id,
                ClientId=self.client_id,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": login["username"], "PASSWORD": login["password"]},
            )
            return str(answer["AuthenticationResult"]["IdToken"])
        except (ValueError, KeyError, TypeError):
            raise Unreachable("there is no canary user yet: make canary-user STAGE=…") from None
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise Unreachable(f"AWS refused it: {code}") from None
        except BotoCoreError as error:
            raise Unreachable(f"AWS does not answer: {type(error).__name__}") from None

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        key: str = "",
        body: Mapping[str, str] | None = None,
    ) -> Answer:
        """Without retries: a smoke test shows what a person would see."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        try:
            response = urllib3.request(
                method,
                self.api_url + path,
                json=body,
                headers=headers,
                timeout=_TIMEOUT,
                retries=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"the API does not answer: {type(error).__name__}") from None
        try:
            content = response.json()
        except ValueError:
            content = None
        return Answer(status=response.status, body=content if isinstance(content, dict) else None)

    def _client(self, service: str) -> Any:
        return boto3.client(service, region_name=self.region, config=_CONFIG)
