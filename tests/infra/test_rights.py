"""Least privilege: what each role may do equals this table, to the single action and resource."""

import pytest

from tests.infra.templates import Synthesized, as_list, role_of

LOG = {("logs:CreateLogStream", "own log"), ("logs:PutLogEvents", "own log")}


POLLING = "ReceiveMessage ChangeMessageVisibility GetQueueUrl DeleteMessage GetQueueAttributes"


def on(resource: str, actions: str) -> set[tuple[str, str]]:
    service = "sqs" if resource.endswith(("queue", "letters")) else "dynamodb"
    return {(f"{service}:{action}", resource) for action in actions.split()}


def consumes(queue: str) -> set[tuple[str, str]]:
    return on(f"{queue} queue", POLLING) | on(f"{queue} dead letters", "SendMessage")


RIGHTS = {
    "api": on("quotes", "GetItem BatchGetItem Query")
    | on("prices", "Query")
    | on("candles", "Query")
    | on("activity/index/by_symbol", "Query")
    | on("activity/index/by_day", "Query")
    | on("orders", "GetItem BatchGetItem PutItem")
    | on("orders/index/by_account", "Query")
    | on("orders/index/bought", "Query")
    | on("accounts", "GetItem BatchGetItem UpdateItem")
    | on("postings", "GetItem PutItem")
    | on("postings/index/by_time", "Query")
    | on("jobs", "GetItem BatchGetItem PutItem")
    | on("jobs/index/by_account", "Query")
    | on("jobs/index/open", "Query")
    | on("jobs queue", "SendMessage")
    | {("states:DescribeStateMachine", "workflow")},
    "prices": consumes("prices")
    | on("prices", "BatchGetItem PutItem")
    | on("candles", "BatchGetItem PutItem")
    | on("quotes", "BatchGetItem PutItem"),
    "requests": consumes("requests")
    | on("orders", "GetItem PutItem")
    | on("activity", "UpdateItem"),
    "validations": consumes("validations")
    | on("orders", "GetItem PutItem")
    | on("accounts", "UpdateItem")
    | on("postings", "PutItem")
    | on("activity", "UpdateItem"),
    "relay": on("orders stream", "DescribeStream GetRecords GetShardIterator ListStreams")
    | on("outbound queue", "SendMessage")
    | on("reminders queue", "SendMessage")
    | on("relay dead letters", "SendMessage GetQueueUrl GetQueueAttributes"),
    "sweep": on("orders", "BatchGetItem PutItem")
    | on("reminders queue", "ReceiveMessage DeleteMessage SendMessage")
    | on("reminders dead letters", "SendMessage")
    | on("quotes", "Query"),
    "jobs": on("jobs queue", POLLING)
    | on("jobs", "GetItem")
    | {("states:StartSyncExecution", "workflow")},
    "master": on("jobs", "GetItem PutItem UpdateItem")
    | on("jobs/index/open", "Query")
    | on("jobs queue", "SendMessage")
    | on("quotes", "GetItem")
    | on("accounts", "GetItem")
    | on("orders/index/bought", "Query")
    | on("activity/index/by_symbol", "Query"),
    "worker": on("prices", "Query")
    | on("candles", "Query")
    | on("orders", "BatchGetItem")
    | on("orders/index/by_account", "Query")
    | on("postings/index/by_time", "Query"),
}


@pytest.mark.parametrize("name", RIGHTS)
def test_a_function_may_do_what_it_does_and_no_more(dev: Synthesized, name: str) -> None:
    assert dev.rights("backend", role_of(dev.function(name))) == RIGHTS[name] | LOG


BRIDGE = (
    {
        right
        for queue in ("prices", "requests", "validations")
        for right in on(f"{queue} queue", "SendMessage")
    }
    | on("outbound queue", "ReceiveMessage DeleteMessage ChangeMessageVisibility")
    | {("secretsmanager:GetSecretValue", "secret")}
)


def bridge_role(stage: Synthesized) -> str:
    roles = stage.resources("bridge", "AWS::IAM::Role")
    (name,) = (role for role in roles if "TaskRole" in role)
    return name


def test_the_bridge_moves_messages_and_reads_its_one_secret(dev: Synthesized) -> None:
    assert dev.rights("bridge", bridge_role(dev)) == BRIDGE


BATCHES = {
    f"sqs:{action}Batch" for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}


def test_the_laptop_grants_batches_beside_and_nothing_else(
    local: Synthesized, dev: Synthesized
) -> None:
    pairs = [
        (
            local.rights("backend", role_of(local.function(n))),
            dev.rights("backend", role_of(dev.function(n))),
        )
        for n in RIGHTS
    ]
    pairs.append(
        (local.rights("bridge", bridge_role(local)), dev.rights("bridge", bridge_role(dev)))
    )
    for on_laptop, on_aws in pairs:
        assert on_aws <= on_laptop
        for action, resource in on_laptop - on_aws:
            assert action in BATCHES
            assert (action.removesuffix("Batch"), resource) in on_aws


def test_functions_and_the_bridge_have_no_rights_from_ready_made_policies(dev: Synthesized) -> None:
    for name in RIGHTS:
        role = dev.resources("backend", "AWS::IAM::Role")[role_of(dev.function(name))]
        assert "ManagedPolicyArns" not in role
    assert "ManagedPolicyArns" not in dev.resources("bridge", "AWS::IAM::Role")[bridge_role(dev)]


PUBLISHER = "CustomCDKBucketDeployment"
"""The CDK's own function that copies the site, with its wildcards (all objects of a bucket)."""


def test_nobody_of_ours_has_a_wildcard_or_scans(dev: Synthesized) -> None:
    seen = 0
    for stack in ("data", "web", "backend", "bridge"):
        for role in dev.resources(stack, "AWS::IAM::Role"):
            if role.startswith(PUBLISHER):
                continue
            for statement in dev.statements(stack, role):
                for action in as_list(statement["Action"]):
                    seen += 1
                    assert "*" not in action
                    assert action != "dynamodb:Scan"
                    # A registry's token is for the whole registry: AWS knows no narrower right.
                    if action != "ecr:GetAuthorizationToken":
                        assert "*" not in as_list(statement["Resource"])
    assert seen > 40
