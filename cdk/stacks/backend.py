"""Everything that runs on demand: functions, queues, API, workflow, schedules and alarms.

It also deploys the site's files, because their configuration names the API.
"""

from pathlib import Path
from typing import Final

from aws_cdk import Duration
from constructs import Construct

from cdk.build import Assets
from cdk.constructs.alarms import Alarms, system_alarms
from cdk.constructs.api import Api
from cdk.constructs.dashboard import Dashboard
from cdk.constructs.documents import document_layer, grant_read_user
from cdk.constructs.function import (
    FunctionDefaults,
    LambdaFunction,
    add_change_source,
    add_queue_source,
    add_stream_source,
    call_every_minute,
)
from cdk.constructs.gradual import GRADUAL, release_gradually
from cdk.constructs.live import LiveApi
from cdk.constructs.queue import DeadLetterQueue, MonitoredQueue, grant_queue
from cdk.constructs.stack import StageStack
from cdk.constructs.workflow import Workflow
from cdk.stacks.data import STREAMED, DataStack
from cdk.stacks.functions import RIGHTS, SIZES, settings_of
from cdk.stacks.web import WebStack, deploy_site
from cdk.stage import Stage
from lambdas.names import BOARD_KEY, Function, Queue, Setting, Table

_CONSUMERS: Final = {
    Queue.PRICES: Function.PRICES,
    Queue.REQUESTS: Function.REQUESTS,
    Queue.VALIDATIONS: Function.VALIDATIONS,
    Queue.RECEIPTS: Function.RECEIPTS,
}
"""Functions that consume a queue in batches; the bridge consumes `outbound`."""

_MAKE_DOCUMENTS: Final = (Function.RECEIPTS, Function.WORKER)
"""Functions with the layer of documents."""

_VISIBILITY: Final = {
    Queue.PRICES: Duration.seconds(6 * 30),
    Queue.REQUESTS: Duration.seconds(6 * 30),
    Queue.VALIDATIONS: Duration.seconds(6 * 30),
    Queue.JOBS: Duration.seconds(6 * 120),
    Queue.RECEIPTS: Duration.seconds(6 * 30),
    Queue.OUTBOUND: Duration.seconds(60),
    Queue.PUSHES: Duration.seconds(6 * 30),
}
"""Six times the consumer's time-out, as Lambda recommends, so that a message is never processed
twice at the same time. The bridge publishes a request and waits for its PUBACK within a minute.
"""

_MAX_RECEIVES: Final = {Queue.OUTBOUND: 20}
"""More attempts: orders must survive a broker that is unavailable for minutes."""

_DEFAULT_MAX_RECEIVES: Final = 5

PRICES_MAX_CONCURRENCY: Final = 2
"""Concurrent batches of prices update the same quotes and candles: more of them only conflict
(0009). AWS allows no lower limit.
"""


