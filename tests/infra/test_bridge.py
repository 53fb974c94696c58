"""The bridge's task: one small arm64 task, its network, environment, rights and image."""

import json
import re
from pathlib import Path

from cdk.build import Assets
from mqtt_bridge.settings import Settings
from tests.infra.conftest import ROOT, synthesize
from tests.infra.templates import Json, Synthesized

DEFINITION = "AWS::ECS::TaskDefinition"


def container(stage: Synthesized) -> Json:
    (found,) = stage.only("bridge", DEFINITION)["ContainerDefinitions"]
    assert isinstance(found, dict)
    return found


def test_there_is_one_small_task_on_arm64(dev: Synthesized) -> None:
    definition = dev.only("bridge", DEFINITION)
    assert definition["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    assert (definition["Cpu"], definition["Memory"]) == ("256", "512")
    assert dev.only("bridge", "AWS::ECS::Service")["DesiredCount"] == 1


def test_its_cost_has_the_stages_tag(dev: Synthesized) -> None:
    service = dev.only("bridge", "AWS::ECS::Service")
    assert service["PropagateTags"] == "SERVICE"
    assert {"Key": "stage", "Value": "dev"} in service["Tags"]


def test_two_tasks_never_run_with_one_client_id(dev: Synthesized) -> None:
    deployment = dev.only("bridge", "AWS::ECS::Service")["DeploymentConfiguration"]
    assert deployment["MinimumHealthyPercent"] == 0
    assert deployment["MaximumPercent"] == 100
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}


def test_it_has_outbound_connections_only_and_no_nat_gateway(dev: Synthesized) -> None:
    assert not dev.resources("bridge", "AWS::EC2::NatGateway")
    assert "SecurityGroupIngress" not in dev.only("bridge", "AWS::EC2::SecurityGroup")
    assert not dev.resources("bridge", "AWS::EC2::SecurityGroupIngress")
    network = dev.only("bridge", "AWS::ECS::Service")["NetworkConfiguration"]
    assert network["AwsvpcConfiguration"]["AssignPublicIp"] == "ENABLED"


def test_the_service_waits_for_what_its_first_task_needs(
    dev: Synthesized, full: Synthesized
) -> None:
    for stage in (dev, full):
        resources = stage.template("bridge")["Resources"]
        (service,) = (r for r in resources.values() if r["Type"] == "AWS::ECS::Service")
        needed = {
            name
            for name, resource in resources.items()
            if (resource["Type"] == "AWS::EC2::Route")
            or (resource["Type"] == "AWS::IAM::Policy" and "ExecutionRole" in name)
        }
        assert len(needed) == (3 if stage is dev else 5)
        assert needed <= set(service["DependsOn"])


def test_the_one_task_is_not_moved_to_balance_zones(dev: Synthesized) -> None:
    assert dev.only("bridge", "AWS::ECS::Service")["AvailabilityZoneRebalancing"] == "DISABLED"


def test_with_a_fixed_address_it_calls_out_from_one_elastic_ip(full: Synthesized) -> None:
    (address,) = full.resources("bridge", "AWS::EC2::EIP")
    assert full.template("bridge")["Outputs"]["BridgeAddress"]["Value"] == {"Ref": address}
    gateway = full.only("bridge", "AWS::EC2::NatGateway")
    assert gateway["AllocationId"] == {"Fn::GetAtt": [address, "AllocationId"]}
    network = full.only("bridge", "AWS::ECS::Service")["NetworkConfiguration"]
    assert network["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"
    chosen = json.dumps(network["AwsvpcConfiguration"]["Subnets"])
    assert "private" in chosen
    assert "public" not in chosen


def test_it_may_write_to_one_folder_and_has_a_health_check(dev: Synthesized) -> None:
    made = container(dev)
    assert made["ReadonlyRootFilesystem"] is True
    (scratch,) = made["LinuxParameters"]["Tmpfs"]
    assert scratch["ContainerPath"] == "/tmp"
    assert "noexec" in scratch["MountOptions"]
    assert made["HealthCheck"]["Command"] == ["CMD", "python", "-m", "mqtt_bridge.health"]


def environment_of(stage: Synthesized) -> dict[str, str]:
    return {
        variable["Name"]: value
        if isinstance(value := variable["Value"], str)
        else json.dumps(value)
        for variable in container(stage)["Environment"]
    }


def settings_of(stage: Synthesized) -> Settings:
    """The process's settings from the environment in the template."""
    return Settings.load(
        {
            name: f"https://sqs.example/1/{name}" if name.endswith("QUEUE_URL") else value
            for name, value in environment_of(stage).items()
        }
    )


def test_its_settings_accept_its_environment(dev: Synthesized) -> None:
    settings = settings_of(dev)
    assert settings.broker.host == "broker.example"
    assert settings.request_topic == dev.stage.topics.request
    assert settings.client_id == "fintech-dev-group-3"
    assert settings.login is None
    assert settings.secret_id is not None


def test_no_password_is_in_its_environment(dev: Synthesized) -> None:
    assert "@" not in environment_of(dev)["MQTT_URL"]
    secrets = dev.resources("data", "AWS::SecretsManager::Secret")
    (secret,) = (name for name in secrets if name.startswith("MqttLogin"))
    exported = json.loads(environment_of(dev)["MQTT_SECRET_ID"])["Fn::ImportValue"]
    assert exported.startswith(f"fintech-dev-data:ExportsOutputFnGetAtt{secret}Id")
    assert not [name for name, made in secrets.items() if "SecretString" in made]


def test_its_login_is_not_in_its_own_stack(dev: Synthesized) -> None:
    assert not dev.resources("bridge", "AWS::SecretsManager::Secret")


def test_on_aws_iot_its_role_may_be_one_client_on_three_topics(
    assets: Assets, site: Path, tmp_path: Path
) -> None:
    aws_iot = "wss://abc-ats.iot.us-east-1.amazonaws.com/mqtt"
    stage = synthesize("dev", assets, site, tmp_path, mqtt_url=aws_iot)
    (role,) = (name for name in stage.resources("bridge", "AWS::IAM::Role") if "TaskRole" in name)
    rights = {
        (action, re.sub(r'.*:([a-z]+/[^"]+)".*', r"\1", arn))
        for action, arn in stage.rights("bridge", role)
        if action.startswith("iot:")
    }
    topics = ("stocks/info", "stocks/request", "stocks/validation")
    assert rights == {
        ("iot:Connect", "client/fintech-dev-group-3"),
        ("iot:Publish", "topic/stocks/request"),
        *(("iot:Subscribe", f"topicfilter/{topic}") for topic in topics),
        *(("iot:Receive", f"topic/{topic}") for topic in topics),
    }


def test_each_queue_url_has_its_own_variable(dev: Synthesized) -> None:
    for name in ("PRICES", "REQUESTS", "VALIDATIONS", "OUTBOUND"):
        assert f"{name.capitalize()}MessagesQueue" in environment_of(dev)[f"{name}_QUEUE_URL"]


def test_its_image_contains_the_bridges_sources_and_nothing_else(dev: Synthesized) -> None:
    (image,) = dev.folder.glob("asset.*/mqtt_bridge")
    context = image.parent
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "mqtt_bridge").glob("*.py")}
    found = {str(path.relative_to(context)) for path in context.rglob("*") if path.is_file()}
    assert found == sources | {"mqtt_bridge/Dockerfile", "mqtt_bridge/requirements.txt"}
