"""User name and password for the broker: from the URL while developing, else from Secrets Manager.

The secret is read when it is first needed and again after the broker has refused it, so that a
rotated password needs no restart.
"""

import json
import threading
from collections.abc import Callable
from typing import Self

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from mqtt_bridge.queues import Calls
from mqtt_bridge.settings import Login


class CredentialsUnavailable(Exception):
    """The secret cannot be read now; the text holds no part of it."""


class Credentials:
    """The login of the moment."""

    def __init__(
        self, *, fixed: Login | None = None, fetch: Callable[[], Login] | None = None
    ) -> None:
        self._fetch = fetch
        self._login = None if fetch else fixed
        self._lock = threading.Lock()

    @classmethod
    def of_secret(cls, make_client: Callable[[], Calls], secret_id: str) -> Self:
        """Credentials that live in Secrets Manager as JSON `{"username": …, "password": …}`."""
        return cls(fetch=lambda: read_secret(make_client(), secret_id))

    def current(self) -> Login | None:
        """Return the login, None for an anonymous broker; raises CredentialsUnavailable."""
        with self._lock:
            if self._login is None and self._fetch:
                self._login = self._fetch()
            return self._login

    def forget(self) -> None:
        """The broker has refused them: read them again next time."""
        with self._lock:
            if self._fetch:
                self._login = None


def read_secret(client: Calls, secret_id: str) -> Login:
    """Read and check one secret; raises CredentialsUnavailable."""
    try:
        text = client.call("GetSecretValue", {"SecretId": secret_id})["SecretString"]
    except ClientError as error:
        raise CredentialsUnavailable(error.response["Error"]["Code"]) from None
    except (BotoCoreError, HTTPClientError, KeyError) as error:
        raise CredentialsUnavailable(type(error).__name__) from None
    try:
        content = json.loads(text)
        return Login(username=str(content["username"]), password=str(content["password"]))
    except (ValueError, KeyError, TypeError):
        raise CredentialsUnavailable("the secret is no JSON with username and password") from None
