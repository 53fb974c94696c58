"""Four stacks by lifecycle; the local stage differs from AWS only in what is listed here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

from cdk.stage import Stage
from lambdas.names import Canary, Queue, Table
from ops.endpoints import DEAD_LETTERS
from tests.infra.conftest import write_settings
from tests.infra.templates import Synthesized, in_words, role_of

STACKS = ("data", "web", "backend", "bridge")

OUTPUTS = {
    "data": {
        "UserPoolId",
        "UserPoolClientId",
        "MqttSecretArn",
        "CanaryClientId",
        "CanarySecretArn",
        *(f"{table.value.capitalize()}Table" for table in Table),
        "DocumentsBucket",
    },
    "web": {"SiteUrl", "SiteBucket", "DistributionId"},
    "backend": {
        "ApiUrl",
        "ApiId",
        "LiveUrl",
        *(f"{queue.value.capitalize()}QueueUrl" for queue in Queue),
        *(f"{name.capitalize()}DeadLetterQueueUrl" for name in DEAD_LETTERS),
    },
    "bridge": {"BridgeTaskRoleArn"},
}
"""At least: a stack may tell more."""


@pytest.fixture(params=["local", "dev", "prod"])
def any_stage(request: pytest.FixtureRequest) -> Synthesized:
    stage: Synthesized = request.getfixturevalue(request.param)
    return stage


def test_there_are_four_stacks(any_stage: Synthesized) -> None:
    assert set(any_stage.stacks) == {f"fintech-{any_stage.stage.name}-{name}" for name in STACKS}


@pytest.mark.parametrize("stack", STACKS)
def test_each_stack_has_these_outputs(any_stage: Synthesized, stack: str) -> None:
    names = {
        name for name in any_stage.template(stack)["Outputs"] if not name.startswith("Exports")
    }
    assert names >= OUTPUTS[stack]


def dependencies(stage: Synthesized, stack: str) -> set[str]:
    artifact = stage.manifest["artifacts"][f"fintech-{stage.stage.name}-{stack}"]
    return {name for name in artifact["dependencies"] if not name.endswith(".assets")}


def test_the_site_and_the_data_depend_on_nothing(any_stage: Synthesized) -> None:
    prefix = f"fintech-{any_stage.stage.name}"
    assert dependencies(any_stage, "web") == set()
    assert dependencies(any_stage, "data") == set()
    assert dependencies(any_stage, "backend") == {f"{prefix}-web", f"{prefix}-data"}
    assert dependencies(any_stage, "bridge") == {f"{prefix}-data", f"{prefix}-backend"}


def test_only_a_protected_stage_keeps_its_data(prod: Synthesized, dev: Synthesized) -> None:
    for stage, policy in ((prod, "Retain"), (dev, "Delete")):
        artifact = stage.manifest["artifacts"][f"fintech-{stage.stage.name}-data"]
        assert bool(artifact["properties"].get("terminationProtection")) == (stage is prod)
        kept = ("AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool")
        resources = stage.template("data")["Resources"].values()
        found = [resource for resource in resources if resource["Type"] in kept]
        assert len(found) == len(Table) + 1
        for resource in found:
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == policy


def test_the_local_stage_deploys_as_its_caller_and_aws_through_the_bootstrap_roles(
    local: Synthesized, dev: Synthesized
) -> None:
    for stage in (local, dev):
        for name in STACKS:
            artifact = stage.manifest["artifacts"][f"fintech-{stage.stage.name}-{name}"]
            assert ("assumeRoleArn" in artifact["properties"]) == (stage is dev)


def images(stage: Synthesized) -> str:
    return (stage.folder / f"fintech-{stage.stage.name}-bridge.assets.json").read_text()


def test_only_aws_builds_an_image_and_for_arm64(local: Synthesized, dev: Synthesized) -> None:
    assert '"dockerImages": {}' in images(local)
    assert '"platform": "linux/arm64"' in images(dev)


def kinds(stage: Synthesized) -> Counter[str]:
    return Counter(
        resource["Type"]
        for name in STACKS
        for logical_id, resource in stage.template(name)["Resources"].items()
        # The CDK's own function that copies files, with its layer, role and policy.
        if not logical_id.startswith(
            ("CustomCDKBucketDeployment", "PagesAwsCli", "HashedFilesAwsCli")
        )
    )


def test_dev_has_only_these_resources_besides_those_of_the_local_stage(
    local: Synthesized, dev: Synthesized
) -> None:
    assert kinds(local) - kinds(dev) == Counter(
        {"AWS::CloudWatch::Alarm": 33}  # dev has the ten that are free
    )
    assert kinds(dev) - kinds(local) == Counter(
        {
            "Custom::CDKBucketDeployment": 2,  # `make up` uploads the site itself
            "AWS::Logs::LogGroup": 1,  # of what copies the site
            "AWS::SQS::QueuePolicy": 15,  # each refuses plain HTTP
            "AWS::S3::BucketPolicy": 1,  # the documents refuse it too
            "AWS::SNS::Subscription": 1,  # an operator's mailbox
        }
    )


def test_local_and_dev_differ_only_in_these_settings(local: Synthesized, dev: Synthesized) -> None:
    differing = {
        field.name
        for field in fields(Stage)
        if getattr(local.stage, field.name) != getattr(dev.stage, field.name)
    }
    needed_by_the_local_cloud = {"endpoint_url", "tls_only", "password_sign_in", "every_alarm"}
    met_by_tests = {"queue_concurrency"}  # a bound, which dev is without for its idle cost (0018)
    of_one_deployment = {"name", "mqtt_url", "alarm_email", "account", "region"}
    assert differing == needed_by_the_local_cloud | met_by_tests | of_one_deployment


def test_an_unknown_stage_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no stage 'staging'"):
        Stage.named("staging")


STAGE = {"group_id": "3", "mqtt_url": "mqtts://broker.example:8883"}
OTHER = {"group_id": "3", "mqtt_url": "mqtts://other.example:8883"}
ADDRESS = {"alarm_email": "operator@example.com"}


@pytest.fixture
def settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[dict[str, object], dict[str, object]], None]:
    """Writes the settings of dev and prod."""
    file = tmp_path / "stages.toml"
    monkeypatch.setenv("STAGES_FILE", str(file))
    return lambda dev, prod: write_settings(file, dev, prod)


Settings = Callable[[dict[str, object], dict[str, object]], None]


@pytest.mark.parametrize("missing", ["group_id", "mqtt_url"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_a_stage_on_aws_needs_its_own_group_and_broker(
    settings: Settings, missing: str, value: str | None
) -> None:
    own: dict[str, object] = {name: text for name, text in STAGE.items() if name != missing}
    settings(own | ({} if value is None else {missing: value}), OTHER | ADDRESS)
    with pytest.raises(ValueError, match=f"Stage dev needs its own {missing}"):
        Stage.named("dev")


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"group_id": "03"},
        {"group_id": "3.0"},
        {"mqtt_url": "mqtt://BROKER.example:1883"},
        {"mqtt_url": "wss://broker.example/mqtt"},
    ],
)
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_two_stages_with_one_group_at_one_broker_are_refused(
    settings: Settings, name: str, same: dict[str, object]
) -> None:
    settings(STAGE | ADDRESS, STAGE | ADDRESS | same)
    with pytest.raises(ValueError, match="Stages dev and prod have the same broker and the same"):
        Stage.named(name)


@pytest.mark.parametrize("other", [OTHER, STAGE | {"group_id": "4"}])
def test_another_group_or_another_broker_is_enough(
    settings: Settings, other: dict[str, object]
) -> None:
    settings(STAGE | ADDRESS, other | ADDRESS)
    assert Stage.named("dev").mqtt_url == STAGE["mqtt_url"]
    assert Stage.named("prod").group_id == other["group_id"]


def test_a_misspelt_setting_is_refused(settings: Settings) -> None:
    settings(STAGE | {"cannary": True}, OTHER | ADDRESS)
    with pytest.raises(ValueError, match="unknown setting cannary"):
        Stage.named("dev")
    settings(STAGE | {"canary": "yes"}, OTHER | ADDRESS)
    with pytest.raises(ValueError, match="canary of stage dev must be of the type bool"):
        Stage.named("dev")


def test_prod_requires_an_address_for_its_alarms(settings: Settings) -> None:
    settings(STAGE, OTHER)
    with pytest.raises(ValueError, match="alarm_email"):
        Stage.named("prod")
    assert Stage.named("dev").alarm_email is None


def test_the_settings_of_this_repository_are_accepted() -> None:
    assert Stage.named("dev").protected is False
    assert Stage.named("prod").protected is True


@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_group_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="group id is empty"):
        Stage(name="dev", mqtt_url="", group_id=text)


def test_nothing_is_looked_up_to_make_a_template(dev: Synthesized) -> None:
    assert dev.stage.account
    assert dev.stage.region
    assert "missing" not in dev.manifest
    subnets = dev.resources("bridge", "AWS::EC2::Subnet").values()
    zones = [subnet["AvailabilityZone"] for subnet in subnets]
    assert zones == [{"Fn::Select": [n, {"Fn::GetAZs": ""}]} for n in range(2)]


def test_a_broker_with_a_password_in_its_url_is_refused(settings: Settings) -> None:
    settings(STAGE | {"mqtt_url": "mqtts://user:hunter2@broker.example:8883"}, OTHER | ADDRESS)
    with pytest.raises(ValueError, match="no credentials") as refused:
        Stage.named("dev")
    assert "hunter2" not in str(refused.value)


def test_copies_of_what_money_stands_on_go_to_another_account(
    full: Synthesized, prod: Synthesized
) -> None:
    assert not prod.resources("copies", "AWS::Backup::BackupPlan")
    (rule,) = full.only("copies", "AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
    (copy,) = rule["CopyActions"]
    assert copy["DestinationBackupVaultArn"] == full.stage.copies_to
    chosen = full.only("copies", "AWS::Backup::BackupSelection")["BackupSelection"]["Resources"]
    names = sorted(in_words(arn) for arn in chosen)
    assert names == ["accounts", "orders", "postings"]


def test_the_canary_runs_every_five_minutes_with_two_rights_and_a_stack_of_its_own(
    full: Synthesized, prod: Synthesized
) -> None:
    assert not prod.resources("canary", "AWS::Lambda::Function")
    rule = full.only("canary", "AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    function = full.only("canary", "AWS::Lambda::Function")
    rights = {action for action, _ in full.rights("canary", role_of(function))}
    assert rights == {
        "secretsmanager:GetSecretValue",
        "cognito-idp:AdminInitiateAuth",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    variables = function["Environment"]["Variables"]
    assert {name.value for name in Canary} <= variables.keys()
    alarm = full.only("canary", "AWS::CloudWatch::Alarm")
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (2, "breaching")
