"""What is started and measured: each function of ours as built for deployment, and its peers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from bench import events
from bench.aws_stub import COMPANIES, JOB_ID, order
from bench.peers.build import PEERS
from bench.peers.build import build as build_peer
from bench.sqs_stub import ENVIRONMENT
from bench.world import SETTINGS
from cdk.build import Assets, Target, build_for
from lambdas.names import Function, Setting

OWN: Final = "ours"
ROUTES: Final = ("board", "place order", "settle order")
"""What the peers can do as well."""

EVENTS: Final = 200
"""Different ones of a kind; then they come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One function of one side, with what it is asked."""

    side: str
    what: str
    plan: Mapping[str, Any]
    environment: Mapping[str, str]


def python() -> Path:
    """The functions' interpreter: the same for everybody."""
    compiler = Target.of("local").compiler
    assert compiler is not None
    return compiler


def routes(url: str) -> list[Subject]:
    """The three routes of all three sides, side by side."""
    subjects = []
    for what in ROUTES:
        own = "lambdas.handlers.validations" if what == "settle order" else "lambdas.handlers.api"
        subjects.append(_subject(OWN, what, build_for("local"), own, url))
        for peer in PEERS:
            module = f"{peer}_{'settle' if what == 'settle order' else 'api'}"
            subjects.append(_subject(peer, what, build_peer(peer), module, url))
    return subjects


def usual(url: str) -> list[Subject]:
    """The peers' board once more, from packages as they usually are."""
    return [
        _subject(f"{peer}, usual", "board", build_peer(peer, is_usual=True), f"{peer}_api", url)
        for peer in PEERS
    ]


def functions(url: str) -> list[Subject]:
    """Every function of ours that is not among the routes; one that does nothing at all, and one
    that only makes a client of DynamoDB.
    """
    assets = build_for("local")
    of_routes = (Function.API, Function.VALIDATIONS)
    return [
        _subject(OWN, function.value, assets, f"lambdas.handlers.{function.value}", url)
        for function in Function
        if function not in of_routes
    ] + [_least("nothing", assets, url), _least("client", build_peer("fastapi"), url)]


def _least(module: str, assets: Assets, url: str) -> Subject:
    folder = Path(__file__).parent
    folders = [str(folder), str(assets.layer / "python")]
    plan = {"folders": folders, "module": module, "events": [{}]}
    return Subject(side=module, what="", plan=plan, environment=environment(folder, url))


def _subject(side: str, what: str, assets: Assets, module: str, url: str) -> Subject:
    folders = [str(assets.code), str(assets.layer / "python")]
    return Subject(
        side=side,
        what=what,
        plan={"folders": folders, "module": module, "events": _events(what)},
        environment=environment(assets.code, url),
    )


def environment(code: Path, url: str) -> dict[str, str]:
    """What Lambda and the stacks would tell every function at once; AWS is at `url`."""
    queues = f"{url}/000000000000"
    return {
        **ENVIRONMENT,
        **{setting.value: value for setting, value in SETTINGS.items()},
        Setting.OUTBOUND_QUEUE_URL.value: f"{queues}/outbound",
        Setting.JOBS_QUEUE_URL.value: f"{queues}/jobs",
        Setting.REMINDERS_QUEUE_URL.value: f"{queues}/reminders",
        Setting.DEAD_LETTER_QUEUE_URL.value: f"{queues}/dead-letters",
        "IDEMPOTENCY_TABLE": "idempotency",
        "AWS_ENDPOINT_URL": url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",  # else sync-127.0.0.1
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "LAMBDA_TASK_ROOT": str(code),
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",  # by UDP: nobody has to be there
        "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
    }


def _events(what: str) -> list[events.Event]:
    """What a subject is asked, over and over."""
    return EVENTS_OF[what]()


def _orders() -> list[events.Event]:
    body = {"symbol": "AAPL", "quantity": "0.5"}
    return [
        events.http("POST", "/orders", body, {"idempotency-key": _id(number)})
        for number in range(EVENTS)
    ]


def _verdicts() -> list[events.Event]:
    return [events.queue(events.verdict(_id(number))) for number in range(EVENTS)]


def _id(number: int) -> str:
    return str(UUID(int=number + 1))


def _new_order() -> dict[str, Any]:
    new = {"order_id": {"S": str(UUID(int=1))}, "state": {"S": "PENDING"}}
    return {**order(datetime.now(UTC)), **new}


def _part() -> events.Event:
    question = {"symbol": "AAPL", "days": 30, "quantity": "2.5"}
    task = {"account_id": events.ACCOUNT, "question": question, "now": "2026-03-04T15:00:00Z"}
    part = [
        {
            "start": "2026-02-03T00:00:00Z",
            "end": "2026-03-04T00:00:00Z",
            "interval": "1d",
        }
    ]
    return {"job_id": JOB_ID, "kind": "projection", "task": task, "part": part}


EVENTS_OF: Final[Mapping[str, Callable[[], list[events.Event]]]] = {
    "board": lambda: [events.http("GET", "/stocks")],
    "place order": _orders,
    "settle order": _verdicts,
    Function.REQUESTS: lambda: [events.queue(events.request(_id(0)))],
    Function.PRICES: lambda: [events.queue(events.prices(COMPANIES, datetime.now(UTC)))],
    Function.RELAY: lambda: [events.inserted(_new_order())],
    Function.SWEEP: lambda: [{}],
    Function.JOBS: lambda: [events.queue(json.dumps({"job_id": JOB_ID}))],
    Function.MASTER: lambda: [{"step": "plan", "job_id": JOB_ID}],
    Function.WORKER: lambda: [_part()],
}
