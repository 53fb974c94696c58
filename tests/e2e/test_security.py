"""Who gets in, and how far: tokens that are not quite ours open nothing, and an account reaches
nothing of another, on the deployed system.
"""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from tests.authorization.operations import Operation, Sent, operations
from tests.authorization.probe import probe
from tests.authorization.resources import Client, Reply
from tests.e2e.system import Person, System, a_person, eventually, http
from tests.e2e.tokens import Forge, another_client, another_pool, unpacked

HOUR_S = 3600
ALLOWED = "access-control-allow-origin"
UNSETTLED = [f'"state":"{state}"' for state in ("PENDING", "SENT", "queued", "running")]


@pytest.fixture(scope="module")
def routes(system: System) -> list[Operation]:
    """Every route that the deployed system describes."""
    return operations(http("GET", f"{system.api_url}/openapi.json").body)


@pytest.fixture(scope="module")
def ana(system: System) -> Person:
    """Somebody who is signed in."""
    return a_person(system)


@pytest.fixture
def forge(ana: Person) -> Forge:
    return Forge.of(ana)


def statuses(person: Person, routes: list[Operation], token: str) -> dict[str, int]:
    """What each private route answers to a token; paths lead to nothing."""
    return {
        str(route): person.call(
            route.method,
            route.path_with(dict.fromkeys(route.path_parameters, str(uuid4()))),
            body=route.body,
            Authorization=f"Bearer {token}",
        ).status
        for route in routes
        if not route.is_public
    }


def refused(person: Person, routes: list[Operation], token: str) -> bool:
    """Whether every private route answers 401."""
    found = statuses(person, routes, token)
    let_in = {route: status for route, status in found.items() if status != 401}
    assert let_in == {}
    return len(found) > 8


def test_a_token_that_is_made_here_and_right_is_let_in(
    ana: Person, routes: list[Operation], forge: Forge
) -> None:
    # So that what follows is refused for what it says, and not for how it was made.
    assert 401 not in statuses(ana, routes, forge.signed()).values()
    assert 401 not in statuses(ana, routes, forge.signed(exp=int(time.time()) + 60)).values()


FORGED: dict[str, Callable[[Forge], str]] = {
    "expired a second ago": lambda f: f.signed(exp=int(time.time()) - 1),
    "expired long ago": lambda f: f.signed(iat=1_600_000_000, exp=1_600_003_600),
    "not valid yet": lambda f: f.signed(nbf=int(time.time()) + HOUR_S),
    "issued tomorrow": lambda f: f.signed(iat=int(time.time()) + 24 * HOUR_S),
    "of another issuer": lambda f: f.signed(iss="https://cognito-idp.us-east-1.amazonaws.com/us-1"),
    "of no issuer": lambda f: f.signed(iss=None),
    "for another audience": lambda f: f.signed(aud="another"),
    "for other audiences": lambda f: f.signed(aud=["another", "and another"]),
    "for no audience": lambda f: f.signed(aud=None),
    "for another client": lambda f: f.signed(aud=None, client_id="another"),
    "under an unknown key id": lambda f: f.signed(header={"kid": "another"}),
    "under no key id": lambda f: f.signed(header={"kid": None}),
    "signed by another key": lambda f: f.with_another_key().signed(),
    "unsigned": lambda f: f.unsigned("none"),
    "unsigned, oddly written": lambda f: f.unsigned("nOnE"),
    "without its signature": lambda f: f.signed().rsplit(".", 1)[0] + ".",
    "signed with the public key": lambda f: f.signed_with_the_public_key(),
    "with the signature of another": lambda f: _spliced(f.signed(sub=str(uuid4())), f.signed()),
    "in two parts": lambda f: f.signed().rsplit(".", 1)[0],
    "nothing": lambda f: "",
}


