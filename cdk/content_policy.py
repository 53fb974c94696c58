"""The Content-Security-Policy: which hosts a page of the site may reach.

The distribution's header names what is known before the API exists: any API of the region. The page
itself repeats `connect-src` with the exact hosts, which its deployment knows. Browsers enforce
both, so that a page reaches exactly these hosts (0015). This file does not import the CDK: `make
up` uses it as well.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

_HEAD: Final = "<head>"
_HOST_KEYS: Final = ("_url", "_endpoint")


def hosts_of(config: Mapping[str, str]) -> list[str]:
    """Values of `config.json` that are addresses: the page calls each of them."""
    return [value for name, value in config.items() if name.endswith(_HOST_KEYS)]


def with_policy(page: str, hosts: Iterable[str]) -> str:
    """The page with a policy that allows connections to its own site and these hosts only."""
    if page.count(_HEAD) != 1:
        raise ValueError(f"The page has not exactly one {_HEAD}, so that it can have no policy.")
    policy = " ".join(("connect-src 'self'", *hosts))
    # First in the head: it does not apply to what was loaded before it.
    meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=True)}">'
    return page.replace(_HEAD, _HEAD + meta.replace("&#x27;", "'"))
