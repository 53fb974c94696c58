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
    "the rule of money: order, account, posting and position, each step one transaction": (
        "orders",
        "accounts",
        "postings",
        "positions",
    ),
    "the ledger in the order of time (local index)": ("postings/by_time",),
    "an account's orders (index)": ("orders/by_account",),
    "what all groups buy: our own purchase (item and two indexes)": (
        "activity",
        "activity/by_symbol",
        "activity/by_day",
    ),
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
Counted below pynamodb, from the requests that leave botocore and the items before and after, through the deployed handlers
(`bench/units.py`; `tests/regression` holds every figure of this table). A board has 25 companies with whole trends.

{table(["", "calls", "read units", "write units"], rows)}

What the write units of a filled order are for:

{table(["", "write units"], purposes)}

![Write units](plots/write-units.png)

Whether a transaction doubles the writes of a *local* index as well is written nowhere that we found; counted here as if it
did. See [0112](decisions/0112-what-an-order-writes.md) for what ten units would take.
"""


def unmet(found: Found) -> str:
    """Why some targets are not met."""
    cold, warm = found["cold-start"], found["warm"]
    client = cold[""]["client"]["cpu_ms"]["median"]
    share = 100 * client / cold["settle order"]["ours"]["cpu_ms"]["median"]
    calls = 100 * warm["settle order"]["ours"]["shares"]["AWS client"]
    theirs = (
        calls
        * warm["settle order"]["ours"]["cpu_ms"]["median"]
        / warm["settle order"]["fastapi"]["cpu_ms"]["median"]
    )
    return f"""## What is not met, and why
- **Cold start.** botocore's client alone is {share:.0f} % of the start of our queue function. Beside FastAPI stands, for a queue, a plain handler on boto3
  and pydantic: there is little between it and that client, and nothing in it to save. Where a peer brings its framework along, the target is met or near.
- **Placing and settling, warm, beside FastAPI.** Each is two calls to DynamoDB on either side. botocore's part of our settling is {calls:.0f} % of ours, which is
  {theirs:.0f} % of *all* that FastAPI's side takes: below half of it, only a client of DynamoDB of our own would lead (signing, retries, credentials, errors).
  What could be left out of botocore's way is left out (0111).
- **The bridge's CPU, outward.** Received and deleted in tens already; what remains is a publication, its acknowledgement and the threads woken for
  each. The obvious bridge is bound by its calls, so it loses more by the second than by the second of CPU.
- **Write units and USD of an order.** The rule of money asks for 15 units; see [0112](decisions/0112-what-an-order-writes.md).
- **Nothing but the bridge when idle.** Lambda asks each of four queues five times every 20 seconds, and AWS bills the asking
  ([0094](decisions/0094-what-an-idle-stage-may-cost.md) says why they are asked so often). The sweep looks for reminders three times a minute.
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
for each call (`bench/usage.json`).

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
