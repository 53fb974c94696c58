"""The bridge between the exchange's broker and our queues: one small arm64 Fargate task."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aws_cdk import Duration, IgnoreMode, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as images
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.queue import grant_queue
from cdk.constructs.stack import StageStack, log_group
from cdk.stacks.backend import BackendStack
from cdk.stacks.data import DataStack
from cdk.stage import Stage
from lambdas.names import Queue, metrics_namespace

_INBOUND: Final = (Queue.PRICES, Queue.REQUESTS, Queue.VALIDATIONS)

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "mqtt_bridge"
CONTEXT: Final = SOURCE / "Dockerfile.dockerignore"
"""Files of the repository that the image is built from; Docker reads it as well."""

_SCRATCH: Final = "/tmp"  # noqa: S108 - in the container, the only folder that it may write to

HEALTH_COMMAND: Final = ["CMD", "python", "-m", "mqtt_bridge.health"]


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
        self.add_outputs({"BridgeTaskRoleArn": task.role.role_arn} | task.addresses)

    def _grant_queues(self, stage: Stage, role: iam.IRole, backend: BackendStack) -> None:
        for queue in _INBOUND:
            grant_queue(stage, role, backend.queues[queue].queue, "SendMessage")
        actions = ("ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility")
        grant_queue(stage, role, backend.queues[Queue.OUTBOUND].queue, *actions)


def _client_id(stage: Stage) -> str:
    return f"fintech-{stage.name}-group-{stage.group_id}"


def _environment(stage: Stage, backend: BackendStack, secret_arn: str) -> dict[str, str]:
    queues = {
        f"{queue.name}_QUEUE_URL": backend.queues[queue].queue_url
        for queue in (*_INBOUND, Queue.OUTBOUND)
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


class BridgeTask(Construct):
    """Network, cluster, task and service. Two tasks never run at once."""

    def __init__(self, scope: Construct, stage: Stage, environment: Mapping[str, str]) -> None:
        super().__init__(scope, "Task")
        vpc = self._network(stage)
        fixed = [found.ref for found in vpc.node.find_all() if isinstance(found, ec2.CfnEIP)]
        self.addresses = dict(zip(("BridgeAddress",), fixed, strict=False))
        """Output with the Elastic IP address, where the stage has one."""
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Definition",
            cpu=256,
            memory_limit_mib=512,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64,
                operating_system_family=ecs.OperatingSystemFamily.LINUX,
            ),
        )
        self._add_container(stage, environment)
        cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        self._suppress(vpc, cluster)
        service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            task_definition=self.definition,
            desired_count=1,
            # The old task stops first: the broker disconnects one of two clients with the same id.
            min_healthy_percent=0,
            max_healthy_percent=100,
            circuit_breaker=ecs.DeploymentCircuitBreaker(rollback=True),
            # With one task there is nothing to balance; moving it would stop it.
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED,
            assign_public_ip=not stage.fixed_address,
            security_groups=[self._outbound_only(vpc)],
            # Tasks are billed by their own tags: the stage's tag must reach them.
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        # The task pulls its image and writes its log as soon as the service exists: neither works
        # before the routes and the execution role's policy.
        for subnet in vpc.public_subnets + vpc.private_subnets:
            service.node.add_dependency(subnet.internet_connectivity_established)
        service.node.add_dependency(self.definition.obtain_execution_role())

    @property
    def role(self) -> iam.IRole:
        """The role with which the process calls AWS."""
        return self.definition.task_role

    def _suppress(self, vpc: ec2.Vpc, cluster: ecs.Cluster) -> None:
        suppress(
            vpc,
            "One task with outbound connections only (decision 0012)",
            "AwsSolutions-VPC7",
        )
        suppress(
            cluster,
            "One task, whose health check and queue show its state",
            "AwsSolutions-ECS4",
        )
        suppress(
            self.definition,
            "None of the variables is a secret: the login is in Secrets Manager",
            "AwsSolutions-ECS2",
        )
        if role := self.definition.execution_role:
            suppress(
                role,
                "A registry's token is for the whole registry: AWS has no narrower right",
                "AwsSolutions-IAM5[Resource::*]",
            )

    def _network(self, stage: Stage) -> ec2.Vpc:
        """Public subnets only: the task has outbound connections only, and a NAT gateway costs.
        With a fixed address the task is in a private subnet behind one NAT gateway.
        """
        subnets = [ec2.SubnetConfiguration(name="public", subnet_type=ec2.SubnetType.PUBLIC)]
        if stage.fixed_address:
            subnets.append(
                ec2.SubnetConfiguration(
                    name="private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS
                )
            )
        return ec2.Vpc(
            self,
            "Network",
            max_azs=2,
            nat_gateways=1 if stage.fixed_address else 0,
            restrict_default_security_group=False,
            subnet_configuration=subnets,
        )

    def _outbound_only(self, vpc: ec2.Vpc) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(
            self, "OutboundOnly", vpc=vpc, description="Outbound connections only"
        )

    def _add_container(self, stage: Stage, environment: Mapping[str, str]) -> None:
        self.definition.add_container(
            "Bridge",
            image=_image(stage),
            environment=dict(environment),
            readonly_root_filesystem=True,
            linux_parameters=self._scratch(),
            stop_timeout=Duration.seconds(30),
            health_check=ecs.HealthCheck(
                command=HEALTH_COMMAND,
                interval=Duration.seconds(30),
                timeout=Duration.seconds(10),
                retries=3,
                start_period=Duration.seconds(60),
            ),
            logging=ecs.LogDriver.aws_logs(
                stream_prefix="bridge", log_group=log_group(self, stage)
            ),
        )

    def _scratch(self) -> ecs.LinuxParameters:
        """No Linux capabilities, and a tmpfs for the health file: a volume would belong to root."""
        parameters = ecs.LinuxParameters(self, "Scratch")
        options = [
            ecs.TmpfsMountOption.NOEXEC,
            ecs.TmpfsMountOption.NOSUID,
            ecs.TmpfsMountOption.NODEV,
        ]
        parameters.drop_capabilities(ecs.Capability.ALL)
        parameters.add_tmpfs(ecs.Tmpfs(container_path=_SCRATCH, size=16, mount_options=options))
        return parameters


def _image(stage: Stage) -> ecs.ContainerImage:
    """Built at deployment; only a name in the local stage, where the bridge is a process."""
    if stage.local:
        return ecs.ContainerImage.from_registry("mqtt-bridge")
    return ecs.ContainerImage.from_asset(
        str(ROOT),
        file=str((SOURCE / "Dockerfile").relative_to(ROOT)),
        platform=images.Platform.LINUX_ARM64,
        exclude=CONTEXT.read_text().splitlines(),
        ignore_mode=IgnoreMode.DOCKER,
    )
