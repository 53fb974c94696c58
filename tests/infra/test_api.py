"""The HTTP API: authorization, CORS, limits, access log, and the function behind it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cdk.build import Assets
from tests.infra.conftest import ROOT, synthesize
from tests.infra.templates import Synthesized

VERSION = "AWS::Lambda::Version"

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}
PUBLIC = {"GET /heartbeat", "GET /openapi.json", "GET /receipts/{number}"}
LOGGED = {
    "$context.requestId": "JKJaXmPLvHcESHA=",
    "$context.authorizer.claims.sub": "11111111-1111-4111-8111-111111111111",
    "$context.httpMethod": "POST",
    "$context.path": "/orders",
    "$context.status": "202",
    "$context.responseLatency": "27",
    "$context.integrationErrorMessage": "-",
}
"""The access log's variables and their values for a successful purchase."""


def test_every_route_but_the_public_ones_needs_a_token(dev: Synthesized) -> None:
    routes = dev.of_http_api("AWS::ApiGatewayV2::Route")
    asks = {route["RouteKey"]: route["AuthorizationType"] for route in routes}
    assert asks == dict.fromkeys(PUBLIC, "NONE") | {f"{m} /{{proxy+}}": "JWT" for m in METHODS}
    for route in routes:
        assert ("AuthorizerId" in route) == (route["RouteKey"] not in PUBLIC)


