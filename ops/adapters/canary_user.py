"""The smoke test's user: made by an operator, with a password that nobody sees."""

import json
import secrets
import string
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

EMAIL: Final = "canary@canary.invalid"
"""An address that cannot receive mail: nothing is ever sent to it."""

_LENGTH: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CognitoCanaryUser:
    """The port `CanaryUser`."""

    cognito: Any
    secrets_manager: Any
    user_pool_id: str
    secret_id: str

    def create(self) -> str:
        """The password is stored before it is set, so that a stored one is never an old one for
        longer than this command takes.
        """
        with suppress(self.cognito.exceptions.UsernameExistsException):  # it gets a new password
            self.cognito.admin_create_user(
                UserPoolId=self.user_pool_id,
                Username=EMAIL,
                UserAttributes=[{"Name": "email", "Value": EMAIL}],
                MessageAction="SUPPRESS",
            )
        password = _password()
        self.secrets_manager.put_secret_value(
            SecretId=self.secret_id,
            SecretString=json.dumps({"username": EMAIL, "password": password}),
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.user_pool_id, Username=EMAIL, Password=password, Permanent=True
        )
        return EMAIL


def _password() -> str:
    """Random, and of all classes that the pool asks for."""
    drawn = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(_LENGTH))
    return f"{drawn}aA1"
