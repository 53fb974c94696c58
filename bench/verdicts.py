"""What was to be reached, and what was: worked out, not written."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bench.cost import FILLED, total
from bench.rates import tariff
from bench.tables import table, usd

Found = Mapping[str, Any]
COLD, WARM, FASTER = 60.0, 50.0, 10.0
WRITE_UNITS, USD, IDLE_USD = 10, 9.0, 15.0


def section(found: Found) -> str:
    """Each target with its figure and whether it is met."""
    rows = [
        [what, wanted, reached, "yes" if is_met else "**no**"]
        for needed, verdicts in VERDICTS
        if all(part in found for part in needed)
        for what, wanted, reached, is_met in verdicts(found)
    ]
    return f"""## Targets
{table(["", "wanted", "reached", "met"], rows)}
"""


Verdict = tuple[str, str, str, bool]


def _cold(found: Found) -> Iterator[Verdict]:
    yield from _ratios(found["cold-start"], "cold start CPU", COLD)


def _warm(found: Found) -> Iterator[Verdict]:
    yield from _ratios(found["warm"], "warm CPU", WARM)


def _ratios(parts: Found, name: str, most: float) -> Iterator[Verdict]:
    peers = {"fastapi": "FastAPI's", "powertools": "Powertools'"}
    for what, sides in parts.items():
        for peer, title in peers.items():
            if peer in sides:
                ratio = 100 * sides["ours"]["cpu_ms"]["median"] / sides[peer]["cpu_ms"]["median"]
                yield (
                    f"{name}, {what}: share of {title}",
                    f"≤ {most:.0f} %",
                    f"{ratio:.0f} %",
                    ratio <= most,
                )


def _bridge(found: Found) -> Iterator[Verdict]:
    for direction in ("in", "out"):
        sides = found["bridge"][direction]
        for what, key in (("a second", "per_s"), ("a second of CPU", "per_cpu_s")):
            ratio = sides["ours"][key]["median"] / sides["obvious"][key]["median"]
            yield (
                f"bridge, {direction}: messages {what}, against the obvious one",
                f"≥ {FASTER:.0f}×",
                f"{ratio:.1f}×",
                ratio >= FASTER,
            )
    lost = sum(side["lost"] for side in found["bridge"]["killed"].values())
    yield ("bridge: lost under a kill, either side", "0", str(lost), lost == 0)


def _units(found: Found) -> Iterator[Verdict]:
    units = sum(found["units"][step]["write_units"] for step in FILLED)
    yield ("write units of a filled order", f"≤ {WRITE_UNITS}", str(units), units <= WRITE_UNITS)


def _idle(found: Found) -> Iterator[Verdict]:
    lines = found["idle"]["lines"]
    alone = sum(line["usd"] for line in lines)
    apart = sum(line["usd"] for line in lines if not line["of_bridge"])
    what = "USD of a month in which nobody comes, stage dev"
    yield (what, f"≤ {IDLE_USD:.0f}", usd(alone), alone <= IDLE_USD)
    yield ("… of it everything but the bridge", "0", usd(apart), round(apart, 2) == 0)


def _costs(found: Found) -> Iterator[Verdict]:
    amount = total(tariff(found).filled_orders(1e6, at_once=10))
    yield (
        "USD of a million filled orders, messages in tens",
        f"≤ {USD:.0f}",
        usd(amount),
        amount <= USD,
    )


VERDICTS: Final[tuple[tuple[tuple[str, ...], Callable[[Found], Iterator[Verdict]]], ...]] = (
    (("cold-start",), _cold),
    (("warm",), _warm),
    (("bridge",), _bridge),
    (("units",), _units),
    (("units", "warm"), _costs),
    (("idle",), _idle),
)
