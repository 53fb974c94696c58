"""The page's sections on units and money."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.bill import months
from bench.cost import FILLED, Line, total, usage
from bench.rates import tariff
from bench.tables import table, usd
from cdk.verify.idle_cost import PRICES

Found = Mapping[str, Any]

RULE: Final = {
    "the rule of money: order and account, each step one transaction": ("orders", "accounts"),
    "an account's orders, by time (index)": ("orders/by_account",),
    "what all groups buy: our own purchase (index)": ("orders/bought",),
}


def units(found: Found) -> str:
    """Calls and units of each operation, and what an order's writes are for."""
    counted = found["units"]
    rows = [
        [
            name,
            ", ".join(_call(call, times) for call, times in used["calls"].items()),
            f"{used['read_units']:g}",
            str(used["write_units"]),
        ]
        for name, used in counted.items()
    ]
    written: dict[str, int] = {}
    for step in FILLED:
        for place, count in counted[step]["written"].items():
            written[place] = written.get(place, 0) + count
    purposes = [
        [what, str(sum(written[place] for place in places))] for what, places in RULE.items()
    ]
    purposes.append(["**all of it**", f"**{sum(written.values())}**"])
    return f"""## Calls and capacity units
Counted below pynamodb, from the requests that leave and the items before and after, through the deployed handlers
(`bench/units.py`; `tests/regression` holds every figure of this table). A board has 25 companies with whole trends.

{table(["", "calls", "read units", "write units"], rows)}

What the write units of a filled order are for:

{table(["", "write units"], purposes)}

![Write units](plots/write-units.png)

See [0122](decisions/0122-two-items-a-step.md) for what each of them is, and what was taken off. An account's item stays below one
kB with some thirty companies; beyond, each step costs two units more. A deposit's local index is counted as if a transaction doubled it, too.
"""


def unmet(_found: Found) -> str:
    """Why one target is not met."""
    return """## What is not met, and why
**Nothing but the bridge when idle.** Lambda asks an idle queue with two pollers, one that is bounded with five, three times a minute each, and AWS
bills what is beyond an account's free million. The sweep looks for reminders three times a minute. The queue of the jobs has to be bounded, and
seven pollers are free; see [0127](decisions/0127-queues-of-dev-have-no-bound.md).
"""


def _call(call: str, times: int) -> str:
    name = call.partition(":")[2]
    return name if times == 1 else f"{times} {name}"


def costs(found: Found) -> str:
    """Per million, per thousand, per month."""
    made = tariff(found)
    things = {
        "a million filled orders, their messages one by one": made.filled_orders(1e6, at_once=1),
        "a million filled orders, messages in tens": made.filled_orders(1e6, at_once=10),
        "a million board views": made.request("board", 1e6),
        "a thousand projections over 30 days": made.projections(1e3),
    }
    kinds = sorted({line.what for lines in things.values() for line in lines})
    rows = [
        [what, *(usd(_of(lines, kind)) for kind in kinds), f"**{usd(total(lines))}**"]
        for what, lines in things.items()
    ]
    return "\n".join(
        [
            f"""## What it costs
USD, list prices of {PRICES["region"]}, {PRICES["as_of"]} (`cdk/verify/prices.json`, each with the page of AWS to check it against; no discount, no
free allowance here). Functions: CPU as measured above, at the share of a core that their memory buys, and the assumed waiting
for each call (`bench/usage.json`). Logs: our functions' lines as counted, the gateway's, Lambda's own and the bridge's by what the
templates and the formatter make of them (`bench/log_lines.py`).

{table(["", *kinds, "together"], rows)}
""",
            _months(made),
        ]
    )


def _of(lines: Sequence[Line], kind: str) -> float:
    return sum(line.usd for line in lines if line.what == kind)


def _months(made: Any) -> str:
    found = months(made)
    person = usage()["person_a_month"]
    rows = [
        [
            f"{month['users']:,}",
            f"{month['orders']:,}",
            f"{month['requests']:,.0f}",
            f"{month['peak_requests_per_s']:,g}",
            usd(month["ours_usd"] - month["people_usd"]),
            usd(month["people_usd"]),
            usd(month["ec2_usd"]),
        ]
        for month in found
    ]
    largest = [
        [f"{month['users']:,}", _dearest(month["ours"]), _dearest(month["ec2"])] for month in found
    ]
    return f"""### A month
Assumed of a person and month: {person["visits"]} visits, each with {person["boards_a_visit"]} boards, {person["companies_a_visit"]} companies and {person["other_screens_a_visit"]} other screens; {person["orders"]} orders, each looked at {person["looks_at_each_order"]} times; {person["projections"]} projections.
Prices of {usage()["companies"]} companies every {usage()["prices_every_s"]} seconds. Free allowances are taken off. The older design (EC2 behind a load balancer,
PostgreSQL, Redis; two of each part) is sized by `bench/usage.json` and keeps people itself; ours pays Cognito (plan Lite) for that.

{table(["users", "orders", "requests", "at the peak, a second", "ours, USD", "people (Cognito), USD", "EC2, RDS, Redis, USD"], rows)}

![A month](plots/months.png)

The dearest parts:

{table(["users", "ours", "EC2, RDS, Redis"], largest)}
"""


def _dearest(lines: Sequence[Mapping[str, Any]], most: int = 4) -> str:
    parts: dict[str, float] = {}
    for line in lines:
        parts[line["what"]] = parts.get(line["what"], 0.0) + line["usd"]
    ordered = sorted(parts.items(), key=lambda part: -part[1])[:most]
    return ", ".join(f"{what} {usd(amount)}" for what, amount in ordered if amount >= 0.005)


def idle(found: Found) -> str:
    """The bill of a month in which nobody comes."""
    lines = found["idle"]["lines"]
    rows = [[line["what"], usd(line["usd"])] for line in lines if round(line["usd"], 2)]
    rows.append(["together", f"**{usd(sum(line['usd'] for line in lines))}**"])
    return f"""### A month in which nobody comes
The stage dev, from its templates, as `make verify-aws STAGE=dev` reckons:

{table(["", "USD"], rows)}
"""
