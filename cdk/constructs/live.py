"""The WebSocket API of live connections: opened with a ticket, one function behind $connect and
$disconnect, and nothing behind what clients send.
"""

import json

from aws_cdk import CfnElement, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.stage import Stage

STAGE_NAME = "live"


class LiveApi(Construct):
    """The API and its stage; `connect` adds the routes, once the functions know its addresses."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, "Live")
        self.websocket = apigateway.WebSocketApi(
            self,
            "Api",
            api_name=f"fintech-{stage.name}-live",
            route_selection_expression="$request.body.type",
        )
        self._add_stage(stage)
        api_id, own = self.websocket.api_id, Stack.of(self)
        if stage.endpoint_url:
            self.host = stage.endpoint_url.partition("://")[2]
            path = f"/_aws/execute-api/{api_id}/{STAGE_NAME}"
        else:
            self.host = f"{api_id}.execute-api.{own.region}.{own.url_suffix}"
            path = f"/{STAGE_NAME}"
        secure = "" if stage.endpoint_url else "s"
        self.url = f"ws{secure}://{self.host}{path}"
        """What clients connect to."""
        self.endpoint_url = f"http{secure}://{self.host}{path}"
        """Where functions post to a connection."""

    def _add_stage(self, stage: Stage) -> None:
        made = apigateway.WebSocketStage(
            self,
            "Stage",
            web_socket_api=self.websocket,
            stage_name=STAGE_NAME,
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(
                rate_limit=stage.requests_per_s, burst_limit=stage.requests_burst
            ),
        )
        suppress(
            made,
            "Access logs of a WebSocket API need a role of the whole account; the function logs "
            "each connection",
            "AwsSolutions-APIG1",
            "Serverless-APIGWAccessLogging",
        )

    def connect(self, function: lambda_.IFunction) -> None:
        """Adds the routes. A ping reaches no function, and other messages are refused: whatever a
        client sends costs no execution.
        """
        for key, name in (("$connect", "Connect"), ("$disconnect", "Disconnect")):
            route = self.websocket.add_route(
                key, integration=integrations.WebSocketLambdaIntegration(name, function)
            )
            suppress(route, "The function redeems a ticket that works once", "AwsSolutions-APIG4")
        ping = self.websocket.add_route(
            "ping",
            integration=integrations.WebSocketMockIntegration(
                "Ping",
                request_templates={"200": json.dumps({"statusCode": 200})},
                template_selection_expression="200",
            ),
        )
        suppress(ping, "Only an open connection can send it", "AwsSolutions-APIG4")

    @property
    def _logical_id(self) -> str:
        """The API's name in the template."""
        resource = self.websocket.node.default_child
        assert isinstance(resource, CfnElement)
        return str(Stack.of(self).get_logical_id(resource))

    def grant_post(self, grantee: lambda_.Function) -> None:
        """Lets the grantee send messages to connections; not look at them or close them."""
        arn = Stack.of(self).format_arn(
            service="execute-api",
            resource=self.websocket.api_id,
            resource_name=f"{STAGE_NAME}/POST/@connections/*",
        )
        iam.Grant.add_to_principal(
            grantee=grantee, actions=["execute-api:ManageConnections"], resource_arns=[arn]
        )
        assert grantee.role is not None
        suppress(
            grantee.role,
            "The gateway makes the ids of connections: their names are not known before",
            "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:"
            f"<AWS::AccountId>:<{self._logical_id}>/{STAGE_NAME}/POST/@connections/*]",
        )