def test_the_authorizer_accepts_only_our_user_pool_and_client(dev: Synthesized) -> None:
    authorizer = dev.only("backend", "AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    site, canary = authorizer["JwtConfiguration"]["Audience"]
    assert "UserPoolWeb" in json.dumps(site)
    assert "UserPoolCanary" in json.dumps(canary)
    issuer = json.dumps(authorizer["JwtConfiguration"]["Issuer"])
    assert "https://cognito-idp." in issuer
    assert "RefUserPool" in issuer


def test_browsers_may_call_it_from_the_site_alone(dev: Synthesized) -> None:
    cors = dev.http_api("AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    (origin,) = cors["AllowOrigins"]
    scheme, domain = origin["Fn::Join"][1]
    assert scheme == "https://"
    assert domain["Fn::ImportValue"].startswith("fintech-dev-web:")
    assert "*" not in json.dumps(cors)
    assert cors.get("AllowCredentials") is not True


def test_a_browser_may_send_and_read_the_headers_of_the_contract(
    dev: Synthesized,
) -> None:
    cors = dev.http_api("AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert set(cors["AllowMethods"]) == METHODS
    assert set(cors["AllowHeaders"]) == {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-none-match",
        "accept",
    }
    assert set(cors["ExposeHeaders"]) == {header.lower() for header in contract_headers()} | {
        "x-request-id"
    }


def contract_headers() -> set[str]:
    """Names of the response headers in the OpenAPI file, wherever they are."""
    text = (ROOT / "lambdas" / "api" / "openapi.json").read_text()
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            headers = value.get("headers")
            if isinstance(headers, dict):
                found.update(headers)
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(json.loads(text))
    return found


def test_a_browser_may_read_where_the_next_page_of_a_file_begins(dev: Synthesized) -> None:
    cors = dev.http_api("AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert "next-cursor" in cors["ExposeHeaders"]


def test_the_local_stages_site_is_at_the_local_clouds_endpoint(local: Synthesized) -> None:
    cors = local.http_api("AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    (origin,) = cors["AllowOrigins"]
    assert origin["Fn::Join"][1][0] == "http://"
    assert origin["Fn::Join"][1][-1] == ".cloudfront.localhost:4566"
    # Repeated, because MiniStack reads its own spelling of the keys.
    assert {key[0].lower() + key[1:]: value for key, value in cors.items() if key[0].isupper()} == {
        key: value for key, value in cors.items() if key[0].islower()
    }


def test_only_the_local_stage_repeats_cors(dev: Synthesized) -> None:
    cors = dev.http_api("AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert all(key[0].isupper() for key in cors)


def test_requests_are_limited_by_the_stage(dev: Synthesized, prod: Synthesized) -> None:
    for stage in (dev, prod):
        limits = stage.http_api("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
        assert limits["ThrottlingRateLimit"] == stage.stage.requests_per_s
        assert limits["ThrottlingBurstLimit"] == stage.stage.requests_burst
    assert prod.stage.requests_per_s > dev.stage.requests_per_s


def test_the_access_log_holds_outcomes_and_no_secrets(dev: Synthesized) -> None:
    settings = dev.http_api("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]
    line = json.loads(settings["Format"])
    assert set(line) == {"request_id", "account_id", "route", "status", "latency_ms", "error"}
    filled = {n: " ".join(LOGGED[v] for v in value.split()) for n, value in line.items()}
    assert len(json.dumps(filled, separators=(",", ":"))) < 160  # the log is billed by its bytes
    told = " ".join(line.values()).lower()
    for secret in ("header", "authorization", "token", "querystring", "email", "cookie"):
        assert secret not in told


def test_only_the_gateway_may_call_the_function_behind_it(dev: Synthesized) -> None:
    permissions = dev.resources("backend", "AWS::Lambda::Permission").values()
    callers = sorted(permission["Principal"] for permission in permissions)
    assert callers == 3 * ["apigateway.amazonaws.com"] + 3 * ["events.amazonaws.com"]
    assert all("SourceArn" in permission for permission in permissions)


def integrated(stage: Synthesized) -> str:
    """Type of the resource that the API invokes."""
    uri = stage.http_api("AWS::ApiGatewayV2::Integration")["IntegrationUri"]
    resource = uri["Ref"] if "Ref" in uri else uri["Fn::GetAtt"][0]
    kind: str = stage.template("backend")["Resources"][resource]["Type"]
    return kind


def test_prods_api_invokes_the_alias_of_a_version_with_a_snapshot(prod: Synthesized) -> None:
    assert prod.function("api")["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert integrated(prod) == "AWS::Lambda::Alias"
    (version,) = (name for name in prod.resources("backend", VERSION) if name.startswith("Api"))
    (alias,) = (
        alias
        for name, alias in prod.resources("backend", "AWS::Lambda::Alias").items()
        if name.startswith("Api")
    )
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version, "Version"]}
    callers = prod.resources("backend", "AWS::Lambda::Permission").values()
    named = [json.dumps(p) for p in callers if p["Principal"] == "apigateway.amazonaws.com"]
    assert sum("ApiFunctionLive" in permission for permission in named) == 1
    assert not any('"ApiFunction' in p and "ApiFunctionLive" not in p for p in named)


@pytest.mark.parametrize("changed", ["code", "layer"])
def test_new_code_or_a_new_layer_publishes_a_new_version(
    changed: str, prod: Synthesized, assets: Assets, site: Path, tmp_path: Path
) -> None:
    """Otherwise the alias would keep serving the old snapshot."""
    folder = tmp_path / changed
    folder.mkdir()
    (folder / "file.py").write_text("x = 2\n")
    released = synthesize("prod", replace(assets, **{changed: folder}), site, tmp_path / "out")
    versions = [set(stage.resources("backend", VERSION)) for stage in (prod, released)]
    assert len(versions[0]) == len(versions[1]) == 2  # api and validations
    assert not versions[0] & versions[1]


@pytest.mark.parametrize("name", ["local", "dev"])
def test_the_other_stages_api_invokes_its_function_without_a_snapshot(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    assert integrated(stage) == "AWS::Lambda::Function"
    assert not stage.resources("backend", VERSION)
    assert not stage.resources("backend", "AWS::Lambda::Alias")


def test_only_the_api_of_prod_starts_from_a_snapshot(
    local: Synthesized, dev: Synthesized, prod: Synthesized
) -> None:
    with_snapshot = [
        (stage.stage.name, function["Handler"])
        for stage in (local, dev, prod)
        for function in stage.resources("backend", "AWS::Lambda::Function").values()
        if "SnapStart" in function
    ]
    assert with_snapshot == [("prod", "lambdas.handlers.api.handler")]


def test_prod_releases_api_and_validations_gradually_and_takes_them_back(
    prod: Synthesized,
) -> None:
    resources = prod.template("backend")["Resources"]
    alarm_names = {
        logical_id: resource["Properties"]["AlarmName"]
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }
    groups = prod.resources("backend", "AWS::CodeDeploy::DeploymentGroup")
    watched = {}
    for logical_id, group in groups.items():
        assert group["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
        rollback = group["AutoRollbackConfiguration"]
        assert rollback["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in rollback["Events"]
        (alias,) = (
            resource
            for resource in resources.values()
            if resource["Type"] == "AWS::Lambda::Alias"
            and resource["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]
            == {"Ref": logical_id}
        )
        function = alias["Properties"]["FunctionName"]["Ref"]
        handler = resources[function]["Properties"]["Handler"].split(".")[2]
        watched[handler] = {
            alarm_names[alarm["Name"]["Ref"]].removeprefix("fintech-prod-")
            for alarm in group["AlarmConfiguration"]["Alarms"]
        }
    assert watched == {
        "api": {"function-errors-api", "server-errors"},
        "validations": {"function-errors-validations", "dead-letters-validations"},
    }


def test_answers_reach_the_alias_so_that_a_new_version_gets_a_share(prod: Synthesized) -> None:
    mappings = prod.resources("backend", "AWS::Lambda::EventSourceMapping").values()
    targets = [json.dumps(mapping["FunctionName"]) for mapping in mappings]
    aliases = [target for target in targets if "ValidationsFunctionLive" in target]
    assert len(aliases) == 1
    assert not [t for t in targets if "ValidationsFunction" in t and "Live" not in t]
