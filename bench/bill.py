"""A month's bill for some number of users, and that of the design which this one replaces."""

from collections.abc import Mapping
from typing import Any, Final

from bench.cost import Line, Tariff, merged, total, usage
from cdk.verify.idle_cost import HOURS, POLLERS_BOUNDED, SWEEP_LOOKS
from lambdas.names import Metric

USERS: Final = (100, 10_000, 1_000_000)
MONTH_S: Final = HOURS * 3600
CONSUMED_QUEUES: Final = 4


def ours(tariff: Tariff, users: int) -> list[Line]:
    """Everything that this system is billed for, the month's free allowances taken off."""
    person = usage()["person_a_month"]
    visits = person["visits"] * users
    orders = person["orders"] * users
    lines = [
        *tariff.filled_orders(
            orders, at_once=_at_once(orders, 0.1), heard_at_once=_at_once(orders, 60)
        ),
        *tariff.request("board", visits * person["boards_a_visit"]),
        *tariff.request("one company", visits * person["companies_a_visit"]),
        *tariff.request("portfolio of 5 companies", visits * person["other_screens_a_visit"]),
        *tariff.request("one order", orders * person["looks_at_each_order"]),
        *tariff.projections(person["projections"] * users),
        *tariff.price_batches(MONTH_S / usage()["prices_every_s"]),
        *_fixed(),
        *_people(users),
        *_site(visits),
    ]
    api_gb = _requests(users) * person["api_kb_a_request"] / 1e6
    lines += [
        Line(what="traffic of the API", price="transfer_gb", quantity=api_gb),
        Line(
            what="storage",
            price="dynamodb_storage",
            quantity=12 * orders / 1e6 * usage()["gb_per_million_orders"],
        ),
    ]
    return merged([Line(what=x.what, price=x.price, quantity=x.quantity, free=True) for x in lines])


def ec2(users: int) -> list[Line]:
    """EC2, a load balancer, PostgreSQL and Redis, for the same use; two of each part."""
    person = usage()["person_a_month"]
    sizes: Mapping[str, Any] = usage()["ec2"][str(users)]
    per_hour = [
        Line(what=_kind(name), price=name, quantity=count * (HOURS if "hour" in name else 1))
        for name, count in sizes.items()
    ]
    gb = _requests(users) * person["api_kb_a_request"] / 1e6
    machines = sum(count for name, count in sizes.items() if _kind(name) == "EC2")
    return [
        *per_hour,
        Line(what="load balancer", price="alb_hour", quantity=HOURS),
        Line(what="load balancer", price="alb_lcu_hour", quantity=max(HOURS, gb)),
        Line(what="addresses", price="ipv4_hour", quantity=(2 + machines) * HOURS),
        Line(what="traffic of the API", price="transfer_gb", quantity=gb, free=True),
        Line(what="logs", price="logs_gb", quantity=_requests(users) * 700 / 1e9, free=True),
        *_site(person["visits"] * users),
    ]


def months(tariff: Tariff) -> list[dict[str, Any]]:
    """Both, for each number of users; people apart, whom the older design keeps itself."""
    return [_month(tariff, users) for users in USERS]


def _month(tariff: Tariff, users: int) -> dict[str, Any]:
    lines, older = ours(tariff, users), ec2(users)
    people = total([line for line in lines if line.what == "people"])
    return {
        "users": users,
        "orders": usage()["person_a_month"]["orders"] * users,
        "requests": _requests(users),
        "peak_requests_per_s": round(_peak_per_s(users), 2),
        "ours": [line.as_json() for line in by_part(lines)],
        "ours_usd": round(total(lines), 2),
        "people_usd": round(people, 2),
        "ec2": [line.as_json() for line in by_part(older)],
        "ec2_usd": round(total(older), 2),
    }


def by_part(lines: list[Line]) -> list[Line]:
    """The dearest first; what costs less than a cent is left out."""
    return sorted((x for x in lines if x.usd >= 0.005), key=lambda line: -line.usd)


def _fixed() -> list[Line]:
    """What is there for good, in the stage prod."""
    polls = CONSUMED_QUEUES * POLLERS_BOUNDED * MONTH_S / 20
    polls += MONTH_S / 3  # the bridge asks every 3 s
    polls += SWEEP_LOOKS * MONTH_S / 60
    return [
        Line(what="bridge", price="fargate_vcpu_hour", quantity=0.25 * HOURS),
        Line(what="bridge", price="fargate_gb_hour", quantity=0.5 * HOURS),
        Line(what="bridge", price="ipv4_hour", quantity=HOURS),
        Line(what="bridge", price="secret", quantity=1),
        Line(what="queues", price="sqs_request", quantity=polls),
        Line(what="alarms and metrics", price="alarm", quantity=usage()["alarms"]),
        Line(what="alarms and metrics", price="metric", quantity=len(Metric)),
        # The sweep and the look at the jobs, every minute, at the least that is billed for both.
        Line(what="functions", price="lambda_request", quantity=2 * MONTH_S / 60),
        Line(what="functions", price="lambda_gb_s", quantity=2 * MONTH_S / 60 * 0.05 / 2),
        # The board for one of them, the index of open jobs for the other.
        Line(what="DynamoDB reads", price="dynamodb_read_unit", quantity=1.5 * MONTH_S / 60),
    ]


def _people(users: int) -> list[Line]:
    return [
        Line(what="people", price="cognito_user", quantity=min(users, 100_000)),
        Line(what="people", price="cognito_user_above_100k", quantity=max(0, users - 100_000)),
    ]


def _site(visits: float) -> list[Line]:
    gb = visits * usage()["person_a_month"]["site_mb"] / 1e3
    return [
        Line(what="site", price="cloudfront_gb", quantity=gb, free=True),
        Line(what="site", price="cloudfront_request", quantity=10 * visits, free=True),
    ]


def _requests(users: int) -> float:
    person = usage()["person_a_month"]
    a_visit = (
        person["boards_a_visit"] + person["companies_a_visit"] + person["other_screens_a_visit"]
    )
    orders = person["orders"] * (1 + person["looks_at_each_order"])
    return float(users * (person["visits"] * a_visit + orders + 2 * person["projections"]))


def _peak_per_s(users: int) -> float:
    return _requests(users) / MONTH_S * usage()["peak_over_average"]


def _at_once(orders: float, within_s: float) -> int:
    """Messages that share a call at the peak: what comes in that time, at most ten."""
    peak_per_s = orders / MONTH_S * usage()["peak_over_average"]
    return max(1, min(10, round(peak_per_s * within_s)))


def _kind(name: str) -> str:
    kinds = {"rds": "PostgreSQL", "redis": "Redis", "ebs": "disks"}
    return next((kind for part, kind in kinds.items() if name.startswith(part)), "EC2")
