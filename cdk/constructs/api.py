"""The HTTP API: Cognito's word in front of every route but two, one site that may call it."""

import json

import jsii
from aws_cdk import Acknowledgment, Aws, Duration, Fn, Validations
from aws_cdk import aws_apigateway as rest
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.constructs.people import People
from cdk.constructs.retention import log_group
from cdk.stage import Stage

PUBLIC = ("/heartbeat", "/openapi.json")

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
"""Each by its name: a route for ANY would also take a browser's OPTIONS, which has no token."""

REQUEST_HEADERS = ["authorization", "content-type", "idempotency-key", "if-none-match", "accept"]
RESPONSE_HEADERS = ["etag", "location", "retry-after", "content-disposition", "x-request-id"]

ACCESS_LOG = {
    "request_id": "$context.requestId",
    "account_id": "$context.authorizer.claims.sub",
    "route": "$context.httpMethod $context.path",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}
"""One line per request, of what the runbook asks it for: no header (so no token), no query, no
body, no e-mail. It costs by the byte, and CloudWatch knows the time (0125).
"""


@jsii.implements(apigateway.IAccessLogSettings)
class AccessLog:
    """Where the access log goes, and what a line holds."""

    def __init__(self, log: logs.ILogGroup) -> None:
        self._log = log

    @property
    def destination(self) -> apigateway.IAccessLogDestination:
        """The stack's own log group."""
        return apigateway.LogGroupLogDestination(self._log)

    @property
    def format(self) -> rest.AccessLogFormat:
        """One JSON object a line."""
        return rest.AccessLogFormat.custom(json.dumps(ACCESS_LOG, separators=(",", ":")))


class Api(Construct):
    """Routes, authorizer, CORS, limits and access log in front of one function."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        people: People,
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
        self._add_routes(people, function)
        self._add_stage(stage)
        self.url = (
            f"{stage.endpoint_url}/_aws/execute-api/{self.http.api_id}/$default"
            if stage.endpoint_url
            else self.http.api_endpoint
        )

    def _add_routes(self, people: People, function: lambda_.IFunction) -> None:
        integration = integrations.HttpLambdaIntegration(
            "Function", function, scope_permission_to_route=False
        )
        authorizer = authorizers.HttpUserPoolAuthorizer(
            "People", people.pool, user_pool_clients=[people.client]
        )
        for path in PUBLIC:
            (route,) = self.http.add_routes(
                path=path,
                methods=[apigateway.HttpMethod.GET],
                integration=integration,
                authorizer=apigateway.HttpNoneAuthorizer(),
            )
            accept(route, "Open to everybody on purpose (decision 0015)", "AwsSolutions-APIG4")
        self.http.add_routes(
            path="/{proxy+}",
            methods=[apigateway.HttpMethod[method] for method in METHODS],
            integration=integration,
            authorizer=authorizer,
        )

    def _repeat_cors_for_emulator(self, origins: list[str]) -> None:
        """MiniStack 1.5.33 keeps the template's own keys here, and then looks for these."""
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
        # Under this prefix the service needs no line in the account's one, short resource policy.
        # The stack's own id behind it: the log may stay when the stack goes and is made again.
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
