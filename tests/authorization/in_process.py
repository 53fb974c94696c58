"""Clients of a site in the process."""

import json

from tests.authorization.operations import Sent
from tests.authorization.resources import Client
from tests.unit.http.gateway import Answer, Site


def client_of(site: Site, account_id: str) -> Client:
    """Sends requests as an account; every response is checked against the OpenAPI file."""

    def send(sent: Sent) -> Answer:
        return site.ask(
            sent.operation.method,
            sent.path,
            who=account_id,
            query=dict(sent.query),
            headers=dict(sent.headers),
            body=None if sent.body is None else json.dumps(sent.body),
            claims={"email": f"{account_id}@example.com"},
        )

    return send
