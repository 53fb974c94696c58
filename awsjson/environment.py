"""What AWS's tools agree to read from the environment: the region, endpoints, credentials.

The only reader of it in this room. Credentials that end, or stand elsewhere, botocore finds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Self

from botocore.exceptions import NoCredentialsError, NoRegionError

from awsjson.services import Service

if TYPE_CHECKING:  # a function has no use for it
    from botocore.credentials import Credentials


class Keys(NamedTuple):
    """Credentials that last as long as the process, by botocore's names."""

    access_key: str
    secret_key: str
    token: str | None

    def get_frozen_credentials(self) -> Self:
        """They never change."""
        return self


def region() -> str:
    """The region of this process; raises NoRegionError."""
    found = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not found:
        raise NoRegionError
    return found


def endpoint(service: Service, region: str) -> str:
    """Where the service is, without a slash at the end: `https://HOST` or another cloud's."""
    ignored = os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    own = os.environ.get(f"AWS_ENDPOINT_URL_{service.variable}") or os.environ.get(
        "AWS_ENDPOINT_URL"
    )
    if own and not ignored:
        return own.rstrip("/")
    return f"https://{service.name}.{region}.amazonaws.com"


def has_prefixed_hosts() -> bool:
    """Whether the host of some operations has a prefix, which no host of a local cloud has."""
    return os.environ.get("AWS_DISABLE_HOST_PREFIX_INJECTION", "").lower() != "true"


def credentials() -> Keys | Credentials:
    """Those of this process, which renew themselves where they end; raises NoCredentialsError.

    A function has them in its environment for as long as it lives. Elsewhere a session looks at a
    dozen places more; it is not even loaded where nobody needs it, since a cold start would pay.
    """
    access_key = os.environ.get("AWS_ACCESS_KEY_ID")
    secret_key = os.environ.get("AWS_SECRET_ACCESS_KEY")
    if access_key and secret_key and "AWS_CREDENTIAL_EXPIRATION" not in os.environ:
        # botocore takes the token's older name first.
        token = os.environ.get("AWS_SECURITY_TOKEN") or os.environ.get("AWS_SESSION_TOKEN")
        return Keys(access_key, secret_key, token)
    from botocore.session import get_session

    found = get_session().get_credentials()
    if found is None:
        raise NoCredentialsError
    return found
