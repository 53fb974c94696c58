"""docs/benchmarks.md: written from the figures in docs/benchmarks/, never by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench import page_cost, page_scaling, verdicts
from bench.peers.build import version
from bench.subjects import python
from bench.tables import ms, number, table
from bench.warm import LAYERS
from cdk.bytecode import version_of

PAGE: Final = Path("docs/benchmarks.md")
Found = Mapping[str, Any]

SIDES: Final = {
    "ours": "this system",
    "fastapi": "FastAPI, Mangum, boto3's resource",
    "powertools": "Powertools, every utility on",
}


def write(data: Found) -> None:
    """The page, of those parts that were ever measured."""
    found = {part: kept["found"] for part, kept in data.items()}
    parts = [_head(data), verdicts.section(found)]
    for needed, section in SECTIONS:
        if all(part in found for part in needed):
            parts.append(section(found))
    PAGE.write_text("\n".join(parts))
    print(PAGE)
    if "scaling" in found:
        page_scaling.write(found["scaling"]["limits"])


def _head(data: Found) -> str:
    rows = [
        [part, str(m["measured_at"]), f"{m['load']}", f"{m['processor']}, {m['cores']} cores"]
        for part, m in ((part, kept["machine"]) for part, kept in data.items())
    ]
    versions = ", ".join(
        f"{name} {version(name)}"
        for name in ("fastapi", "mangum", "pydantic", "aws-lambda-powertools", "boto3", "paho-mqtt")
    )
    return f"""# Benchmarks

Written by `make bench` from `docs/benchmarks/*.json`; not by hand. Medians, with the smallest and the largest of all
runs. Sides that are compared take turns within one run, so that a slower minute is slower for all.

- **This system**: the functions as `cdk/build.py` builds them, in processes of their own, from a package that nobody
  writes to, with fixed times and unchecked-hash bytecode.
- **Its peers** (`bench/peers/`): what a competent team would write with what is usual, on the same tables, with as few
  calls as ours, each step one transaction. Their packages are built *as ours are*: the same trimming, the same bytecode,
  the same interpreter: Python {".".join(map(str, version_of(python()) or ()))}. {versions}.
- **AWS** is a stub on loopback, in a process of its own, that answers at once: its CPU is not counted.

{table(["part", "measured", "load", "machine"], rows)}
"""


def _cold(found: Found) -> str:
    cold = found["cold-start"]
    rows = []
    for what, sides in cold.items():
        if not what:
            continue
        cells = [ms(sides[side]["cpu_ms"]) if side in sides else "" for side in SIDES]
        ratios = [
            f"{100 * sides['ours']['cpu_ms']['median'] / sides[side]['cpu_ms']['median']:.0f} %"
            if side in sides
            else ""
            for side in ("fastapi", "powertools")
        ]
        rows.append([what, *cells, *ratios])
    nothing, client = cold[""]["nothing"]["cpu_ms"], cold[""]["client"]["cpu_ms"]
    usual = ", ".join(
        f"{SIDES[peer]}: {ms(cold['board'][f'{peer}, usual']['cpu_ms'])}"
        for peer in ("fastapi", "powertools")
    )
    return f"""## Cold start
CPU (user and system) from the start of the process to the first answer, ms. A function that does nothing at all takes
{ms(nothing)}; one that only makes botocore's client of DynamoDB, which the peers need and we do not, {ms(client)}.

{table(["", *SIDES.values(), "of FastAPI's", "of Powertools'"], rows)}

![Cold start](plots/cold-start.png)

'settle order' is a queue's function: beside a FastAPI application that is a plain handler on boto3's resource and pydantic,
without the framework.

From packages as they usually are, whole and without bytecode that a function could use (pip and a zip), the peers' board
takes: {usual}.
"""


def _warm(found: Found) -> str:
    warm = {what: sides for what, sides in found["warm"].items() if "fastapi" in sides}
    rows = []
    for what, sides in warm.items():
        ours = sides["ours"]["cpu_ms"]["median"]
        cells = [ms(sides[side]["cpu_ms"], 2) for side in SIDES]
        ratios = [
            f"{100 * ours / sides[side]['cpu_ms']['median']:.0f} %"
            for side in ("fastapi", "powertools")
        ]
        rows.append([what, *cells, *ratios])
    shares = [
        [f"{what}: {side}", *(f"{100 * sides[side]['shares'][layer]:.0f}" for layer in LAYERS)]
        for what, sides in warm.items()
        for side in SIDES
        if "shares" in sides[side]
    ]
    others = [
        [what, ms(sides["ours"]["cpu_ms"], 2)]
        for what, sides in found["warm"].items()
        if "fastapi" not in sides
    ]
    return f"""## A warm request
