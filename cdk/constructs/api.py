"""The HTTP API: a Cognito authorizer on every route but a few, and CORS for the site alone."""

import json
from pathlib import Path
from typing import Final

import jsii
from aws_cdk import Acknowledgment, Aws, Duration, Fn, Validations
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.stack import log_group
from cdk.constructs.user_pool import UserPool
from cdk.stage import Stage

PUBLIC = ("/heartbeat", "/openapi.json", "/receipts/{number}")

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
"""Not ANY: it would include OPTIONS, which browsers send without a token."""

REQUEST_HEADERS = ["authorization", "content-type", "idempotency-key", "if-none-match", "accept"]
OPENAPI: Final = Path(__file__).parents[2] / "lambdas" / "api" / "openapi.json"


def _response_headers() -> list[str]:
    """Headers that the contract's responses have: browsers hide all others from the site."""
    contract = json.loads(OPENAPI.read_text())
    shared = contract["components"]["responses"]
    headers = set()
    for path in contract["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                named = response.get("$ref", "").removeprefix("#/components/responses/")
                headers |= shared.get(named, response).get("headers", {}).keys()
    return sorted(header.lower() for header in headers)


RESPONSE_HEADERS = [*_response_headers(), "x-request-id"]
"""The request's id is in every response, for a person who reports a problem."""

ACCESS_LOG = {
    "request_id": "$context.requestId",
    "account_id": "$context.authorizer.claims.sub",
    "route": "$context.httpMethod $context.path",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}
"""One line per request, with what the runbook needs: no header (so no token), no query, no body, no
e-mail. Every byte is billed, and CloudWatch adds the time (0022).
"""


@jsii.implements(apigateway.IAccessLogSettings)
class AccessLog:
    """Destination and format of the access log."""

    def __init__(self, log: logs.ILogGroup) -> None:
        self._log = log

    @property
    def destination(self) -> apigateway.IAccessLogDestination:
        """The stack's own log group."""
        return apigateway.LogGroupLogDestination(self._log)

    @property
    def format(self) -> rest.AccessLogFormat:
        """One JSON object per line."""
        return rest.AccessLogFormat.custom(json.dumps(ACCESS_LOG, separators=(",", ":")))


class Api(Construct):
    """Routes, authorizer, CORS, limits and access log in front of one function."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        user_pool: UserPool,
        function: lambda_.IFunction,
        origins: list[str],
    ) -> None:
        super().__init__(scope, "Api")
        self.http = apigateway.HttpApi(
            self,
            "Http",
            api_name=f"fintech-{stage.name}",
            create_default_stage=False,
            cors_preflight=_cors(origins),
        )
        if stage.local:
            self._repeat_cors_for_emulator(origins)
        self._add_routes(user_pool, function)
        self._add_stage(stage)
        self.url = (
            f"{stage.endpoint_url}/_aws/execute-api/{self.http.api_id}/$default"
            if stage.endpoint_url
            else self.http.api_endpoint
        )

    def _add_routes(self, user_pool: UserPool, function: lambda_.IFunction) -> None:
        integration = integrations.HttpLambdaIntegration(
            "Function", function, scope_permission_to_route=False
        )
        authorizer = authorizers.HttpUserPoolAuthorizer(
            "UserPool",
            user_pool.pool,
            user_pool_clients=[user_pool.client, user_pool.canary_client],
        )
        for path in PUBLIC:
            (route,) = self.http.add_routes(
                path=path,
                methods=[apigateway.HttpMethod.GET],
                integration=integration,
                authorizer=apigateway.HttpNoneAuthorizer(),
            )
            suppress(route, "Public on purpose (decision 0008)", "AwsSolutions-APIG4")
        self.http.add_routes(
            path="/{proxy+}",
            methods=[apigateway.HttpMethod[method] for method in METHODS],
            integration=integration,
            authorizer=authorizer,
        )

    def _repeat_cors_for_emulator(self, origins: list[str]) -> None:
        """MiniStack 1.5.33 stores the template's keys as they are, and reads these spellings."""
        resource = self.http.node.default_child
        assert isinstance(resource, apigateway.CfnApi)
        for key, value in {
            "allowOrigins": origins,
            "allowMethods": list(METHODS),
            "allowHeaders": REQUEST_HEADERS,
            "exposeHeaders": RESPONSE_HEADERS,
            "maxAge": 3600,
        }.items():
            resource.add_property_override(f"CorsConfiguration.{key}", value)
        Validations.of(resource).acknowledge(
            Acknowledgment(id="CloudFormation-Validate::F3002", reason="AWS never sees these keys")
        )

    def _add_stage(self, stage: Stage) -> None:
        # Log groups with this prefix need no entry in the account's resource policy, whose size is
        # limited. The stack id makes the name unique: a retained log group may outlive its stack.
        own_id = Fn.select(2, Fn.split("/", Aws.STACK_ID))
        log = log_group(self, stage, f"/aws/vendedlogs/fintech-{stage.name}-api/{own_id}")
        apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.http,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=stage.requests_per_s, burst_limit=stage.requests_burst
            ),
            access_log_settings=AccessLog(log),
        )


def _cors(origins: list[str]) -> apigateway.CorsPreflightOptions:
    return apigateway.CorsPreflightOptions(
        allow_origins=origins,
        allow_methods=[apigateway.CorsHttpMethod[method] for method in METHODS],
        allow_headers=REQUEST_HEADERS,
        expose_headers=RESPONSE_HEADERS,
        max_age=Duration.hours(1),
    )
