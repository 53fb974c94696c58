"""Accounts of a site in the process."""

import json

from tests.strangers.belongings import Ask
from tests.strangers.description import Sent
from tests.unit.http.gateway import Answer, Site


def door(site: Site, who: str) -> Ask:
    """How an account asks; every answer is held against the OpenAPI file."""

    def ask(sent: Sent) -> Answer:
        return site.ask(
            sent.operation.method,
            sent.path,
            who=who,
            query=dict(sent.query),
            headers=dict(sent.headers),
            body=None if sent.body is None else json.dumps(sent.body),
            claims={"email": f"{who}@example.com"},
        )

    return ask