def _spliced(token: str, other: str) -> str:
    return f"{token.rsplit('.', 1)[0]}.{other.rsplit('.', 1)[1]}"


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_a_token_that_is_not_quite_ours_opens_nothing(
    ana: Person, routes: list[Operation], forge: Forge, token: Callable[[Forge], str]
) -> None:
    assert refused(ana, routes, token(forge))


@pytest.mark.parametrize("kind", ["IdToken", "AccessToken"])
def test_a_sign_in_through_another_client_opens_nothing(
    system: System, ana: Person, routes: list[Operation], kind: str
) -> None:
    with another_client(system, ana) as tokens:
        assert unpacked(tokens[kind])[1]["sub"] == unpacked(ana.tokens["IdToken"])[1]["sub"]
        assert refused(ana, routes, tokens[kind])


@pytest.mark.parametrize("kind", ["IdToken", "AccessToken"])
def test_a_sign_in_to_another_pool_opens_nothing(
    system: System, ana: Person, routes: list[Operation], kind: str
) -> None:
    with another_pool(system, ana) as tokens:
        assert refused(ana, routes, tokens[kind])


def test_a_refresh_token_opens_nothing(ana: Person, routes: list[Operation]) -> None:
    assert refused(ana, routes, ana.tokens["RefreshToken"])


def test_an_access_token_is_the_same_account_and_has_no_address(ana: Person) -> None:
    by_id = ana.get("/me")
    by_access = ana.call("GET", "/me", Authorization=f"Bearer {ana.tokens['AccessToken']}").body
    assert by_id.pop("email") == ana.email
    assert by_access == by_id


def test_a_token_in_the_query_opens_nothing(ana: Person) -> None:
    token = ana.tokens["IdToken"]
    for name in ("access_token", "token", "Authorization", "id_token"):
        answer = ana.call("GET", f"/wallet?{name}={token}", Authorization="")
        assert answer.status == 401


def others(site: str) -> list[str]:
    """Origins that are not the site, some of them nearly."""
    url = urlsplit(site)
    return [
        "null",
        "https://evil.example",
        f"{site}.evil.example",
        f"{url.scheme}://evil.{url.netloc}",
        f"https://{url.netloc}",
        f"{url.scheme}://{url.hostname}",
        site.replace(".cloudfront", "xcloudfront"),
        f"{site}/",
    ]


def test_no_other_origin_is_let_in_by_cors(system: System, ana: Person) -> None:
    site = str(system.outputs["site_url"]).rstrip("/")
    asking = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "accept"}
    assert ana.call("GET", "/wallet", Origin=site).headers[ALLOWED] == site
    for origin in others(site):
        url = f"{system.api_url}/wallet"
        before = http("OPTIONS", url, headers={"Origin": origin, **asking})
        answer = ana.call("GET", "/wallet", Origin=origin)
        assert before.headers.get(ALLOWED) in (None, site), origin
        assert answer.headers.get(ALLOWED) in (None, site), origin
        assert "access-control-allow-credentials" not in {*answer.headers, *before.headers}


def client_of(person: Person) -> Client:
    """Sends requests as a person."""

    def send(sent: Sent) -> Reply:
        headers = {name.replace("-", "_"): value for name, value in sent.headers.items()}
        return person.call(sent.operation.method, sent.url, body=sent.body, **headers)

    return send


def test_an_account_can_reach_nothing_of_another(system: System, person: Person) -> None:
    def is_settled() -> bool:
        lists = [person.call("GET", path).text for path in ("/orders", "/jobs")]
        return not any(state in text for text in lists for state in UNSETTLED)

    def settle() -> None:
        eventually(is_settled, what="an end of every order and job")

    report = probe(
        http("GET", f"{system.api_url}/openapi.json").body,
        client_of(person),
        client_of(a_person(system)),
        settle,
    )
    assert report.findings == []
    assert report.requests > 100


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(system: System) -> Iterator[None]:
    """These tests make no user pool that stays."""
    yield
    pools = system.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]
    assert [pool["Name"] for pool in pools] == ["Arqui-pool2"]
