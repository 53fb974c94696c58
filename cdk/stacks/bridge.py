"""The bridge between the exchange's broker and our queues: one task and its rights."""

from typing import Final

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.constructs.bridge_task import BridgeTask
from cdk.constructs.queue import grant_queue
from cdk.constructs.stack import StageStack
from cdk.stacks.backend import BackendStack
from cdk.stacks.data import DataStack
from cdk.stage import Stage
from lambdas.names import Queue, metrics_namespace

INBOUND: Final = (Queue.PRICES, Queue.REQUESTS, Queue.VALIDATIONS)


class BridgeStack(StageStack):
    """Network, task, and the task's rights."""

    def __init__(
        self, scope: Construct, stage: Stage, *, data: DataStack, backend: BackendStack
    ) -> None:
        super().__init__(scope, stage, "bridge")
        task = BridgeTask(self, stage, _environment(stage, backend, data.mqtt_secret_arn))
        self._grant_queues(stage, task.role, backend)
        iam.Grant.add_to_principal(
            grantee=task.role,
            actions=["secretsmanager:GetSecretValue"],
            resource_arns=[data.mqtt_secret_arn],
        )
        if stage.mqtt_url.startswith("wss://"):
            _grant_iot(self, task.role, stage)
        self.add_outputs({"BridgeTaskRoleArn": task.role.role_arn})

    def _grant_queues(self, stage: Stage, role: iam.IRole, backend: BackendStack) -> None:
        for queue in INBOUND:
            grant_queue(stage, role, backend.queues[queue].queue, "SendMessage")
        actions = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")
        grant_queue(stage, role, backend.queues[Queue.OUTBOUND].queue, *actions)


def _client_id(stage: Stage) -> str:
    return f"fintech-{stage.name}-group-{stage.group_id}"


def _environment(stage: Stage, backend: BackendStack, secret_arn: str) -> dict[str, str]:
    queues = {
        f"{queue.name}_QUEUE_URL": backend.queues[queue].queue_url
        for queue in (*INBOUND, Queue.OUTBOUND)
    }
    return queues | {
        "METRICS_NAMESPACE": metrics_namespace(stage.name),
        "MQTT_URL": stage.mqtt_url,
        "MQTT_SECRET_ID": secret_arn,
        "MQTT_CLIENT_ID": _client_id(stage),
        "TOPIC_INFO": stage.topics.info,
        "TOPIC_REQUEST": stage.topics.request,
        "TOPIC_VALIDATION": stage.topics.validation,
    }


def _grant_iot(stack: Stack, role: iam.IRole, stage: Stage) -> None:
    """AWS IoT Core as the broker authorises the task's role: one client id and three topics."""

    def arns(kind: str, *names: str) -> list[str]:
        return [
            stack.format_arn(service="iot", resource=kind, resource_name=name) for name in names
        ]

    topics = (stage.topics.info, stage.topics.request, stage.topics.validation)
    for action, resources in {
        "iot:Connect": arns("client", _client_id(stage)),
        "iot:Subscribe": arns("topicfilter", *topics),
        "iot:Receive": arns("topic", *topics),
        "iot:Publish": arns("topic", stage.topics.request),
    }.items():
        iam.Grant.add_to_principal(grantee=role, actions=[action], resource_arns=resources)
