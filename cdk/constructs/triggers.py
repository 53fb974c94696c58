"""What calls a function besides the API: a queue, the orders' stream, the clock."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs

from cdk.constructs.acceptance import accept
from cdk.constructs.queue import DeadLetters
from cdk.constructs.table import ItemTable

BATCH = 10

STREAM_TRIES = 100
"""Of one batch, halved first where it can be. Of what is given up, an operator reminds the sweep
(`make remind`).
"""


def from_queue(function: lambda_.Function, queue: sqs.IQueue, at_once: int | None) -> None:
    """Feeds the function from the queue; messages that it names as failed come again, alone.

    `at_once`: how many of its copies the queue may keep busy; None for as many as there are.
    """
    function.add_event_source(
        sources.SqsEventSource(
            queue,
            batch_size=BATCH,
            max_concurrency=at_once,
            report_batch_item_failures=True,
        )
    )
    _accept_queue(function)


def one_by_one(function: lambda_.Function, queue: sqs.IQueue, at_once: int) -> None:
    """Feeds the function with single messages, to so many of its copies at the same time."""
    function.add_event_source(sources.SqsEventSource(queue, batch_size=1, max_concurrency=at_once))
    _accept_queue(function)


def _accept_queue(function: lambda_.Function) -> None:
    accept(
        function,
        "Only streams have destinations; a queue has dead letters",
        "Serverless-LambdaEventSourceMappingDestination",
    )


def from_stream(function: lambda_.Function, table: ItemTable, failures: DeadLetters) -> None:
    """Feeds the function with new orders, and with orders that are to be asked for again.

    Made by hand: the CDK's own event source would grant ListStreams on every stream there is.
    """
    table.allow_reading_stream(function)
    accept(failures.queue, "These are the dead letters of a stream", "AwsSolutions-SQS3")
    lambda_.EventSourceMapping(
        function,
        "Stream",
        target=function,
        event_source_arn=table.stream_arn,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=BATCH,
        bisect_batch_on_error=True,
        report_batch_item_failures=True,
        retry_attempts=STREAM_TRIES,
        on_failure=sources.SqsDlq(failures.queue),
        filters=[_inserted(), _asked_again()],
    )


def _inserted() -> Mapping[str, Any]:
    return lambda_.FilterCriteria.filter({"eventName": lambda_.FilterRule.is_equal("INSERT")})


def _asked_again() -> Mapping[str, Any]:
    asks = {"N": [{"anything-but": ["0"]}]}
    return lambda_.FilterCriteria.filter(
        {
            "eventName": lambda_.FilterRule.is_equal("MODIFY"),
            "dynamodb": {"NewImage": {"asks": asks}},
        }
    )


def every_minute(function: lambda_.Function, event: Mapping[str, str] | None = None) -> None:
    """Calls the function on the clock; a call that fails is made good by the next."""
    rule = events.Rule(
        function,
        "EveryMinute",
        schedule=events.Schedule.rate(Duration.minutes(1)),
        targets=[
            targets.LambdaFunction(
                function,
                event=None if event is None else events.RuleTargetInput.from_object(event),
                retry_attempts=0,
                max_event_age=Duration.minutes(1),
            )
        ],
    )
    accept(rule, "A call that is lost is made good by the next", "Serverless-EventBusDLQ")
