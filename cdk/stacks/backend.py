"""All that moves: functions, queues, API, schedule, and the site's files, which name the API.

What each function may do stands in `cdk.stacks.rights`, and nowhere else.
"""

from pathlib import Path

from aws_cdk import Duration, IStackSynthesizer, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.build import Assets
from cdk.constructs.alarms import Alarms
from cdk.constructs.api import Api
from cdk.constructs.cost_anomaly import CostAnomaly
from cdk.constructs.dashboard import Dashboard
from cdk.constructs.function import OwnFunction, Shared, Size
from cdk.constructs.outputs import publish
from cdk.constructs.publication import publish_site
from cdk.constructs.queue import DeadLetters, GuardedQueue, allow
from cdk.constructs.triggers import every_minute, from_queue, from_stream, one_by_one
from cdk.constructs.workflow import Workflow
from cdk.stacks.data import DataStack
from cdk.stacks.place import place
from cdk.stacks.rights import RIGHTS
from cdk.stacks.settings import settings_of
from cdk.stacks.watches import watches
from cdk.stacks.web import WebStack
from cdk.stage import Stage
from lambdas.names import Function, Queue, Setting, Table

CONSUMERS = {
    Queue.PRICES: Function.PRICES,
    Queue.REQUESTS: Function.REQUESTS,
    Queue.VALIDATIONS: Function.VALIDATIONS,
}
"""Which function is fed by which queue. The bridge empties `outbound`; the sweep looks into
`reminders` by itself, since a queue that feeds a function is asked all the time.
"""

RUN = Duration.seconds(120)
"""What runs a workflow waits for its end, and for the answer's way back."""

SIZES = {
    Function.API: Size(memory_mb=256, timeout=Duration.seconds(10)),
    Function.PRICES: Size(memory_mb=512, timeout=Duration.seconds(30)),
    Function.REQUESTS: Size(memory_mb=128, timeout=Duration.seconds(30)),
    Function.VALIDATIONS: Size(memory_mb=128, timeout=Duration.seconds(30)),
    Function.RELAY: Size(memory_mb=128, timeout=Duration.seconds(30)),
    Function.SWEEP: Size(memory_mb=512, timeout=Duration.seconds(50)),
    Function.JOBS: Size(memory_mb=256, timeout=RUN),
    Function.MASTER: Size(memory_mb=512, timeout=Duration.seconds(20)),
    Function.WORKER: Size(memory_mb=1024, timeout=Duration.seconds(20)),
}
"""The cheapest with which nobody waits noticeably longer (0126): computing costs the same with any
memory below a whole core, waiting for DynamoDB costs by the memory. A sweep ends before the next.
"""

CONSUMER_VISIBILITY = Duration.seconds(6 * 30)
"""Six times the consumer's limit, as Lambda asks for, so that nothing is tried twice at once."""

BRIDGE_VISIBILITY = Duration.seconds(60)
"""What the bridge has to publish a request and see the broker's acknowledgement."""

RUN_VISIBILITY = Duration.seconds(6 * 120)
"""Likewise, of what runs workflows."""

SWEEP_VISIBILITY = Duration.seconds(50)
"""Less than the sweep's period, so that each sweep sees every reminder; its limit, so that none
sees one twice.
"""

VISIBILITIES = {
    Queue.OUTBOUND: BRIDGE_VISIBILITY,
    Queue.JOBS: RUN_VISIBILITY,
    Queue.REMINDERS: SWEEP_VISIBILITY,
}

PRICES_AT_ONCE = 2
"""Batches of prices all change the same quotes and candles: more at a time only collide (0070).
AWS knows no lower limit.
"""

CONSUMER_TRIES = 5
TRIES = {Queue.OUTBOUND: 20, Queue.REMINDERS: None}
"""More: a broker that is away for minutes must not make dead letters of good orders. No end: an
order may be open for days, and its reminder is heard every minute.
"""


