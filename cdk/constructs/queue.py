"""The one construct that makes a queue: with its dead-letter queue and their alarms."""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.constructs.alarms import FIVE_MINUTES, Alarms, AlarmSpec
from cdk.constructs.nag_suppressions import suppress
from cdk.stage import Stage
from lambdas.names import Queue

_QUEUE_RETENTION: Final = Duration.days(7)
_DEAD_LETTER_RETENTION: Final = Duration.days(14)
"""The longest that SQS allows: a message keeps its age when it is moved to a dead-letter queue."""

_VITAL: Final = (Queue.VALIDATIONS, Queue.OUTBOUND)
"""Queues whose dead letters raise an alarm on every stage: each one is somebody's order."""

_MAX_AGE_S: Final = 600
_MAX_DEPTH: Final = 1000


class DeadLetterQueue(Construct):
    """Messages that could not be processed; the first one raises an alarm."""

    def __init__(
        self, scope: Construct, construct_id: str, stage: Stage, alarms: Alarms, source: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=_DEAD_LETTER_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.tls_only,
        )
        suppress(
            self.queue,
            "This is a dead-letter queue: an operator replays or drops its messages",
            "Serverless-SQSRedrivePolicy",
        )
        alarms.add(
            AlarmSpec(
                section="dead-letters",
                subject=source,
                description=f"Messages of {source} have been put aside.",
                metric=self.queue.metric_approximate_number_of_messages_visible(
                    period=Duration.minutes(1), statistic="Maximum"
                ),
                threshold=1,
                vital=source in _VITAL,
            )
        )

    def grant_send(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee put messages aside itself."""
        grant_queue(self._stage, grantee, self.queue, "SendMessage")


class MonitoredQueue(Construct):
    """A queue whose messages move to its dead-letter queue after `max_receives` attempts."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        alarms: Alarms,
        queue: Queue,
        *,
        visibility: Duration,
        max_receives: int,
    ) -> None:
        super().__init__(scope, f"{queue.value.capitalize()}Messages")
        self.dead_letters = DeadLetterQueue(self, "DeadLetters", stage, alarms, queue)
        self.queue = sqs.Queue(
            self,
            "Queue",
            visibility_timeout=visibility,
            retention_period=_QUEUE_RETENTION,
            receive_message_wait_time=Duration.seconds(20),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.tls_only,
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters.queue, max_receive_count=max_receives
            ),
        )
        self.queue_url = self.queue.queue_url
        self._add_alarms(alarms, queue)

    def _add_alarms(self, alarms: Alarms, queue: Queue) -> None:
        alarms.add(
            AlarmSpec(
                section="old-messages",
                subject=queue,
                description=f"A message of {queue} has waited for ten minutes.",
                metric=self.queue.metric_approximate_age_of_oldest_message(
                    period=FIVE_MINUTES, statistic="Maximum"
                ),
                threshold=_MAX_AGE_S,
            )
        )
        alarms.add(
            AlarmSpec(
                section="deep-queue",
                subject=queue,
                description=f"For a quarter of an hour, {_MAX_DEPTH} messages of {queue} or more "
                "have waited.",
                metric=self.queue.metric_approximate_number_of_messages_visible(
                    period=FIVE_MINUTES, statistic="Minimum"
                ),
                threshold=_MAX_DEPTH,
                evaluation_periods=3,
            )
        )


def grant_queue(stage: Stage, grantee: iam.IGrantable, queue: sqs.IQueue, *operations: str) -> None:
    """Grants these SQS operations on one queue.

    IAM has no actions for batches: SendMessage covers SendMessageBatch. The local cloud (MiniStack
    1.5.33) checks the batch operations under their own names.
    """
    batches = [f"{name}Batch" for name in operations if name in _BATCHED and stage.local]
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"sqs:{name}" for name in (*operations, *batches)],
        resource_arns=[queue.queue_arn],
    )


_BATCHED: Final = ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