CPU of one request, ms.

{table(["", *SIDES.values(), "of FastAPI's", "of Powertools'"], rows)}

![Warm requests](plots/warm.png)

Where it goes, per cent, by sampling the stack every tick of CPU time (the standard library counts for whoever called
it; FastAPI runs a route on a thread of its own, where such samples cannot be taken):

{table(["", *LAYERS], shares)}

Our other functions, one event:

{table(["", "CPU, ms"], others)}
"""


def _bridge(found: Found) -> str:
    bridge = found["bridge"]
    rows = []
    for direction in ("in", "out"):
        ours, obvious = bridge[direction]["ours"], bridge[direction]["obvious"]
        for what, key in (("messages a second", "per_s"), ("µs of CPU a message", "cpu_us")):
            ratio = ours[key]["median"] / obvious[key]["median"]
            ratio = ratio if key == "per_s" else 1 / ratio
            rows.append(
                [
                    f"{direction}: {what}",
                    number(ours[key]),
                    number(obvious[key]),
                    f"{ratio:.1f}×",
                ]
            )
    killed = [
        [which, f"{k['messages']:,}", str(k["lost"]), f"{k['doubled']:,}"]
        for which, k in bridge["killed"].items()
    ]
    return f"""## The bridge
A real broker on loopback, and SQS that takes {bridge["latency_ms"]:g} ms a call. The obvious bridge gives the same guarantees (QoS 1, a session
that lasts, manual acknowledgement after SQS, deleting after the broker's acknowledgement) with one call for each message.

{table(["", "this bridge", "the obvious one", "better by"], rows)}

'Out' holds the echo too: what is published comes back on the same topic and goes into a queue, for either bridge.

SIGKILL in the midst of both ways at once, then a new process:

{table(["", "messages", "lost", "doubled"], killed)}

![The bridge](plots/bridge.png)
"""


def _throughput(found: Found) -> str:
    t = found["throughput"]
    steps = [
        [
            f"{s['rate_per_s']:g}",
            f"{s['answered_per_s']:g}",
            str(s["waiting"]),
            "yes" if s["is_carried"] else "no",
        ]
        for s in t["steps"]
    ]
    hops = {
        "post_s": "POST → the API decides",
        "to_broker_s": "→ on the broker (commit, stream, relay, outbound, bridge)",
        "exchange_s": "the exchange thinks",
        "settle_s": "answer → the settlement decides (bridge, queue)",
        "total_s": "POST → ACCEPTED",
    }
    half = [[title, ms(t["half"][name])] for name, title in hops.items()]
    return f"""## End to end, on the local cloud
What two cores carry when they are the cloud, the broker, the exchange and those who buy all at once: a figure to compare
with later ones of this machine, not one of AWS. Orders come at a fixed rate; a rate is carried if the API keeps up and
less than three seconds of it wait anywhere.

{table(["orders a second", "answered a second", "waiting at the end", "carried"], steps)}

At {t["half_per_s"]:g} orders a second, half of what was carried, ms:

{table(["hop", "median (smallest to largest)"], half)}

The hops meet where a listener at the broker heard the request and the answer; its own delay moves some milliseconds from one
hop to the next, so that a hop may seem to take less than nothing. The whole is not touched by it.
"""


SECTIONS: Final[Sequence[tuple[tuple[str, ...], Any]]] = (
    (("idle",), page_cost.unmet),
    (("cold-start",), _cold),
    (("warm",), _warm),
    (("bridge",), _bridge),
    (("units",), page_cost.units),
    (("units", "warm"), page_cost.costs),
    (("idle",), page_cost.idle),
    (("throughput",), _throughput),
)
