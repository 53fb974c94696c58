"""Least privilege: the rights of each role equal this table, to the single action and resource."""

from fnmatch import fnmatch

import pytest

from tests.infra.templates import LOG_DELIVERY, Synthesized, as_list, role_of

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
    | on("accounts", "GetItem UpdateItem")
    | on("postings", "PutItem Query")
    | on("positions", "Query")
    | on("deposits", "GetItem PutItem")
    | on("jobs", "GetItem BatchGetItem PutItem")
    | on("jobs/index/by_account", "Query")
    | on("jobs/index/open", "Query")
    | on("tickets", "PutItem")
    | on("profiles", "GetItem UpdateItem")
    | on("jobs queue", "SendMessage")
    | on("receipts", "GetItem")
    | on("profiles", "GetItem UpdateItem")
    | on("receipts queue", "SendMessage")
    | {("states:DescribeStateMachine", "workflow"), ("s3:GetObject", "documents")},
    "prices": consumes("prices")
    | on("prices", "BatchGetItem PutItem")
    | on("candles", "BatchGetItem PutItem")
    | on("quotes", "BatchGetItem PutItem Query")
    | on("pushes queue", "SendMessage")
    | {("s3:PutObject", "site/data/board.json")},
    "requests": consumes("requests")
    | on("orders", "GetItem UpdateItem")
    | on("activity", "UpdateItem"),
    "validations": consumes("validations")
    | on("orders", "GetItem UpdateItem")
    | on("accounts", "GetItem UpdateItem")
    | on("postings", "PutItem")
    | on("positions", "UpdateItem")
    | on("activity", "UpdateItem"),
    "relay": on("orders stream", "DescribeStream GetRecords GetShardIterator ListStreams")
    | on("outbound queue", "SendMessage")
    | on("receipts queue", "SendMessage")
    | on("relay dead letters", "SendMessage GetQueueUrl GetQueueAttributes"),
    "sweep": on("orders", "BatchGetItem UpdateItem")
    | on("orders/index/open", "Query")
    | on("quotes", "Query"),
    "jobs": on("jobs queue", POLLING)
    | on("jobs", "GetItem")
    | {("states:StartSyncExecution", "workflow")},
    "master": on("jobs", "GetItem UpdateItem")
    | on("jobs/index/open", "Query")
    | on("jobs queue", "SendMessage")
    | on("quotes", "GetItem Query")
    | on("postings", "Query")
    | on("positions", "Query")
    | on("activity/index/by_symbol", "Query"),
    "live": on("tickets", "DeleteItem")
    | on("connections", "PutItem DeleteItem Query")
    | on("connections/index/by_shard", "Query"),
    "notify": {
        right
        for table in ("orders", "accounts", "deposits")
        for right in on(f"{table} stream", "DescribeStream GetRecords GetShardIterator ListStreams")
    }
    | on("connections", "DeleteItem Query")
    | on("pushes queue", "SendMessage")
    | {("execute-api:ManageConnections", "live connections")},
    "push": on("pushes queue", POLLING)
    | on("pushes queue", "SendMessage")
    | on("connections", "DeleteItem Query")
    | on("connections/index/by_shard", "Query")
    | on("accounts", "BatchGetItem")
    | on("quotes", "Query")
    | {("execute-api:ManageConnections", "live connections")},
    "worker": on("prices", "Query")
    | on("candles", "Query")
    | on("orders", "BatchGetItem")
    | on("orders/index/by_account", "Query")
    | on("postings", "Query")
    | {("s3:PutObject", "documents"), ("cognito-idp:AdminGetUser", "user pool")},
    "receipts": consumes("receipts")
    | on("orders", "GetItem")
    | on("quotes", "GetItem")
    | on("receipts", "GetItem PutItem UpdateItem")
    | on("pushes queue", "SendMessage")
    | {("s3:PutObject", "documents"), ("cognito-idp:AdminGetUser", "user pool")},
}


@pytest.mark.parametrize("name", RIGHTS)
def test_a_function_has_exactly_these_rights(dev: Synthesized, name: str) -> None:
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


def test_the_bridge_may_use_four_queues_and_read_its_secret(dev: Synthesized) -> None:
    assert dev.rights("bridge", bridge_role(dev)) == BRIDGE


REWRITING = (
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
)


@pytest.mark.parametrize("name", ["local", "dev", "prod"])
def test_no_function_may_update_or_delete_a_posting(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    writers = set()
    for function in stage.resources("backend", "AWS::Lambda::Function").values():
        granted = {
            action
            for action, resource in stage.rights("backend", role_of(function))
            if resource.startswith("postings") or "*" in resource
        }
        for action in REWRITING:  # actions may hold wildcards
            assert not [pattern for pattern in granted if fnmatch(action, pattern)], function
        if "dynamodb:PutItem" in granted:
            writers.add(function["Handler"])
    # The test sees what it forbids: these two append postings.
    assert writers == {"lambdas.handlers.api.handler", "lambdas.handlers.validations.handler"}


BATCHES = {
    f"sqs:{action}Batch" for action in ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
}


def test_the_local_stage_also_grants_batch_operations_and_nothing_else(
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
    for in_local, on_aws in pairs:
        assert on_aws <= in_local
        for action, resource in in_local - on_aws:
            assert action in BATCHES
            assert (action.removesuffix("Batch"), resource) in on_aws


def test_functions_and_the_bridge_have_no_managed_policies(dev: Synthesized) -> None:
    for name in RIGHTS:
        role = dev.resources("backend", "AWS::IAM::Role")[role_of(dev.function(name))]
        assert "ManagedPolicyArns" not in role
    assert "ManagedPolicyArns" not in dev.resources("bridge", "AWS::IAM::Role")[bridge_role(dev)]


WITHOUT_RESOURCES = {
    "ecr:GetAuthorizationToken",  # a registry's token is for the whole registry
    *LOG_DELIVERY,
}
"""Actions for which AWS has no narrower right."""

COPIER = "CustomCDKBucketDeployment"
"""The CDK's own function that copies the site, with its wildcards (all objects of a bucket)."""


def test_no_role_of_ours_has_a_wildcard_or_scans(dev: Synthesized) -> None:
    seen = 0
    for stack in ("data", "web", "backend", "bridge"):
        for role in dev.resources(stack, "AWS::IAM::Role"):
            if role.startswith(COPIER):
                continue
            for statement in dev.statements(stack, role):
                for action in as_list(statement["Action"]):
                    seen += 1
                    assert "*" not in action
                    assert action != "dynamodb:Scan"
                    if action not in WITHOUT_RESOURCES:
                        assert "*" not in as_list(statement["Resource"])
    assert seen > 40
