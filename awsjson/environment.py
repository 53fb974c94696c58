"""What AWS's tools agree to read from the environment: the region, endpoints, credentials.

The only reader of it in this room. Credentials come from wherever botocore finds them.
"""

import os

import botocore.session
from botocore.credentials import Credentials, EnvProvider
from botocore.exceptions import NoCredentialsError, NoRegionError

from awsjson.services import Service


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


def credentials() -> Credentials:
    """Those of this process, which renew themselves where they end; raises NoCredentialsError.

    A function has them in its environment for as long as it lives; a session, which would look at
    a dozen other places, takes longer to be made than a request.
    """
    found = EnvProvider().load() or botocore.session.get_session().get_credentials()
    if found is None:
        raise NoCredentialsError
    return found
