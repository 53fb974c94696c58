"""The HTTP API: who comes in, from where, how fast, and what is written down of it."""

import json

from tests.infra.templates import Synthesized

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}
PUBLIC = {"GET /heartbeat", "GET /openapi.json"}
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


def test_every_route_but_two_asks_cognito(dev: Synthesized) -> None:
    routes = dev.resources("backend", "AWS::ApiGatewayV2::Route").values()
    asks = {route["RouteKey"]: route["AuthorizationType"] for route in routes}
    assert asks == dict.fromkeys(PUBLIC, "NONE") | {f"{m} /{{proxy+}}": "JWT" for m in METHODS}
    for route in routes:
        assert ("AuthorizerId" in route) == (route["RouteKey"] not in PUBLIC)


def test_the_authorizer_believes_our_pool_and_our_client_alone(dev: Synthesized) -> None:
    authorizer = dev.only("backend", "AWS::ApiGatewayV2::Authorizer")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["IdentitySource"] == ["$request.header.Authorization"]
    (audience,) = authorizer["JwtConfiguration"]["Audience"]
    assert "PeoplePoolWeb" in json.dumps(audience)
    issuer = json.dumps(authorizer["JwtConfiguration"]["Issuer"])
    assert "https://cognito-idp." in issuer
    assert "PeoplePool" in issuer


def test_browsers_may_call_it_from_the_site_alone(dev: Synthesized) -> None:
    cors = dev.only("backend", "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    (origin,) = cors["AllowOrigins"]
    scheme, domain = origin["Fn::Join"][1]
    assert scheme == "https://"
    assert domain["Fn::ImportValue"].startswith("fintech-dev-web:")
    assert "*" not in json.dumps(cors)
    assert cors.get("AllowCredentials") is not True


def test_a_browser_may_send_what_the_contract_asks_for_and_read_what_it_answers(
    dev: Synthesized,
) -> None:
    cors = dev.only("backend", "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert set(cors["AllowMethods"]) == METHODS
    assert set(cors["AllowHeaders"]) == {
        "authorization",
        "content-type",
        "idempotency-key",
        "if-none-match",
        "accept",
    }
    assert "etag" in cors["ExposeHeaders"]


def test_on_a_laptop_the_site_is_where_the_local_cloud_listens(local: Synthesized) -> None:
    cors = local.only("backend", "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    (origin,) = cors["AllowOrigins"]
    assert origin["Fn::Join"][1][0] == "http://"
    assert origin["Fn::Join"][1][-1] == ".cloudfront.localhost:4566"
    # Said twice, since the emulator looks for its own spelling of the keys.
    assert {key[0].lower() + key[1:]: value for key, value in cors.items() if key[0].isupper()} == {
        key: value for key, value in cors.items() if key[0].islower()
    }


def test_only_the_laptop_spells_cors_twice(dev: Synthesized) -> None:
    cors = dev.only("backend", "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert all(key[0].isupper() for key in cors)


def test_requests_are_limited_by_the_stage(dev: Synthesized, prod: Synthesized) -> None:
    for stage in (dev, prod):
        limits = stage.only("backend", "AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
        assert limits["ThrottlingRateLimit"] == stage.stage.requests_per_s
        assert limits["ThrottlingBurstLimit"] == stage.stage.requests_burst
    assert prod.stage.requests_per_s > dev.stage.requests_per_s


def test_the_access_log_tells_outcomes_and_no_secrets(dev: Synthesized) -> None:
    settings = dev.only("backend", "AWS::ApiGatewayV2::Stage")["AccessLogSettings"]
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
    assert callers == ["apigateway.amazonaws.com"] + 2 * ["events.amazonaws.com"]
    assert all("SourceArn" in permission for permission in permissions)
