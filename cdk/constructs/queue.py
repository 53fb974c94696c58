"""The one construct that makes a queue: with dead letters, and alarms on the first of them, on old
messages, and on many.
"""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.constructs.alarms import FIVE_MINUTES, Alarms, Watch
from cdk.stage import Stage
from lambdas.names import Queue

QUEUE_RETENTION = Duration.days(7)
LONGEST_RETENTION = Duration.days(14)
"""Of SQS. Dead letters have it: a message keeps its age when it moves, and must still be there."""

VITAL = (Queue.VALIDATIONS, Queue.OUTBOUND)
"""Whose dead letters call an operator on every stage: each is somebody's order."""

OLD_S = 600
MANY = 1000


class DeadLetters(Construct):
    """A place for what could not be done, which calls an operator when anything lies in it."""

    def __init__(
        self, scope: Construct, construct_id: str, stage: Stage, alarms: Alarms, of: str
    ) -> None:
        super().__init__(scope, construct_id)
        self._stage = stage
        self.queue = sqs.Queue(
            self,
            "Queue",
            retention_period=LONGEST_RETENTION,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.tls_only,
        )
        accept(
            self.queue,
            "Here messages end: an operator moves them on",
            "Serverless-SQSRedrivePolicy",
        )
        alarms.watch(
            Watch(
                kind="dead-letters",
                of=of,
                says=f"Messages of {of} have been put aside.",
                metric=self.queue.metric_approximate_number_of_messages_visible(
                    period=Duration.minutes(1), statistic="Maximum"
                ),
                limit=1,
                vital=of in VITAL,
            )
        )

    def allow_sending(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee put a message aside by itself."""
        allow(self._stage, grantee, self.queue, "SendMessage")


class GuardedQueue(Construct):
    """A queue whose messages end in its dead letters after `tries` attempts. With None they stay,
    whatever their age and number mean: nothing but its dead letters calls an operator.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        stage: Stage,
        alarms: Alarms,
        *,
        of: str,
        visibility: Duration,
        tries: int | None,
        delay: Duration | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = DeadLetters(self, "DeadLetters", stage, alarms, of)
        self.queue = sqs.Queue(
            self,
            "Queue",
            visibility_timeout=visibility,
            delivery_delay=delay,
            retention_period=LONGEST_RETENTION if tries is None else QUEUE_RETENTION,
            receive_message_wait_time=Duration.seconds(20),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=stage.tls_only,
            dead_letter_queue=None
            if tries is None
            else sqs.DeadLetterQueue(queue=self.dead_letters.queue, max_receive_count=tries),
        )
        self.queue_url = self.queue.queue_url
        if tries is None:
            self._accept_no_redrive()
            return
        for watch in self._watches(of):
            alarms.watch(watch)

    def _accept_no_redrive(self) -> None:
        accept(
            self.queue,
            "Messages stay for as long as they are true; who reads them puts others aside",
            "AwsSolutions-SQS3",
            "Serverless-SQSRedrivePolicy",
        )
        accept(
            self.dead_letters.queue,
            "Nothing is moved there by SQS, only by who reads the queue",
            "AwsSolutions-SQS3",
        )

    def _watches(self, of: str) -> tuple[Watch, ...]:
        return (
            Watch(
                kind="old-messages",
                of=of,
                says=f"A message of {of} has waited for ten minutes.",
                metric=self.queue.metric_approximate_age_of_oldest_message(
                    period=FIVE_MINUTES, statistic="Maximum"
                ),
                limit=OLD_S,
            ),
            Watch(
                kind="deep-queue",
                of=of,
                says=f"For a quarter of an hour, {MANY} messages of {of} or more have waited.",
                metric=self.queue.metric_approximate_number_of_messages_visible(
                    period=FIVE_MINUTES, statistic="Minimum"
                ),
                limit=MANY,
                periods=3,
            ),
        )


def allow(stage: Stage, grantee: iam.IGrantable, queue: sqs.IQueue, *names: str) -> None:
    """Lets the grantee do those things with the queue, one message at a time or ten.

    IAM knows no actions for batches: whoever may send a message may send ten. The local cloud
    (MiniStack 1.5.33) asks for them by a name of their own.
    """
    in_batches = [f"{name}Batch" for name in names if name in _BATCHED and stage.local]
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"sqs:{name}" for name in (*names, *in_batches)],
        resource_arns=[queue.queue_arn],
    )


_BATCHED = ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
