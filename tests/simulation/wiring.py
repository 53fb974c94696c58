"""Connects the real code to the simulated world: the only place that patches it, for one run."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest.mock import patch

from aws_lambda_powertools.utilities.batch import BatchProcessor, process_partial_response
from pynamodb.connection import Connection

import mqtt_bridge.bridge
from lambdas.names import Function, Queue, Setting, Table
from mqtt_bridge import inbound, outbound, send_buffer, workers
from mqtt_bridge.settings import Broker, Scheme, Settings
from tests.simulation import exchange, green
from tests.simulation.functions import SIMULATED, Functions
from tests.simulation.kernel import Kernel
from tests.simulation.releases import Release, this_release
from tests.simulation.sqs import Client, dead_letters_of
from tests.simulation.tables import Tables, table_name

REGION: Final = "us-east-1"
ENVIRONMENT: Final = (
    dict.fromkeys(Setting, "1")  # the settings that play no part here
    | {Setting(f"{table.name}_TABLE"): table_name(table) for table in Table}
    | {
        Setting.STAGE: "simulation",
        Setting.GROUP_ID: exchange.OUR_GROUP,
        Setting.CURRENCY: "USD",
        Setting.MARKET_ZONE: "America/New_York",
        Setting.MAX_PRICE_AGE_S: "480",  # likewise
        Setting.MAX_DEPOSIT_MINOR: "10000000",
        Setting.OVERDUE_AFTER_S: "300",  # sooner than in any stage, so that a short run sees it
        Setting.RETRY_ORDERS: "on",
        Setting.FIRST_RETRY_AFTER_S: "60",
        Setting.MAX_RETRY_INTERVAL_S: "600",
        Setting.LINK_SILENT_AFTER_S: "900",
        Setting.OUTBOUND_QUEUE_URL: Queue.OUTBOUND.value,
        Setting.JOBS_QUEUE_URL: Queue.JOBS.value,
        Setting.RECEIPTS_QUEUE_URL: Queue.RECEIPTS.value,
        "AWS_REGION": REGION,
    }
)
SETTINGS: Final = Settings(
    broker=Broker(scheme=Scheme.MQTT, host="broker", port=1883),
    client_id="bridge",
    request_topic=exchange.REQUEST,
    queue_urls={
        exchange.INFO: Queue.PRICES.value,
        exchange.REQUEST: Queue.REQUESTS.value,
        exchange.VALIDATION: Queue.VALIDATIONS.value,
    },
    outbound_queue_url=Queue.OUTBOUND.value,
    health_file=Path("/nowhere"),
)
CONSUMERS: Final = {
    Queue.PRICES: Function.PRICES,
    Queue.REQUESTS: Function.REQUESTS,
    Queue.VALIDATIONS: Function.VALIDATIONS,
}
_QUEUES: Final = {function: queue for queue, function in CONSUMERS.items()}


@cache
def connection(release: Release) -> Connection:
    """A release's connection in all runs of this process: pynamodb's models are global."""
    names = {table: table_name(table) for table in release["names"].Table}
    made: Connection = release["storage.client"].connect(names, REGION)
    return made


def serve(tables: Tables, release: Release | None = None) -> None:
    """Answers every call of a release's models from these tables, until the next call."""
    release = release or this_release()
    own: Any = connection(release)
    for table, model in release["storage.models"].MODELS.items():
        model.Meta.table_name = table_name(table)  # another test may have connected it elsewhere
        model._get_connection().connection = own
    own._client = tables


@contextmanager
def wired(kernel: Kernel, functions: Functions, client: Client) -> Iterator[None]:
    """Runs the functions over this client's queues and by the kernel's time, within the context.

    The ports are built by the real composition root, from settings as the stacks make them.
    """
    _sqs.client = client
    with ExitStack() as stack:
        for release in functions.releases:
            _wire(stack, release, kernel, functions)
            _silence(stack, release)
        yield


