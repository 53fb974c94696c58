"""Queues: nothing is lost, nothing is processed twice at once, a dead letter raises an alarm."""

import json

import pytest

from lambdas.names import Queue
from ops.endpoints import DEAD_LETTERS
from tests.infra.templates import Json, Synthesized, target_of

INBOUND = ("prices", "requests", "validations")
CONSUMED = (*INBOUND, "jobs")
QUEUES = [queue.value for queue in Queue]
DAY_S = 24 * 3600


def queue(stage: Synthesized, name: str, *, dead: bool = False) -> tuple[str, Json]:
    prefix = f"{name.capitalize()}Messages{'DeadLetters' if dead else ''}Queue"
    queues = stage.resources("backend", "AWS::SQS::Queue").items()
    (found,) = ((n, q) for n, q in queues if n.startswith(prefix))
    return found


def test_there_is_a_queue_and_a_dead_letter_queue_for_each_name_and_one_for_the_relay(
    dev: Synthesized,
) -> None:
    assert len(dev.resources("backend", "AWS::SQS::Queue")) == 2 * len(QUEUES) + 1


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_that_keeps_failing_ends_in_the_dead_letters(dev: Synthesized, name: str) -> None:
    dead_name, dead = queue(dev, name, dead=True)
    _, live = queue(dev, name)
    redrive = live["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_name, "Arn"]}
    assert redrive["maxReceiveCount"] >= 5
    assert dead["MessageRetentionPeriod"] == 14 * DAY_S
    assert live["MessageRetentionPeriod"] < dead["MessageRetentionPeriod"]
    assert not live.get("DelaySeconds")


@pytest.mark.parametrize("name", CONSUMED)
def test_a_message_stays_hidden_for_six_times_its_functions_limit(
    dev: Synthesized, name: str
) -> None:
    _, live = queue(dev, name)
    assert live["VisibilityTimeout"] >= 6 * dev.function(name)["Timeout"]


def test_every_queue_is_encrypted_and_refuses_plain_http(dev: Synthesized) -> None:
    queues = dev.resources("backend", "AWS::SQS::Queue")
    assert all(properties["SqsManagedSseEnabled"] for properties in queues.values())
    guarded = set()
    for policy in dev.resources("backend", "AWS::SQS::QueuePolicy").values():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Action"] == "sqs:*"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        guarded |= {reference["Ref"] for reference in policy["Queues"]}
    assert guarded == set(queues)


def test_the_first_dead_letter_raises_an_alarm(prod: Synthesized) -> None:
    dead = {n for n in prod.resources("backend", "AWS::SQS::Queue") if "DeadLetters" in n}
    watched = set()
    for alarm in prod.resources("backend", "AWS::CloudWatch::Alarm").values():
        if "-dead-letters-" in alarm["AlarmName"]:
            assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
            assert alarm["Threshold"] == 1
            assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
            watched.add(alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0])
    assert watched == dead


def source(stage: Synthesized, function: str) -> Json:
    mappings = stage.resources("backend", "AWS::Lambda::EventSourceMapping").values()
    prefix = f"{function.capitalize()}Function"
    (found,) = (m for m in mappings if target_of(m).startswith(prefix))
    return found


@pytest.mark.parametrize("name", INBOUND)
def test_a_queue_invokes_its_function_with_batches_of_ten_and_gets_back_single_failures(
    dev: Synthesized, name: str
) -> None:
    queue_name, _ = queue(dev, name)
    mapping = source(dev, name)
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [queue_name, "Arn"]}
    assert mapping["BatchSize"] == 10
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_prices_go_two_at_a_time_and_the_rest_as_the_stage_says(prod: Synthesized) -> None:
    at_once = {name: source(prod, name)["ScalingConfig"]["MaximumConcurrency"] for name in INBOUND}
    assert at_once == {"prices": 2, "requests": 50, "validations": 50}


def test_only_dev_has_queues_without_a_maximum_concurrency(
    dev: Synthesized, local: Synthesized, prod: Synthesized
) -> None:
    """An unbounded queue costs less while idle (0018)."""
    for stage in (dev, local, prod):
        bounds = ["ScalingConfig" in source(stage, name) for name in INBOUND]
        assert bounds == [stage is not dev] * len(INBOUND)


def test_no_concurrency_is_reserved_since_a_new_account_has_none_to_give(dev: Synthesized) -> None:
    functions = dev.resources("backend", "AWS::Lambda::Function").values()
    assert not any("ReservedConcurrentExecutions" in function for function in functions)


def test_no_function_consumes_outbound(dev: Synthesized) -> None:
    outbound, _ = queue(dev, "outbound")
    sources = dev.resources("backend", "AWS::Lambda::EventSourceMapping").values()
    assert all(outbound not in json.dumps(mapping["EventSourceArn"]) for mapping in sources)


def test_the_relay_gets_orders_that_are_new_due_again_or_accepted(dev: Synthesized) -> None:
    mapping = source(dev, "relay")
    assert "OrdersTable" in json.dumps(mapping["EventSourceArn"])
    patterns = [json.loads(f["Pattern"]) for f in mapping["FilterCriteria"]["Filters"]]
    assert patterns == [
        {"eventName": ["INSERT"]},
        # Numbers are text in a stream: a numeric comparison would never match.
        {
            "eventName": ["MODIFY"],
            "dynamodb": {"NewImage": {"attempts": {"N": [{"anything-but": ["0"]}]}}},
        },
        {
            "eventName": ["MODIFY"],
            "dynamodb": {"NewImage": {"state": {"S": ["ACCEPTED"]}}},
        },
    ]


def test_the_relay_loses_no_order_and_none_blocks_the_others(dev: Synthesized) -> None:
    mapping = source(dev, "relay")
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 10 <= mapping["MaximumRetryAttempts"] <= 1000
    destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination["Fn::GetAtt"][0].startswith("RelayDeadLetters")


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_every_dead_letter_queue_has_a_way_back(name: str, request: pytest.FixtureRequest) -> None:
    """SQS moves back only what came from another queue: any other needs a way of its own."""
    stage: Synthesized = request.getfixturevalue(name)
    queues = stage.resources("backend", "AWS::SQS::Queue")
    of_queues = {
        made["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for made in queues.values()
        if "RedrivePolicy" in made
    }
    of_streams = {
        mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]: target_of(
            mapping
        )
        for mapping in stage.resources("backend", "AWS::Lambda::EventSourceMapping").values()
        if "DestinationConfig" in mapping
    }
    without_redrive = {name for name, made in queues.items() if "RedrivePolicy" not in made}
    assert without_redrive == of_queues | of_streams.keys()
    outputs = stage.template("backend")["Outputs"]
    replayable = {
        outputs[f"{known.capitalize()}DeadLetterQueueUrl"]["Value"]["Ref"] for known in DEAD_LETTERS
    }
    assert replayable == without_redrive
    # What is named after no queue is named after the function that reads the stream.
    assert {function.split("Function")[0].lower() for function in of_streams.values()} == {
        known for known in DEAD_LETTERS if known not in set(Queue)
    }
