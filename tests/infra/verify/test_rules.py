"""cfn-lint, cdk-nag, policies: the stages pass as they are, and planted faults are found."""

from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from cdk.constructs.nag_suppressions import suppress
from cdk.stage import Stage
from cdk.verify.rules import check_lint, check_nag, check_policies, statements
from cdk.verify.subject import Json, Subject
from tests.infra.templates import Synthesized
from tests.infra.verify.plant import add, plant, plant_property, written

QUEUE = "AWS::SQS::Queue"
NO_TLS = "AwsSolutions-SQS4"


def test_cfn_lint_finds_nothing(prod: Synthesized) -> None:
    checked = check_lint(prod.subject)
    assert checked.findings == ()
    assert checked.scope == "5 templates"


def test_cfn_lint_finds_a_property_that_does_not_exist(prod: Synthesized, tmp_path: Path) -> None:
    data = prod.stage.name.join(("fintech-", "-data"))
    only = Subject(
        stage=prod.stage, app=prod.app, folder=tmp_path, templates={data: prod.stacks[data]}
    )
    planted = plant_property(only, "AWS::Cognito::UserPool", Pasword="secret")
    (finding,) = check_lint(written(planted, tmp_path)).findings
    assert "Pasword" in finding.problem
    assert finding.where.startswith(f"{data}.template.json:")


def test_cfn_lint_finds_a_template_that_is_no_json(prod: Synthesized, tmp_path: Path) -> None:
    only = Subject(stage=prod.stage, app=prod.app, folder=tmp_path, templates={"broken": {}})
    (tmp_path / "broken.template.json").write_text('{"Resources": "x" y}')
    assert "E0000" in " ".join(finding.problem for finding in check_lint(only).findings)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_violation_of_cdk_nag_is_suppressed_by_its_own_id(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    checked = check_nag(stage.subject)
    assert checked.findings == ()
    assert "2 packs, " in checked.scope


def small(tmp_path: Path) -> tuple[Subject, Stack, sqs.Queue]:
    """A stage of one queue, which speaks plain HTTP and has no dead letters."""
    app = App(outdir=str(tmp_path))
    stack = Stack(app, "small")
    queue = sqs.Queue(stack, "Queue")
    place = Stage(name="dev", group_id="3", mqtt_url="", account="111122223333", region="us-east-1")
    return Subject(stage=place, app=app, folder=tmp_path, templates={}), stack, queue


def test_cdk_nag_finds_a_queue_that_speaks_plain_http(tmp_path: Path) -> None:
    subject, _, _ = small(tmp_path)
    found = {finding.problem.partition(":")[0] for finding in check_nag(subject).findings}
    assert {NO_TLS, "AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"} <= found


def what(subject: Subject) -> str:
    return " ".join(finding.problem for finding in check_nag(subject).findings)


def test_a_suppression_covers_its_own_finding_and_no_other(tmp_path: Path) -> None:
    subject, _, queue = small(tmp_path)
    suppress(queue, "A reason that says something", NO_TLS)
    assert NO_TLS not in what(subject)
    assert "AwsSolutions-SQS3" in what(subject)


def test_a_suppression_is_for_its_own_construct(tmp_path: Path) -> None:
    subject, stack, queue = small(tmp_path)
    suppress(queue, "A reason that says something", NO_TLS)
    sqs.Queue(stack, "Queue2")  # the path of one begins like the other's
    (finding,) = (f for f in check_nag(subject).findings if f.problem.startswith(NO_TLS))
    assert finding.where == "small/Queue2/Resource"


def test_a_suppression_of_what_does_not_occur_is_a_finding(tmp_path: Path) -> None:
    subject, _, queue = small(tmp_path)
    suppress(queue, "A reason that says something", "AwsSolutions-S1")
    assert "AwsSolutions-S1 is suppressed but does not occur" in what(subject)


def test_a_suppression_needs_a_reason_and_is_not_for_a_whole_stack(tmp_path: Path) -> None:
    subject, stack, queue = small(tmp_path)
    suppress(queue, "just so", NO_TLS)
    suppress(stack, "A reason that says something", "AwsSolutions-SQS3")
    assert f"{NO_TLS} is suppressed without a reason" in what(subject)
    assert "AwsSolutions-SQS3 is suppressed for a whole stack" in what(subject)


def test_the_policies_pass(prod: Synthesized) -> None:
    assert len(list(statements(prod.subject))) > 50
    assert check_policies(prod.subject).findings == ()


ARN = "arn:aws:sqs:us-east-1:111122223333:queue"


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ({"Action": "*", "Resource": ARN}, "allows the action *"),
        ({"Action": ["sqs:SendMessage", "sqs:*"], "Resource": ARN}, "allows the action sqs:*"),
        ({"Action": "sqs:SendMessage", "Resource": "*"}, "on every resource"),
        ({"Action": "sqs:SendMessage", "Resource": [ARN, "*"]}, "on every resource"),
        ({"NotAction": "sqs:SendMessage", "Resource": ARN}, "NotAction"),
        ({"Action": "sqs:SendMessage", "NotResource": ARN}, "NotResource"),
        ({"Action": "sqs:SendMessage", "Resource": ARN, "Principal": "*"}, "anybody"),
        ({"Action": "sqs:SendMessage", "Resource": ARN, "Principal": {"AWS": ["*"]}}, "anybody"),
    ],
)
def test_a_right_to_everything_is_found(prod: Synthesized, statement: Json, fault: str) -> None:
    document = {"Statement": [{"Effect": "Allow", **statement}]}
    planted = add(prod.subject, "AWS::IAM::Policy", {"PolicyDocument": document})
    (finding,) = check_policies(planted).findings
    assert fault in finding.problem
    assert finding.where == "fintech-prod-data/Planted"


def test_a_deny_may_be_for_everybody_and_everything(prod: Synthesized) -> None:
    refusal = {"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}
    planted = add(
        prod.subject, "AWS::SQS::QueuePolicy", {"PolicyDocument": {"Statement": [refusal]}}
    )
    assert check_policies(planted).findings == ()


def test_a_right_on_every_resource_is_suppressed_at_its_construct_and_nowhere_else(
    prod: Synthesized,
) -> None:
    role = "AWS::IAM::Policy"
    everywhere = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}

    def change(resource: Json) -> None:
        resource["Properties"]["PolicyDocument"]["Statement"].append(everywhere)

    (finding,) = check_policies(plant(prod.subject, role, change)).findings
    assert "every resource" in finding.problem
    accepted = [s for s in statements(prod.subject) if s.body.get("Resource") == "*"]
    assert [s.body["Action"] for s in accepted if s.stack.endswith("bridge")] == [
        "ecr:GetAuthorizationToken"
    ]
