"""Where a request goes and what is signed, beside what botocore's own client does."""

import io
import re
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.auth
import botocore.crt.auth
import botocore.session
import pytest
from awscrt import auth, http  # type: ignore[import-untyped]
from botocore import xform_name
from botocore.credentials import Credentials, EnvProvider, RefreshableCredentials
from botocore.exceptions import NoCredentialsError, NoRegionError

from awsjson import environment
from awsjson.client import Client
from awsjson.connections import Timeouts
from awsjson.services import DYNAMODB, SECRETS_MANAGER, SQS, STEP_FUNCTIONS, Service
from tests.integration.awsjson.conftest import REGION, TOKEN, Connect
from tests.integration.awsjson.server import Request, Server, answer

NOW = datetime(2026, 3, 4, 15, 7, 31, tzinfo=UTC)
CALLS: list[tuple[Service, str, str, dict[str, Any]]] = [
    (DYNAMODB, "dynamodb", "Query", {"TableName": "t", "KeyConditionExpression": "a = :b"}),
    (SQS, "sqs", "ReceiveMessage", {"QueueUrl": "https://sqs/q", "WaitTimeSeconds": 3}),
    (STEP_FUNCTIONS, "stepfunctions", "StartSyncExecution", {"stateMachineArn": "arn:a:b"}),
    (SECRETS_MANAGER, "secretsmanager", "GetSecretValue", {"SecretId": "broker"}),
]
ALIKE = ("x-amz-target", "content-type", "x-amz-date", "x-amzn-query-mode", "host")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def now(*, remove_tzinfo: bool = True) -> datetime:
        return NOW.replace(tzinfo=None) if remove_tzinfo else NOW

    for module in (botocore.auth, botocore.crt.auth):  # boto3 prefers the latter where it is
        monkeypatch.setattr(module, "get_current_datetime", now)


def scope_of(request: Request) -> str:
    found = re.search(r"Credential=(\S+),", request.headers["authorization"])
    assert found
    return found[1]


@pytest.mark.parametrize(("service", "name", "operation", "parameters"), CALLS)
def test_a_request_is_the_one_that_botocore_would_send(
    server: Server,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    service: Service,
    name: str,
    operation: str,
    parameters: dict[str, Any],
) -> None:
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    server.acts = [answer({})]
    connect(service).call(operation, parameters)
    client = boto3.client(name, region_name=REGION)
    getattr(client, xform_name(operation))(**parameters)
    client.close()
    ours, theirs = server.requests
    assert [ours.headers.get(it) for it in ALIKE] == [theirs.headers.get(it) for it in ALIKE]
    assert (ours.line, ours.body) == (theirs.line, theirs.body)
    assert scope_of(ours) == scope_of(theirs)


def test_the_signature_is_the_one_that_another_signer_makes(
    server: Server, connect: Connect
) -> None:
    server.acts = [answer({})]
    connect().call("GetItem", {"TableName": "t"})
    (request,) = server.requests
    found = re.search(r"SignedHeaders=(\S+), Signature=(\S+)", request.headers["authorization"])
    assert found
    signed, signature = found.groups()
    assert {"host", "x-amz-target", "x-amz-security-token"} <= set(signed.split(";"))
    names = set(signed.split(";")) - {"x-amz-date", "x-amz-security-token"}
    assert signature in signature_of(request, names)


def signature_of(request: Request, names: set[str]) -> str:
    """What awscrt writes into the header, for the same request at the same time."""
    body = b'{"TableName": "t"}'
    headers = http.HttpHeaders([(name, request.headers[name]) for name in names])
    asked = http.HttpRequest("POST", "/", headers, io.BytesIO(body))
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4,
        signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(
            "AKIDEXAMPLE", "the-secret-of-a-key", TOKEN
        ),
        region=REGION,
        service="dynamodb",
        date=NOW,
    )
    return str(auth.aws_sign_request(asked, config).result(5).headers.get("Authorization"))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "https://states.eu-west-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://cloud:4566/"}, "http://cloud:4566"),
        (
            {"AWS_ENDPOINT_URL": "http://cloud", "AWS_ENDPOINT_URL_SFN": "http://steps"},
            "http://steps",
        ),
        (
            {"AWS_ENDPOINT_URL": "http://cloud", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "https://states.eu-west-1.amazonaws.com",
        ),
    ],
)
def test_an_endpoint_is_where_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SFN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment.endpoint(STEP_FUNCTIONS, REGION) == expected
    client = boto3.client("stepfunctions", region_name=REGION)
    assert client.meta.endpoint_url.rstrip("/") == expected
    client.close()


def test_the_host_of_a_run_that_is_waited_for_has_its_prefix(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_DISABLE_HOST_PREFIX_INJECTION", raising=False)
    client = Client(
        STEP_FUNCTIONS, region=REGION, attempts=1, timeouts=Timeouts(connect_s=1, read_s=1)
    )
    assert client._url("StartSyncExecution") == "https://sync-states.eu-west-1.amazonaws.com"
    assert client._url("DescribeStateMachine") == "https://states.eu-west-1.amazonaws.com"


def test_a_region_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoRegionError):
        environment.region()
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    assert environment.region() == REGION


def test_credentials_that_end_are_renewed(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = iter(["FIRST", "SECOND", "THIRD"])

    def metadata() -> dict[str, str]:
        ends = "2020-01-01T00:00:00Z"  # long ago: each request needs new ones
        return {"access_key": next(keys), "secret_key": "s", "token": "t", "expiry_time": ends}

    renewed = RefreshableCredentials.create_from_metadata(
        metadata=metadata() | {"expiry_time": "2999-01-01T00:00:00Z"},
        refresh_using=lambda: metadata() | {"expiry_time": "2999-01-01T00:00:00Z"},
        method="test",
    )
    monkeypatch.setattr(environment, "credentials", lambda: renewed)
    server.acts = [answer({})]
    client = connect()
    client.call("GetItem", {})
    renewed._expiry_time = datetime(2020, 1, 1, tzinfo=UTC)
    client.call("GetItem", {})
    used = [scope_of(request).partition("/")[0] for request in server.requests]
    assert used == ["FIRST", "SECOND"]


def test_without_credentials_nothing_is_sent_and_the_next_call_looks_again(
    server: Server, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[Credentials | None] = [None, Credentials("A", "b")]

    class Session:
        def get_credentials(self) -> Credentials | None:
            return found.pop(0)

    server.acts = [answer({})]
    client = connect()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setattr(botocore.session, "get_session", Session)
    with pytest.raises(NoCredentialsError):
        client.call("GetItem", {})
    assert not server.requests
    assert client.call("GetItem", {}) == {}


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "of the environment"),
        ({"AWS_CREDENTIAL_EXPIRATION": "2999-01-01T00:00:00Z"}, "of a session"),
        ({"AWS_ACCESS_KEY_ID": ""}, "of a session"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "of a session"),
    ],
    ids=["they last", "they end", "no key", "no secret"],
)
def test_what_the_environment_does_not_hold_for_ever_a_session_finds(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    class Session:
        def get_credentials(self) -> Credentials:
            return Credentials("of a session", "s")

    monkeypatch.setattr(botocore.session, "get_session", Session)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of the environment")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.delenv("AWS_CREDENTIAL_EXPIRATION", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment.credentials().get_frozen_credentials().access_key == expected


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"])
def test_a_token_has_two_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    variables = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", name: "the token"}
    for other in ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION"):
        monkeypatch.delenv(other, raising=False)
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    theirs = EnvProvider().load()
    assert theirs is not None
    assert environment.credentials().get_frozen_credentials().token == theirs.token == "the token"
