"""The deployed functions as Lambda runs them: each invocation a process with its own clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.names import Function
from tests.simulation.kernel import START, Kernel, Killed
from tests.simulation.releases import Release, this_release
from tests.simulation.sometimes import PREVIOUS
from tests.simulation.sqs import Message

MOST_SKEW_S: Final = 20.0
Handler = Callable[[dict[str, Any], Any], Any]
SIMULATED: Final = (
    Function.API,
    Function.PRICES,
    Function.REQUESTS,
    Function.VALIDATIONS,
    Function.RELAY,
    Function.SWEEP,
    Function.JOBS,
    Function.MASTER,
    Function.WORKER,
)
Broken = Callable[[str, BaseException], None]


@dataclass(eq=False)
class Functions:
    """Starts invocations."""

    kernel: Kernel
    rng: Random
    broken: Broken  # called with the errors that no handler may raise
    invocations: int = 0
    skew_s: dict[str, float] = field(default_factory=dict)
    releases: tuple[Release, ...] = field(default_factory=lambda: (this_release(),))
    """All that run in this world, the newest first."""

    deployed_s: tuple[float, float] | None = None
    """From when to when old and new functions run beside each other; before that only old ones."""

    def now(self) -> datetime:
        """The time by the clock of the running process."""
        task = self.kernel.current
        skew_s = self.skew_s.get(task.process, 0.0) if task is not None else 0.0
        return START + timedelta(seconds=self.kernel.now_s + skew_s)

    def new_key(self) -> UUID:
        """A key for a client that sends none."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def handler(self, function: Function) -> Handler:
        """The handler that is called now."""
        if self.deployed_s is None:
            return handler_of(this_release(), function)
        begins_s, ends_s = self.deployed_s
        share = (self.kernel.now_s - begins_s) / (ends_s - begins_s)
        release = self.releases[0 if self.rng.random() < share else -1]
        if release is not self.releases[0]:
            self.kernel.reached.add(PREVIOUS)
        return handler_of(release, function)

    def invoke(self, function: Function, event: dict[str, Any], ended: "Answered") -> None:
        """Calls `ended` with the answer, or None if the invocation failed."""
        self.invocations += 1
        process = f"{function}#{self.invocations}"
        if not self.kernel.is_calm:
            self.skew_s[process] = (self.rng.random() * 2 - 1) * MOST_SKEW_S
        answers: list[Any] = []
        handler = self.handler(function)

        def finish(error: BaseException | None) -> None:
            if error is not None and not isinstance(error, Killed):
                self.broken(process, error)
            ended(answers[0] if answers else None, error is None)

        self.kernel.start(
            process, process, lambda: answers.append(handler(event, LAMBDA_CONTEXT)), finish
        )


def handler_of(release: Release, function: Function) -> Handler:
    """A function's handler in a release."""
    module = release.handler_module(function)
    assert module is not None, f"{function} is in no release"
    handler: Handler = module.handler
    return handler


Answered = Callable[[Any, bool], None]
TIMEOUT_MS: Final = 60_000


class _Context(LambdaContext):
    """The context of an invocation that has all of its time left."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """The whole time-out."""
        return TIMEOUT_MS


LAMBDA_CONTEXT: Final = _Context()
LAMBDA_CONTEXT._function_name = "simulated"
LAMBDA_CONTEXT._memory_limit_in_mb = 512
LAMBDA_CONTEXT._invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:simulated"
LAMBDA_CONTEXT._aws_request_id = "simulated"


def sqs_record(message: Message) -> dict[str, Any]:
    """A record as SQS gives it to a function."""
    return {
        "messageId": str(message.number),
        "receiptHandle": str(message.number),
        "body": message.body,
        "attributes": {},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:q",
        "awsRegion": "us-east-1",
    }