class BackendStack(Stack):
    """Functions and everything that calls them."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        synthesizer: IStackSynthesizer | None,
        *,
        data: DataStack,
        web: WebStack,
        assets: Assets,
        site: Path | None,
    ) -> None:
        super().__init__(
            scope, f"fintech-{stage.name}-backend", synthesizer=synthesizer, env=place(stage)
        )
        self._stage = stage
        self._data = data
        self._alarms = Alarms(self, stage)
        self.queues = {queue: self._make_queue(queue) for queue in Queue}
        self._relay_failures = DeadLetters(
            self, "RelayDeadLetters", stage, self._alarms, Function.RELAY
        )
        shared = Shared.of(self, stage, assets, self._alarms)
        self.functions = {function: self._make_function(function, shared) for function in Function}
        self._connect()
        self._connect_jobs()
        self.api = Api(self, stage, data.people, self.functions[Function.API], [web.site.origin])
        self._watch()
        if site:
            publish_site(self, web.site, site, self._site_config())
        self._publish_outputs()

    def _make_queue(self, queue: Queue) -> GuardedQueue:
        return GuardedQueue(
            self,
            f"{queue.value.capitalize()}Messages",
            self._stage,
            self._alarms,
            of=queue,
            visibility=VISIBILITIES.get(queue, CONSUMER_VISIBILITY),
            tries=TRIES.get(queue, CONSUMER_TRIES),
            delay=Duration.seconds(self._stage.seen_after_s) if queue is Queue.REQUESTS else None,
        )

    def _make_function(self, function: Function, shared: Shared) -> lambda_.Function:
        tables = {table: item_table.table_name for table, item_table in self._data.tables.items()}
        values = settings_of(function, self._stage, tables) | self._queue_settings(function)
        made = OwnFunction(self, function, shared, SIZES[function], values).function
        for table, access in RIGHTS[function].items():
            self._data.tables[table].allow(made, access)
        return made

    def _queue_settings(self, function: Function) -> dict[Setting, str]:
        if function in (Function.API, Function.MASTER):
            return {Setting.JOBS_QUEUE_URL: self.queues[Queue.JOBS].queue_url}
        reminders = self.queues[Queue.REMINDERS]
        if function is Function.RELAY:
            return {
                Setting.OUTBOUND_QUEUE_URL: self.queues[Queue.OUTBOUND].queue_url,
                Setting.REMINDERS_QUEUE_URL: reminders.queue_url,
            }
        if function is Function.SWEEP:
            return {
                Setting.REMINDERS_QUEUE_URL: reminders.queue_url,
                Setting.DEAD_LETTER_QUEUE_URL: reminders.dead_letters.queue.queue_url,
            }
        for queue, consumer in CONSUMERS.items():
            if consumer is function:
                dead_letters = self.queues[queue].dead_letters.queue
                return {Setting.DEAD_LETTER_QUEUE_URL: dead_letters.queue_url}
        return {}

    def _connect(self) -> None:
        """Lets queues, the stream and the clock call their functions."""
        for queue, consumer in CONSUMERS.items():
            at_once = self._stage.queue_concurrency
            if at_once is not None and queue is Queue.PRICES:
                at_once = PRICES_AT_ONCE
            from_queue(self.functions[consumer], self.queues[queue].queue, at_once)
            self.queues[queue].dead_letters.allow_sending(self.functions[consumer])
        relay = self.functions[Function.RELAY]
        from_stream(relay, self._data.tables[Table.ORDERS], self._relay_failures)
        allow(self._stage, relay, self.queues[Queue.OUTBOUND].queue, "SendMessage")
        self._connect_sweep(relay, self.functions[Function.SWEEP])

    def _connect_sweep(self, relay: lambda_.Function, sweep: lambda_.Function) -> None:
        """Lets the clock call the sweep, and the sweep hear what the relay reminds it of."""
        reminders = self.queues[Queue.REMINDERS]
        allow(self._stage, relay, reminders.queue, "SendMessage")
        allow(self._stage, sweep, reminders.queue, "ReceiveMessage", "DeleteMessage", "SendMessage")
        reminders.dead_letters.allow_sending(sweep)
        every_minute(sweep)

    def _connect_jobs(self) -> None:
        """Lets jobs come into their queue, from there into the workflow, and be looked after."""
        jobs, master = self.functions[Function.JOBS], self.functions[Function.MASTER]
        api, queue = self.functions[Function.API], self.queues[Queue.JOBS].queue
        workflow = Workflow(self, self._stage, master, self.functions[Function.WORKER])
        one_by_one(jobs, queue, self._stage.jobs_at_once)
        every_minute(master, {"step": "sweep"})
        for sender in (api, master):
            allow(self._stage, sender, queue, "SendMessage")
        for caller in (api, jobs):
            caller.add_environment(Setting.WORKFLOW_ARN.value, workflow.arn)
        workflow.allow_looking(api)
        workflow.allow_running(jobs)
        if self._stage.local:  # AWS has a host of its own for waiting, sync-states
            jobs.add_environment("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")

    def _watch(self) -> None:
        """Alarms beside those of queues and functions, and the page that shows all of it."""
        for watch in watches(self._stage, self.api.http):
            self._alarms.watch(watch)
        if not self._stage.local:  # which has no bills
            CostAnomaly(self, self._stage, self._alarms)
        dead_letters = {it.value: made.dead_letters for it, made in self.queues.items()}
        Dashboard(
            self,
            self._stage,
            queues={it.value: made.queue for it, made in self.queues.items()},
            staying={Queue.REMINDERS.value},
            dead_letters={
                name: made.queue
                for name, made in (*dead_letters.items(), (Function.RELAY, self._relay_failures))
            },
            functions=self.functions,
            api=self.api.http,
        )

    def _site_config(self) -> dict[str, str]:
        """config.json: all that the web app must know of its stage."""
        return {
            "api_url": self.api.url,
            "region": self.region,
            "user_pool_id": self._data.people.pool.user_pool_id,
            "user_pool_client_id": self._data.people.client.user_pool_client_id,
            "stage": self._stage.name,
        }

    def _publish_outputs(self) -> None:
        urls = {"RelayDeadLetterQueueUrl": self._relay_failures.queue.queue_url}
        for queue, made in self.queues.items():
            name = queue.value.capitalize()
            urls[f"{name}QueueUrl"] = made.queue_url
            urls[f"{name}DeadLetterQueueUrl"] = made.dead_letters.queue.queue_url
        publish(self, urls | {"ApiUrl": self.api.url, "ApiId": self.api.http.api_id})
