"""Before the first deployment: what of an AWS account would make it fail. Reads only.

`python -m ops.preflight --stage dev` needs credentials, and no stack of the stage. Each check is a
function from the account to a result; one that needs a right that the caller lacks says so.
"""

import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_CONFIG: Final = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 2})
_NEW_ACCOUNT_CONCURRENCY: Final = 10
_CONCURRENCY_QUOTA: Final = "L-B99A9384"
_VPC_QUOTA: Final = "L-F678F1CE"
_BOOTSTRAP_PARAMETER: Final = "/cdk-bootstrap/hnb659fds/version"
_OLDEST_BOOTSTRAP: Final = 6
"""What the templates of this CDK require."""

_CONNECT_S: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check. A warning does not keep the deployment from succeeding."""

    name: str
    detail: str
    passed: bool = True
    warning: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account and region of the credentials, and what the stage asks of them."""

    region: str
    client: Callable[[str], Any]
    stage: str
    mqtt_url: str
    wants_cost_alarm: bool
    templates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The stage's templates by stack name."""


def check_account(account: Account) -> Iterator[Result]:
    """Whose credentials these are."""
    found = account.client("sts").get_caller_identity()
    yield Result(
        name="account", detail=f"{found['Account']} in {account.region}, as {found['Arn']}"
    )


def check_bootstrap(account: Account) -> Iterator[Result]:
    """The CDK's bootstrap is there, and new enough."""
    try:
        found = account.client("ssm").get_parameter(Name=_BOOTSTRAP_PARAMETER)
    except ClientError as error:
        if _code(error) != "ParameterNotFound":
            raise
        yield Result(
            name="bootstrap", passed=False, detail=f"missing: make bootstrap STAGE={account.stage}"
        )
        return
    version = int(found["Parameter"]["Value"])
    yield Result(
        name="bootstrap",
        passed=version >= _OLDEST_BOOTSTRAP,
        detail=f"version {version}, at least {_OLDEST_BOOTSTRAP} is needed",
    )


def check_concurrency(account: Account) -> Iterator[Result]:
    """Concurrent executions of the account, which all functions share."""
    found = account.client("lambda").get_account_settings()["AccountLimit"]
    limit = int(found["ConcurrentExecutions"])
    yield Result(
        name="concurrency",
        warning=limit <= _NEW_ACCOUNT_CONCURRENCY,
        detail=f"{limit} functions may run at once"
        + (
            f": ask for more before users come (Service Quotas, {_CONCURRENCY_QUOTA})"
            if limit <= _NEW_ACCOUNT_CONCURRENCY
            else ""
        ),
    )


def check_vpcs(account: Account) -> Iterator[Result]:
    """The bridge needs one VPC more, unless it is there already."""
    vpcs = account.client("ec2").describe_vpcs()["Vpcs"]
    quota = account.client("service-quotas").get_service_quota(
        ServiceCode="vpc", QuotaCode=_VPC_QUOTA
    )
    limit = int(quota["Quota"]["Value"])
    ours = [
        vpc
        for vpc in vpcs
        for tag in vpc.get("Tags", ())
        if (tag["Key"], tag["Value"]) == ("stage", account.stage)
    ]
    yield Result(
        name="VPCs",
        passed=bool(ours) or len(vpcs) < limit,
        detail=f"{len(vpcs)} of {limit}" + (", one of them this stage's" if ours else ""),
    )


def check_organization(account: Account) -> Iterator[Result]:
    """A member account may be bound by policies that nobody sees from inside."""
    try:
        found = account.client("organizations").describe_organization()["Organization"]
    except ClientError as error:
        if _code(error) != "AWSOrganizationsNotInUseException":
            raise
        yield Result(name="organization", detail="none: a standalone account")
        return
    member = found["MasterAccountId"] != account.client("sts").get_caller_identity()["Account"]
    yield Result(
        name="organization",
        warning=member,
        detail="a member account: its service control policies may refuse resources, and cost "
        "anomalies belong to the management account"
        if member
        else "the management account",
    )


def check_cost_explorer(account: Account) -> Iterator[Result]:
    """Only where the stage wants a cost alarm."""
    if not account.wants_cost_alarm:
        yield Result(name="cost alarm", detail="off")
        return
    try:
        account.client("ce").get_anomaly_monitors(MaxResults=1)
    except ClientError as error:
        yield Result(
            name="cost alarm",
            passed=False,
            detail=f"Cost Explorer refuses ({_code(error)}): open it once in the console, or "
            "remove cost_anomaly_usd from cdk/stages.toml",
        )
        return
    yield Result(name="cost alarm", detail="Cost Explorer answers")


def check_secret(account: Account) -> Iterator[Result]:
    """The broker's login is filled in, once the data stack exists. The value is not shown."""
    secret_id = _output(account, "data", "MqttSecretArn")
    if secret_id is None:
        yield Result(
            name="broker's login",
            warning=True,
            detail=f"no data stack yet: make deploy STAGE={account.stage} ONLY=data comes first",
        )
        return
    text = account.client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
    try:
        filled = {"username", "password"} <= json.loads(text).keys()
    except (ValueError, AttributeError):
        filled = False
    yield Result(
        name="broker's login",
        passed=filled,
        detail="filled"
        if filled
        else "still the random value: aws secretsmanager put-secret-value (docs/deploy.md)",
    )


