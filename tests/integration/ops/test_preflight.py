"""What of an account would make the first deployment fail; AWS's answers are written down here."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from ops.preflight import (
    Account,
    check_bootstrap,
    check_broker,
    check_concurrency,
    check_cost_explorer,
    check_organization,
    check_secret,
    check_types,
    check_vpcs,
    run,
)
from tests.fakes.certificates import certificate


def refuse(code: str, operation: str) -> Any:
    def call(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": code}}, operation)

    return call


def always(answer: Any) -> Any:
    def call(**_: Any) -> Any:
        return answer

    return call


class Stub:
    """A client whose operations answer what they are told."""

    def __init__(self, **answers: Any) -> None:
        for name, answer in answers.items():
            setattr(self, name, answer if callable(answer) else always(answer))


def account(
    services: dict[str, Any] | None = None,
    *,
    mqtt_url: str = "mqtts://127.0.0.1:1",
    cost: bool = False,
    templates: dict[str, Any] | None = None,
) -> Account:
    found = services or {}
    missing = Stub(describe_stacks=refuse("ValidationError", "DescribeStacks"))
    return Account(
        region="us-east-1",
        client=lambda name: found.get(name, missing),
        stage="dev",
        mqtt_url=mqtt_url,
        wants_cost_alarm=cost,
        templates=templates or {},
    )


def only(results: Iterator[Any]) -> Any:
    (result,) = results
    return result


@pytest.mark.parametrize(
    ("answer", "passed"),
    [
        ({"Parameter": {"Value": "21"}}, True),
        ({"Parameter": {"Value": "5"}}, False),
        (refuse("ParameterNotFound", "GetParameter"), False),
    ],
)
def test_the_bootstrap_must_be_there_and_new_enough(answer: Any, passed: bool) -> None:
    result = only(check_bootstrap(account({"ssm": Stub(get_parameter=answer)})))
    assert result.passed is passed


@pytest.mark.parametrize(("limit", "warned"), [(10, True), (1000, False)])
def test_a_new_accounts_ten_functions_are_a_warning(limit: int, warned: bool) -> None:
    limits = {"AccountLimit": {"ConcurrentExecutions": limit}}
    result = only(check_concurrency(account({"lambda": Stub(get_account_settings=limits)})))
    assert (result.passed, result.warning) == (True, warned)


@pytest.mark.parametrize(
    ("tags", "count", "passed"), [([], 5, False), ([], 4, True), ([("stage", "dev")], 5, True)]
)
def test_a_vpc_must_be_left(tags: list[tuple[str, str]], count: int, passed: bool) -> None:
    vpcs = [{"Tags": [{"Key": k, "Value": v} for k, v in tags]}, *({} for _ in range(count - 1))]
    services = {
        "ec2": Stub(describe_vpcs={"Vpcs": vpcs}),
        "service-quotas": Stub(get_service_quota={"Quota": {"Value": 5.0}}),
    }
    assert only(check_vpcs(account(services))).passed is passed


@pytest.mark.parametrize(
    ("answer", "warned"),
    [
        (refuse("AWSOrganizationsNotInUseException", "DescribeOrganization"), False),
        ({"Organization": {"MasterAccountId": "1"}}, False),
        ({"Organization": {"MasterAccountId": "2"}}, True),
    ],
)
def test_a_member_of_an_organization_is_warned(answer: Any, warned: bool) -> None:
    services = {
        "organizations": Stub(describe_organization=answer),
        "sts": Stub(get_caller_identity={"Account": "1"}),
    }
    assert only(check_organization(account(services))).warning is warned


def test_a_cost_alarm_without_cost_explorer_fails_and_is_no_matter_when_it_is_off() -> None:
    refused = {"ce": Stub(get_anomaly_monitors=refuse("AccessDeniedException", "Get"))}
    assert only(check_cost_explorer(account(refused))).passed
    result = only(check_cost_explorer(account(refused, cost=True)))
    assert not result.passed
    assert "open it once in the console" in result.detail


def secret(text: str) -> dict[str, Any]:
    outputs = [{"OutputKey": "MqttSecretArn", "OutputValue": "arn"}]
    return {
        "cloudformation": Stub(describe_stacks={"Stacks": [{"Outputs": outputs}]}),
        "secretsmanager": Stub(get_secret_value={"SecretString": text}),
    }


@pytest.mark.parametrize(
    ("text", "passed"),
    [('{"username": "u", "password": "hunter2"}', True), ("random", False), ('"text"', False)],
)
def test_the_brokers_login_must_be_filled_and_is_not_shown(text: str, passed: bool) -> None:
    result = only(check_secret(account(secret(text))))
    assert result.passed is passed
    assert "hunter2" not in result.detail


def test_before_the_data_stack_there_is_no_secret_which_is_said() -> None:
    result = only(check_secret(account()))
    assert result.warning
    assert "ONLY=data" in result.detail


def test_a_type_that_the_region_lacks_is_named() -> None:
    def describe(**request: str) -> dict[str, str]:
        if request["TypeName"] == "AWS::CE::AnomalyMonitor":
            raise ClientError({"Error": {"Code": "TypeNotFoundException"}}, "DescribeType")
        return {}

    kinds = ("AWS::CE::AnomalyMonitor", "AWS::SQS::Queue", "Custom::Thing")
    resources = {str(n): {"Type": kind} for n, kind in enumerate(kinds)}
    services = {"cloudformation": Stub(describe_type=describe)}
    result = only(check_types(account(services, templates={"one": {"Resources": resources}})))
    assert not result.passed
    assert result.detail == "2 types, missing here: AWS::CE::AnomalyMonitor"


@pytest.fixture
def tls_port(tmp_path: Path) -> Iterator[int]:
    """A broker's TLS, with a certificate of an authority of its own."""
    certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    class Handshake(BaseRequestHandler):
        def handle(self) -> None:
            try:
                context.wrap_socket(self.request, server_side=True).close()
            except OSError:
                return

    with ThreadingTCPServer(("127.0.0.1", 0), Handshake) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_broker_with_its_own_authority_is_refused_until_the_secret_has_it(
    tls_port: int, tmp_path: Path
) -> None:
    url = f"mqtts://127.0.0.1:{tls_port}"
    result = only(check_broker(account(mqtt_url=url)))
    assert not result.passed
    assert "put its authority into the secret" in result.detail
    ca = (tmp_path / "cert.pem").read_text().replace("\n", "\\n")
    text = f'{{"username": "u", "password": "p", "ca": "{ca}"}}'
    assert only(check_broker(account(secret(text), mqtt_url=url))).passed


def test_a_broker_that_does_not_answer_or_is_an_example_fails() -> None:
    assert "ConnectionRefusedError" in only(check_broker(account())).detail
    example = only(check_broker(account(mqtt_url="mqtts://broker.example:8883")))
    assert not example.passed
    assert "edit cdk/stages.toml" in example.detail


def test_an_empty_account_is_looked_at_to_the_end_and_what_is_refused_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        empty = Account(
            region="us-east-1",
            client=lambda name: boto3.client(name, region_name="us-east-1"),  # type: ignore[call-overload]
            stage="dev",
            mqtt_url="mqtts://127.0.0.1:1",
            wants_cost_alarm=False,
        )
        results = {result.name: result for result in run(empty)}
    assert results["account"].passed
    assert not results["bootstrap"].passed
    assert results["broker's login"].warning
    assert not results["broker"].passed
