"""What saturates first as users become more, by arithmetic; and the hot partition, by simulation.

The limits are AWS's defaults and this system's own settings; what one of ours takes of them is
counted (units) or measured (CPU). Users stand for the usage in `usage.json`, at its peak.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.bill import MONTH_S
from bench.cost import CORE_MB, usage
from lambdas.names import Function

PARTITION_READS_PER_S: Final = 3_000
PARTITION_WRITES_PER_S: Final = 1_000
BURST_S: Final = 300
"""A partition keeps what it has not used for so long."""

SHARDS: Final = (1, 2, 4, 8, 16)
USERS: Final = tuple(int(n) for n in np.logspace(6.0, 8.0, 41))
OPENING_S: Final = 900
SPIKE: Final = 3.0
"""How many times the usual peak come when the market opens; it halves every three minutes."""

SEED: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Something that has an end: so much a second, of which each peak user takes a share."""

    what: str
    per_s: float
    per_user_per_s: float
    then: str

    def as_json(self) -> dict[str, Any]:
        """With the number of users at which it is reached."""
        return {
            "what": self.what,
            "per_s": round(self.per_s, 1),
            "users": round(self.per_s / self.per_user_per_s),
            "then": self.then,
        }


def measure() -> dict[str, Any]:
    """The limits, nearest first, and the simulation."""
    data = {name: _read(name) for name in ("units", "warm", "bridge")}
    limits = sorted((limit.as_json() for limit in limits_of(data)), key=lambda one: one["users"])
    return {"limits": limits, "board": simulate_board(data["units"]["board"]["read_units"])}


def _read(part: str) -> Any:
    return json.loads(Path(f"docs/benchmarks/{part}.json").read_text())["found"]


def peak(a_month: float) -> float:
    """What a user does so often a month, in one second of the peak."""
    return a_month / MONTH_S * float(usage()["peak_over_average"])


def limits_of(data: dict[str, Any]) -> list[Limit]:
    """Every limit that ten million users come near."""
    person = usage()["person_a_month"]
    boards = peak(person["visits"] * person["boards_a_visit"])
    orders, jobs = peak(person["orders"]), peak(person["projections"])
    requests = peak(_requests())
    board_units = data["units"]["board"]["read_units"]
    api_s = _busy_s(data["warm"]["board"], Function.API, "read")
    order_s = _busy_s(data["warm"]["settle order"], Function.VALIDATIONS, "transaction")
    messages_per_cpu_s = data["bridge"]["in"]["ours"]["per_cpu_s"]["median"]
    return [
        Limit(
            what="Lambda: 10 executions at once (a new account)",
            per_s=(10 - 4) / api_s,
            per_user_per_s=requests,
            then="ask AWS for the usual 1,000: free, takes a day",
        ),
        Limit(
            what="API Gateway: 500 requests a second (our setting of prod)",
            per_s=500,
            per_user_per_s=requests,
            then="`Stage.requests_per_s`; AWS's own limit is 10,000",
        ),
        Limit(
            what="board: one partition, 3,000 read units a second",
            per_s=PARTITION_READS_PER_S / board_units,
            per_user_per_s=boards,
            then="copies of the board, one partition each",
        ),
        Limit(
            what="jobs: 20 workflows at once (our setting of prod), 0.5 s each",
            per_s=20 / 0.5,
            per_user_per_s=jobs,
            then="`Stage.jobs_at_once`",
        ),
        Limit(
            what="Lambda: 1,000 executions at once, API and settlement",
            per_s=1000 / (api_s + order_s * 3 * orders / requests),
            per_user_per_s=requests,
            then="ask AWS for more; then cells",
        ),
        Limit(
            what="API Gateway: 10,000 requests a second (AWS)",
            per_s=10_000,
            per_user_per_s=requests,
            then="ask AWS for more; then cells",
        ),
        Limit(
            what="jobs: index of open jobs, one partition",
            per_s=PARTITION_WRITES_PER_S / 4,
            per_user_per_s=jobs,
            then="shards, by the job's id",
        ),
        Limit(
            what="bridge: a quarter of a core, three messages an order",
            per_s=messages_per_cpu_s / 4 / 3,
            per_user_per_s=orders,
            then="a larger task; then shared subscriptions",
        ),
        Limit(
            what="bridge: 20 unacknowledged messages (Mosquitto's usual window), 20 ms each",
            per_s=20 / 0.020 / 2,
            per_user_per_s=orders,
            then="the broker's `max_inflight_messages`; then shared subscriptions",
        ),
        Limit(
            what="reminders: ten seconds of each sweep, ten in 40 ms, each of ten orders",
            per_s=10 / 0.040 * 100 / 60,
            per_user_per_s=orders,
            then="more queues, each with a sweep of its own",
        ),
        Limit(
            what="accepted orders by company: one index partition, if all buy the same",
            per_s=PARTITION_WRITES_PER_S,
            per_user_per_s=orders,
            then="a shard beside the company in the index's key",
        ),
    ]


def _requests() -> float:
    person = usage()["person_a_month"]
    screens = sum(
        person[name] for name in ("boards_a_visit", "companies_a_visit", "other_screens_a_visit")
    )
    orders = person["orders"] * (1 + person["looks_at_each_order"])
    return float(person["visits"] * screens + orders + 2 * person["projections"])


def _busy_s(warm: dict[str, Any], function: Function, waiting: str) -> float:
    """How long a function is busy with one request."""
    from cdk.stacks.backend import SIZES  # the CDK takes seconds to load

    cpu_ms = warm["ours"]["cpu_ms"]["median"] * max(1.0, CORE_MB / SIZES[function].memory_mb)
    return float(cpu_ms + usage()["wait_ms"][waiting]) / 1000


def simulate_board(units: float) -> dict[str, Any]:
    """The share of board views that are throttled while the market opens, by users and shards."""
    chance = np.random.default_rng(SEED)
    person = usage()["person_a_month"]
    a_user = peak(person["visits"] * person["boards_a_visit"])
    return {
        "users": list(USERS),
        "throttled": {
            str(shards): [_opening(users * a_user, shards, units, chance) for users in USERS]
            for shards in SHARDS
        },
    }


def _opening(peak_per_s: float, shards: int, units: float, chance: Any) -> float:
    """Second by second: views come by chance, each to a shard by chance; each shard spends its
    second's units, then what it has kept of the minutes before.
    """
    kept = np.full(shards, PARTITION_READS_PER_S * BURST_S, dtype=float)
    asked = refused = 0.0
    for second in range(OPENING_S):
        rate = peak_per_s * (1 + (SPIKE - 1) * 0.5 ** (second / 180))
        views = chance.multinomial(chance.poisson(rate), np.full(shards, 1 / shards))
        wanted = views * units
        over = np.maximum(0.0, wanted - PARTITION_READS_PER_S)
        from_kept = np.minimum(over, kept)
        spare = np.maximum(0.0, PARTITION_READS_PER_S - wanted)
        kept = np.minimum(kept - from_kept + spare, PARTITION_READS_PER_S * BURST_S)
        asked += wanted.sum()
        refused += (over - from_kept).sum()
    return round(float(refused / asked), 4) if asked else 0.0
