"""The deployed functions as Lambda runs them: each call a process, with a clock of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.handlers import jobs, master, prices, relay, requests, sweep, validations, worker
from lambdas.names import Function
from tests.simulation.kernel import START, Kernel, Killed
from tests.simulation.sqs import Message

MOST_SKEW_S: Final = 20.0
Handler = Callable[[dict[str, Any], Any], Any]
HANDLERS: Final[dict[Function, Handler]] = {
    Function.PRICES: prices.handler,
    Function.REQUESTS: requests.handler,
    Function.VALIDATIONS: validations.handler,
    Function.RELAY: relay.handler,
    Function.SWEEP: sweep.handler,
    Function.JOBS: jobs.handler,
    Function.MASTER: master.handler,
    Function.WORKER: worker.handler,
}
Broken = Callable[[str, BaseException], None]


@dataclass(eq=False)
class Functions:
    """Starts invocations. Each is a process of its own, with a clock of its own."""

    kernel: Kernel
    rng: Random
    broken: Broken  # hears the errors that no handler may raise
    handlers: dict[Function, Handler]
    invocations: int = 0
    skew_s: dict[str, float] = field(default_factory=dict)
    alone: Function = Function.API  # which function runs when there is no scheduler

    def now(self) -> datetime:
        """The time as the running process has it."""
        task = self.kernel.current
        skew_s = self.skew_s.get(task.process, 0.0) if task is not None else 0.0
        return START + timedelta(seconds=self.kernel.now_s + skew_s)

    def running(self) -> Function:
        """Which function is running."""
        task = self.kernel.current
        return self.alone if task is None else Function(task.process.split("#")[0])

    def new_key(self) -> UUID:
        """For clients that name none."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def invoke(self, function: Function, event: dict[str, Any], ended: "Answered") -> None:
        """`ended` hears the answer, or None when there was none."""
        self.invocations += 1
        process = f"{function}#{self.invocations}"
        if not self.kernel.is_calm:
            self.skew_s[process] = (self.rng.random() * 2 - 1) * MOST_SKEW_S
        answers: list[Any] = []
        handler = self.handlers[function]

        def whole(error: BaseException | None) -> None:
            if error is not None and not isinstance(error, Killed):
                self.broken(process, error)
            ended(answers[0] if answers else None, error is None)

        self.kernel.start(
            process, process, lambda: answers.append(handler(event, LAMBDA_CONTEXT)), whole
        )


Answered = Callable[[Any, bool], None]
LAMBDA_CONTEXT: Final = LambdaContext()
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