def _wire(stack: ExitStack, release: Release, kernel: Kernel, functions: Functions) -> None:
    time: Any = green.Time(kernel)

    def put(target: Any, name: str, value: Any) -> None:
        stack.enter_context(patch.object(target, name, value))

    put(release["messaging.sqs"], "sqs_client", lambda _region: _sqs)
    put(release["services.retry"], "time", time)
    put(release["services.retry"], "jitter", functions.rng)
    for function in SIMULATED:
        if (module := release.handler_module(function)) is not None:
            deps = _dependencies(release, function)
            put(module, "deps", deps)
            deps.now = functions.now
            deps.new_key = functions.new_key
    put(release["handlers.batch"], "process_partial_response", _batches(functions))


class _CurrentSqs:
    """The simulated SQS client of the running simulation: each run replaces it."""

    client: Client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


_sqs: Final = _CurrentSqs()


@cache
def _dependencies(release: Release, function: Function) -> Any:
    """The dependencies of one function, with every port built."""
    environment: dict[str, str] = dict(ENVIRONMENT)
    if function in _QUEUES:
        environment[Setting.DEAD_LETTER_QUEUE_URL] = dead_letters_of(_QUEUES[function])
    bootstrap = release["bootstrap"]
    built = bootstrap.Dependencies(release["config"].Config(environment))
    with (
        patch.object(bootstrap, "connect", lambda *_: connection(release)),
        patch.object(release["messaging.sqs"], "sqs_client", lambda _region: _sqs),
    ):
        for port in PORTS:
            getattr(built, port, None)  # the previous release may not have it
        if function in _QUEUES:
            _ = built.dead_letters
    # What is pushed to clients, and the board's file, play no part in the laws of money.
    vars(built).update(push_queue=_Discarded(), board_file=_Discarded())
    return built


class _Discarded:
    """The ports `PushQueue` and `BoardFile`: everything is taken, nothing is kept."""

    def send(self, pushes: Any, *, delay_s: int = 0) -> None:
        """Takes them."""

    def write(self, content: bytes) -> None:
        """Takes it."""


PORTS: Final = (
    "orders",
    "accounts",
    "market",
    "activity",
    "jobs",
    "outbox",
    "job_queue",
    "receipt_queue",
    "workflow",
)


def _batches(functions: Functions) -> Callable[..., Any]:
    """Powertools' `process_partial_response`, with a processor of its own for each invocation:
    they interleave in this process, and in Lambda they do not.

    Errors that are no DomainError are reported: a batch retries them as it retries any other.
    """

    def process(*, processor: BatchProcessor, record_handler: Any, **given: Any) -> Any:
        def handle(record: Any, lambda_context: Any) -> Any:
            try:
                return record_handler(record, lambda_context)
            except Exception as error:
                functions.broken("batch", error)
                raise

        fails_whole_batch = processor.raise_on_entire_batch_failure
        own = BatchProcessor(processor.event_type, raise_on_entire_batch_failure=fails_whole_batch)
        return process_partial_response(processor=own, record_handler=handle, **given)

    return process


@contextmanager
def bridged(
    kernel: Kernel, make_workers: Any, make_transport: Any, client: Client, rng: Random
) -> Iterator[None]:
    """While the context lasts, the bridge's threads are tasks of the kernel."""
    threading: Any = green.Threading(kernel)
    time: Any = green.Time(kernel)
    with ExitStack() as stack:
        for module in (send_buffer, inbound, outbound, workers):
            stack.enter_context(patch.object(module, "threading", threading))
            stack.enter_context(patch.object(module, "time", time))
        stack.enter_context(patch.object(workers, "_random", rng))
        bridge = mqtt_bridge.bridge
        stack.enter_context(patch.object(bridge, "time", time))
        stack.enter_context(patch.object(bridge, "Workers", make_workers))
        stack.enter_context(patch.object(bridge, "make_client", lambda *_: client))
        stack.enter_context(patch.object(bridge, "choose_transport", make_transport))
        yield


def _silence(stack: ExitStack, release: Release) -> None:
    """Logs and metrics are tested elsewhere, and would take half of the time."""
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    stack.callback(logging.disable, previous)
    metrics = release["observability"].metrics
    stack.enter_context(patch.object(metrics, "add_metric", lambda **_: None))
    stack.enter_context(patch.object(metrics.provider, "flush_metrics", lambda **_: None))