def check_broker(account: Account) -> Iterator[Result]:
    """The broker answers by TLS, from here: the bridge calls from elsewhere."""
    url = urlsplit(account.mqtt_url)
    host = url.hostname or ""
    if host.endswith(".example"):
        yield Result(
            name="broker", passed=False, detail=f"{host} is an example: edit cdk/stages.toml"
        )
        return
    if url.scheme == "mqtt":
        yield Result(
            name="broker",
            warning=True,
            detail="mqtt:// is not encrypted: anybody on the way reads the login",
        )
    port = url.port or {"mqtts": 8883, "wss": 443}.get(url.scheme, 1883)
    authority = _authority(account)
    try:
        with socket.create_connection((host, port), _CONNECT_S) as plain:
            if url.scheme == "mqtt":
                yield Result(name="broker", detail=f"{host}:{port} answers")
                return
            context = ssl.create_default_context(cadata=authority)
            with context.wrap_socket(plain, server_hostname=host) as secure:
                yield Result(name="broker", detail=f"{host}:{port} answers with {secure.version()}")
    except OSError as error:
        yield Result(
            name="broker",
            passed=False,
            detail=f"{host}:{port}: {type(error).__name__}"
            + (": put its authority into the secret, as ca" if _is_untrusted(error) else ""),
        )


def _is_untrusted(error: OSError) -> bool:
    return isinstance(error, ssl.SSLCertVerificationError)


def _authority(account: Account) -> str | None:
    secret_id = _output(account, "data", "MqttSecretArn")
    if secret_id is None:
        return None
    try:
        answer = account.client("secretsmanager").get_secret_value(SecretId=secret_id)
        content = json.loads(answer["SecretString"])
        return str(content["ca"]) if content.get("ca") else None
    except (ValueError, AttributeError, ClientError):
        return None


def check_types(account: Account) -> Iterator[Result]:
    """CloudFormation has every resource type of the templates in this region."""
    types = {
        resource["Type"]
        for template in account.templates.values()
        for resource in template["Resources"].values()
        if resource["Type"].startswith("AWS::") and resource["Type"] != "AWS::CDK::Metadata"
    }
    missing = []
    for name in sorted(types):
        try:
            account.client("cloudformation").describe_type(Type="RESOURCE", TypeName=name)
        except ClientError as error:
            if _code(error) not in ("TypeNotFoundException", "CFNRegistryException"):
                raise
            missing.append(name)
    yield Result(
        name="resource types",
        passed=not missing,
        detail=f"{len(types)} types, missing here: {', '.join(missing) or 'none'}",
    )


CHECKS: Final[tuple[Callable[[Account], Iterator[Result]], ...]] = (
    check_account,
    check_bootstrap,
    check_organization,
    check_concurrency,
    check_vpcs,
    check_cost_explorer,
    check_types,
    check_secret,
    check_broker,
)


def run(account: Account) -> Iterator[Result]:
    """Every check. One that AWS refuses is a warning: nothing is known about it."""
    for check in CHECKS:
        name = check.__name__.removeprefix("check_").replace("_", " ")
        try:
            yield from check(account)
        except (ClientError, BotoCoreError) as error:
            reason = _code(error) if isinstance(error, ClientError) else type(error).__name__
            yield Result(name=name, warning=True, detail=f"could not be looked at: {reason}")


def _output(account: Account, stack: str, name: str) -> str | None:
    """An output of a stack that may not be there yet."""
    try:
        (found,) = account.client("cloudformation").describe_stacks(
            StackName=f"fintech-{account.stage}-{stack}"
        )["Stacks"]
    except ClientError as error:
        if _code(error) == "ValidationError":
            return None
        raise
    for output in found.get("Outputs", ()):
        if output["OutputKey"] == name:
            return str(output["OutputValue"])
    return None


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def _broker_of(templates: Mapping[str, Mapping[str, Any]]) -> str:
    """The broker's address in the bridge's task."""
    for template in templates.values():
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::ECS::TaskDefinition":
                for container in resource["Properties"]["ContainerDefinitions"]:
                    for variable in container["Environment"]:
                        if variable["Name"] == "MQTT_URL":
                            return str(variable["Value"])
    return ""


def preflight(
    stage: Annotated[str, typer.Option(help="dev or prod.")],
    assembly: Annotated[
        Path, typer.Option(help="Folder of the stage's templates (cdk synth).")
    ] = Path("cdk.out"),
) -> None:
    """Looks at the account; exits with 1 if the deployment would fail."""
    templates = {
        path.name.removesuffix(".template.json"): json.loads(path.read_text())
        for path in sorted(assembly.glob(f"fintech-{stage}-*.template.json"))
    }
    if not templates:
        typer.echo(f"✗ {assembly} has no templates of {stage}: make preflight STAGE={stage}")
        raise typer.Exit(2)
    session = boto3.session.Session()
    if session.region_name is None:
        typer.echo("✗ Which region? Set AWS_REGION.")
        raise typer.Exit(2)
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            made[service] = session.client(service, config=_CONFIG)
        return made[service]

    account = Account(
        region=session.region_name,
        client=client,
        stage=stage,
        mqtt_url=_broker_of(templates),
        wants_cost_alarm=f"fintech-{stage}-cost" in templates,
        templates=templates,
    )
    failed = False
    for result in run(account):
        mark = "✗" if not result.passed else "!" if result.warning else "✓"
        failed = failed or not result.passed
        typer.echo(f"{mark} {result.name}: {result.detail}")
    raise typer.Exit(1 if failed else 0)


if __name__ == "__main__":
    typer.run(preflight)