class BackendStack(StageStack):
    """Functions, and everything that invokes them."""

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        *,
        data: DataStack,
        web: WebStack,
        assets: Assets,
        site: Path | None,
    ) -> None:
        super().__init__(scope, stage, "backend")
        self._stage = stage
        self._data = data
        self._site_url = web.site.origin
        self._document_layer = document_layer(self, assets)
        self._alarms = Alarms(self, stage)
        self.alarm_topic = self._alarms.topic
        self.queues = {
            queue: MonitoredQueue(
                self,
                stage,
                self._alarms,
                queue,
                visibility=_VISIBILITY[queue],
                max_receives=_MAX_RECEIVES.get(queue, _DEFAULT_MAX_RECEIVES),
            )
            for queue in Queue
        }
        self._relay_dead_letters = DeadLetterQueue(
            self, "RelayDeadLetters", stage, self._alarms, Function.RELAY
        )
        self.live = LiveApi(self, stage)
        defaults = FunctionDefaults.create(self, stage, assets, self._alarms)
        self._lambdas = {name: self._make_function(name, defaults) for name in Function}
        self.functions = {name: made.function for name, made in self._lambdas.items()}
        self._connect_queues()
        self._connect_orders()
        self._connect_jobs()
        self._connect_documents()
        self._connect_live(web)
        api_function = self._lambdas[Function.API].invoked
        self.api = Api(self, stage, data.user_pool, api_function, [web.site.origin])
        self._add_monitoring()
        if stage.gradual:
            release_gradually(self, self._lambdas, self._alarms)
        if site:
            deploy_site(self, stage, web.site, site, self._site_config())
        self._add_outputs()

    def _make_function(self, name: Function, defaults: FunctionDefaults) -> LambdaFunction:
        tables = {table: made.table_name for table, made in self._data.tables.items()}
        made = LambdaFunction(
            self,
            name,
            defaults,
            SIZES[name],
            settings_of(name, self._stage, tables) | self._queue_settings(name),
            snap_start=self._stage.snap_start and name is Function.API,
            gradual=self._stage.gradual and name in GRADUAL,
            layers=[self._document_layer] if name in _MAKE_DOCUMENTS else (),
        )
        for table, access in RIGHTS[name].items():
            self._data.tables[table].grant(made.function, access)
        return made

    def _queue_settings(self, name: Function) -> dict[Setting, str]:
        match name:
            case Function.API | Function.MASTER:
                return {Setting.JOBS_QUEUE_URL: self.queues[Queue.JOBS].queue_url}
            case Function.RELAY:
                return {
                    Setting.OUTBOUND_QUEUE_URL: self.queues[Queue.OUTBOUND].queue_url,
                    Setting.RECEIPTS_QUEUE_URL: self.queues[Queue.RECEIPTS].queue_url,
                }
        for queue, consumer in _CONSUMERS.items():
            if consumer is name:
                dead_letters = self.queues[queue].dead_letters.queue
                return {Setting.DEAD_LETTER_QUEUE_URL: dead_letters.queue_url}
        return {}

    def _connect_queues(self) -> None:
        """The inbound queues invoke their functions, which put malformed messages aside."""
        for queue, consumer in _CONSUMERS.items():
            max_concurrency = self._stage.queue_concurrency
            if max_concurrency is not None and queue is Queue.PRICES:
                max_concurrency = PRICES_MAX_CONCURRENCY
            made, source = self._lambdas[consumer], self.queues[queue]
            add_queue_source(made.invoked, source.queue, max_concurrency=max_concurrency)
            source.dead_letters.grant_send(made.function)

    def _connect_orders(self) -> None:
        """The orders' stream invokes the relay, and the clock the sweep that retries orders."""
        relay = self.functions[Function.RELAY]
        add_stream_source(relay, self._data.tables[Table.ORDERS], self._relay_dead_letters)
        for queue in (Queue.OUTBOUND, Queue.RECEIPTS):
            grant_queue(self._stage, relay, self.queues[queue].queue, "SendMessage")
        call_every_minute(self.functions[Function.SWEEP])

    def _connect_jobs(self) -> None:
        """The API and the master enqueue jobs; each message of that queue runs one workflow."""
        jobs, master = self.functions[Function.JOBS], self.functions[Function.MASTER]
        api, queue = self.functions[Function.API], self.queues[Queue.JOBS].queue
        workflow = Workflow(self, self._stage, master, self.functions[Function.WORKER])
        add_queue_source(jobs, queue, max_concurrency=self._stage.jobs_at_once, batch_size=1)
        call_every_minute(master, {"step": "sweep"})
        for sender in (api, master):
            grant_queue(self._stage, sender, queue, "SendMessage")
        for caller in (api, jobs):
            caller.add_environment(Setting.WORKFLOW_ARN.value, workflow.arn)
        workflow.grant_describe(api)
        workflow.grant_run(jobs)
        if self._stage.local:  # on AWS, StartSyncExecution has its own host name, sync-states
            jobs.add_environment("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")

    def _connect_documents(self) -> None:
        """Who makes documents, with the buyer's address in them, and who links to them. The API
        requests a receipt again that is overdue.
        """
        bucket, user_pool = self._data.documents, self._data.user_pool
        for name in _MAKE_DOCUMENTS:
            maker = self.functions[name]
            maker.add_environment(Setting.DOCUMENTS_BUCKET.value, bucket.bucket.bucket_name)
            maker.add_environment(Setting.USER_POOL_ID.value, user_pool.pool.user_pool_id)
            maker.add_environment(Setting.SITE_URL.value, self._site_url)
            bucket.grant_put(maker)
            grant_read_user(maker, user_pool)
        api, queue = self.functions[Function.API], self.queues[Queue.RECEIPTS]
        api.add_environment(Setting.DOCUMENTS_BUCKET.value, bucket.bucket.bucket_name)
        api.add_environment(Setting.RECEIPTS_QUEUE_URL.value, queue.queue_url)
        bucket.grant_get(api)
        grant_queue(self._stage, api, queue.queue, "SendMessage")

    def _connect_live(self, web: WebStack) -> None:
        """The functions that open live connections and write to them, and who enqueues for them."""
        self.live.connect(self.functions[Function.LIVE])
        self.functions[Function.API].add_environment(Setting.LIVE_URL.value, self.live.url)
        notify, push = self.functions[Function.NOTIFY], self.functions[Function.PUSH]
        prices, receipts = self.functions[Function.PRICES], self.functions[Function.RECEIPTS]
        queue = self.queues[Queue.PUSHES].queue
        for table in STREAMED:
            add_change_source(notify, table.value.capitalize(), self._data.tables[table])
        add_queue_source(push, queue, max_concurrency=self._stage.queue_concurrency, batch_size=1)
        call_every_minute(push)
        for sender in (notify, push):
            sender.add_environment(Setting.LIVE_ENDPOINT_URL.value, self.live.endpoint_url)
            self.live.grant_post(sender)
        for sender in (notify, push, prices, receipts):
            sender.add_environment(Setting.PUSHES_QUEUE_URL.value, queue.queue_url)
            grant_queue(self._stage, sender, queue, "SendMessage")
        prices.add_environment(Setting.SITE_BUCKET.value, web.site.bucket.bucket_name)
        web.site.grant_write(prices, BOARD_KEY)

    def _add_monitoring(self) -> None:
        """Alarms besides those of queues and functions, and the dashboard."""
        for spec in system_alarms(self._stage, self.api.http):
            self._alarms.add(spec)
        shown = {
            queue.value: made
            for queue, made in self.queues.items()
            if queue is not Queue.PUSHES  # its messages are counted when they are delivered
        }
        dead_letters = {name: made.dead_letters for name, made in shown.items()}
        dead_letters[Function.RELAY.value] = self._relay_dead_letters
        Dashboard(
            self,
            self._stage,
            queues={name: made.queue for name, made in shown.items()},
            dead_letters={name: made.queue for name, made in dead_letters.items()},
            functions=self.functions,
            api=self.api.http,
        )

    def _site_config(self) -> dict[str, str]:
        """config.json: what the web app must know about its stage. It receives the address of live
        updates with each ticket; here `live_url` lets the page's policy allow it.
        """
        return {
            "api_url": self.api.url,
            "live_url": self.live.url,
            "region": self.region,
            "user_pool_id": self._data.user_pool.pool.user_pool_id,
            "user_pool_client_id": self._data.user_pool.client.user_pool_client_id,
            "stage": self._stage.name,
        }

    def _add_outputs(self) -> None:
        urls = {"RelayDeadLetterQueueUrl": self._relay_dead_letters.queue.queue_url}
        for queue, made in self.queues.items():
            name = queue.value.capitalize()
            urls[f"{name}QueueUrl"] = made.queue_url
            urls[f"{name}DeadLetterQueueUrl"] = made.dead_letters.queue.queue_url
        self.add_outputs(
            urls | {"ApiUrl": self.api.url, "ApiId": self.api.http.api_id, "LiveUrl": self.live.url}
        )
