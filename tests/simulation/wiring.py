"""Where the real code is given the simulated world: one place, undone at the end of a run."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final
from unittest.mock import patch

from pynamodb.connection import Connection

import mqtt_bridge.bridge
from lambdas import runtime
from lambdas.adapters import dynamodb, queues
from lambdas.adapters.tables import MODELS
from lambdas.handlers.api import build_handler
from lambdas.handlers.lines import Counts
from lambdas.names import Function, Queue, Setting
from mqtt_bridge import inbound, outbound, send_buffer, workers
from mqtt_bridge.settings import Broker, Scheme, Settings
from tests.simulation import exchange, green
from tests.simulation.functions import HANDLERS, Functions, Handler
from tests.simulation.kernel import Kernel
from tests.simulation.sqs import Client, dead_letters_of
from tests.simulation.tables import Tables, table_name

REGION: Final = "us-east-1"
ENVIRONMENT: Final = dict.fromkeys(Setting, "1") | {  # what is not named plays no part here
    Setting.STAGE: "simulation",
    Setting.GROUP_ID: exchange.OUR_GROUP,
    Setting.CURRENCY: "USD",
    Setting.MAX_PRICE_AGE_S: "3600",
    Setting.MAX_DEPOSIT_MINOR: "10000000",
    Setting.OVERDUE_AFTER_S: "300",  # sooner than in any stage, so that a short run sees it
    Setting.ASK_AGAIN: "on",
    Setting.FIRST_ASK_AFTER_S: "60",
    Setting.LONGEST_ASK_INTERVAL_S: "600",
    Setting.LINK_SILENT_AFTER_S: "900",
    Setting.OUTBOUND_QUEUE_URL: Queue.OUTBOUND.value,
    Setting.JOBS_QUEUE_URL: Queue.JOBS.value,
    Setting.REMINDERS_QUEUE_URL: Queue.REMINDERS.value,
    "AWS_REGION": REGION,
}
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
PUTTING_ASIDE: Final = {function: queue for queue, function in CONSUMERS.items()} | {
    Function.SWEEP: Queue.REMINDERS
}
"""Whose dead letters a function may add to."""

HEARERS: Final = (Function.REQUESTS, Function.VALIDATIONS)
_BUILDERS: Final = {
    Function.API: "api",
    Function.PRICES: "prices",
    Function.RELAY: "relay",
    Function.SWEEP: "sweep",
    Function.JOBS: "jobs",
    Function.MASTER: "master",
    Function.WORKER: "worker",
} | dict.fromkeys(HEARERS, "exchange")


@cache
def connection() -> Connection:
    """One for the process: pynamodb's models are global."""
    return dynamodb.connect({table: table_name(table) for table in MODELS}, REGION)


@cache
def _api_handler() -> Handler:
    """Built once; each run gives it other ports. Its routes take longer to build than a run."""
    return build_handler(lambda: runtime.api(), lambda: runtime.now(), lambda: runtime.new_key())


def handlers() -> dict[Function, Handler]:
    """The real handlers."""
    return {**HANDLERS, Function.API: _api_handler()}


def serve(tables: Tables) -> None:
    """Have every call to DynamoDB answered by these tables, from now on."""
    own: Any = connection()
    for table, model in MODELS.items():  # another test may have named them otherwise
        model.Meta.table_name = table_name(table)
        model._get_connection().connection = own
    own._client = tables


@contextmanager
def wired(kernel: Kernel, functions: Functions, client: Client) -> Iterator[None]:
    """For as long as it lasts, the functions run over this client's queues and in this time.

    Their ports are built by the real composition root, from an environment as the stacks set it.
    """
    time: Any = green.Time(kernel)
    with ExitStack() as stack:

        def put(target: Any, name: str, value: Any) -> None:
            stack.enter_context(patch.object(target, name, value))

        _doorway.client = client
        put(queues, "connect", lambda _region: _doorway)
        put(dynamodb, "time", time)
        put(dynamodb, "random", functions.rng)
        built = _built()
        for function, name in _BUILDERS.items():
            if function not in HEARERS:
                put(runtime, name, lambda function=function: built[function])
        put(runtime, "exchange", lambda: built[functions.running()])
        put(runtime, "now", functions.now)
        put(runtime, "new_key", functions.new_key)
        _silence(stack)
        yield


class _Doorway:
    """One client of SQS for the process, as a connection is one: each run puts its own behind."""

    client: Client

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


_doorway: Final = _Doorway()


@cache
def _built() -> dict[Function, Any]:
    """What the builders make, each of the environment that its function has. Only called while
    the doorway is in its place.
    """
    built = {}
    for function, name in _BUILDERS.items():
        queue = PUTTING_ASIDE.get(function)
        letters = {} if queue is None else {Setting.DEAD_LETTER_QUEUE_URL: dead_letters_of(queue)}
        with (
            patch.dict(os.environ, ENVIRONMENT | letters),
            patch.object(runtime, "_connection", connection),
        ):
            built[function] = getattr(runtime, name).__wrapped__()
    return built


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


def _silence(stack: ExitStack) -> None:
    """Logs and metrics are other tests' business, and take half of the time."""
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    stack.callback(logging.disable, previous)
    stack.enter_context(patch.object(Counts, "add", lambda *_: None))
