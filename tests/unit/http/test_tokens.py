"""Which verified tokens of the user pool are accepted."""

import pytest

from lambdas.api.routes import table
from tests.authorization.operations import operations
from tests.unit.http.gateway import DOCUMENT, Site


@pytest.mark.parametrize("use", ["id", "access"])
def test_id_and_access_tokens_are_accepted(site: Site, use: str) -> None:
    assert site.get("/wallet", claims={"token_use": use}).status == 200


@pytest.mark.parametrize("use", ["refresh", "", "ID", "none"])
def test_every_other_kind_of_token_is_refused(site: Site, use: str) -> None:
    stored = site.frozen()
    private = [route for route in operations(DOCUMENT) if not route.is_public]
    for route in private:
        path = route.path_with(dict.fromkeys(route.path_parameters, "AAPL"))
        answer = site.ask(route.method, path, claims={"token_use": use}, body='{"amount": 1}')
        assert (answer.status, answer.json["code"]) == (401, "unauthorized")
    assert site.store == stored
    assert len(private) == len([route for route in table.routes.values() if not route.is_public])
