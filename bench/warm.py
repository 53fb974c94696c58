"""CPU of one request to a process that is warm, side by side, and where it goes.

Against AWS on loopback that answers at once from another process: its CPU is not counted. The
sides take turns, a hundred requests each; where the CPU goes is asked afterwards, by sampling.
"""

from collections import Counter, defaultdict
from typing import Any, Final

from bench.cold_start import check
from bench.processes import Function, aws_stub
from bench.spread import in_ms
from bench.subjects import ROUTES, Subject, functions, python, routes

PORT = 5411
AT_ONCE: Final = 100
WARM_UP: Final = 200
SAMPLED: Final = 2_000

LAYERS: Final = {
    "AWS client": (
        "/botocore/",
        "/boto3/",
        "/urllib3/",
        "/jmespath/",
        "/dateutil/",
        "/code/awsjson/",
    ),
    "mapper": ("/pynamodb/",),
    "routing": (
        "/aws_lambda_powertools/event_handler/",
        "/aws_lambda_powertools/utilities/data_classes/",
        "/aws_lambda_powertools/utilities/batch/",
        "/mangum/",
        "/fastapi/",
        "/starlette/",
        "/anyio/",
        "/asyncio/",
    ),
    "validation": ("/pydantic/", "/lambdas/wire/", "/code/models.py", "/event_handler/openapi/"),
    "logs, metrics, traces": (
        "/aws_lambda_powertools/logging/",
        "/aws_lambda_powertools/metrics/",
        "/aws_lambda_powertools/tracing/",
        "/aws_xray_sdk/",
        "/opentelemetry/",
    ),
    "idempotency, parameters": (
        "/aws_lambda_powertools/utilities/idempotency/",
        "/aws_lambda_powertools/utilities/parameters/",
    ),
    "own code": ("/code/",),
}
"""By where the source file is; the standard library counts for whoever called it."""


def measure(rounds: int) -> dict[str, Any]:
    """By what is asked, then by side."""
    with aws_stub(PORT) as url:
        asked = [subject for subject in [*routes(url), *functions(url)] if subject.what]
        running = [(subject, _warm(subject)) for subject in asked]
        try:
            cpu_s: dict[int, list[float]] = defaultdict(list)
            for _ in range(rounds):
                for number, (subject, function) in enumerate(running):
                    told = function.ask("run", AT_ONCE)
                    check(subject, told["answer"])
                    cpu_s[number].append(told["cpu_s"] / AT_ONCE)
            found: dict[str, Any] = defaultdict(dict)
            for number, (subject, function) in enumerate(running):
                summary = {"cpu_ms": in_ms(cpu_s[number])}
                # FastAPI runs a route on a thread of its own, where a signal's handler never runs.
                if subject.what in ROUTES and subject.plan["module"] != "fastapi_api":
                    summary["shares"] = shares(function.ask("sample", SAMPLED)["stacks"])
                found[subject.what][subject.side] = summary
        finally:
            for _, function in running:
                function.end()
    return dict(found)


def _warm(subject: Subject) -> Function:
    function = Function(python(), subject.plan, subject.environment)
    check(subject, function.told()["answer"])
    function.ask("run", WARM_UP)
    return function


def shares(stacks: list[tuple[list[str], int]]) -> dict[str, float]:
    """How much of the CPU each layer took, in all 1."""
    ticks: Counter[str] = Counter()
    for files, count in stacks:
        ticks[layer_of(files)] += count
    total = ticks.total()
    return {layer: round(ticks[layer] / total, 3) for layer in [*LAYERS, "other"]}


def layer_of(files: list[str]) -> str:
    """The innermost file that belongs to a layer; of layers within layers, the longest path."""
    for file in files:
        found = [
            (len(part), layer) for layer, parts in LAYERS.items() for part in parts if part in file
        ]
        if found:
            return max(found)[1]
    return "other"
