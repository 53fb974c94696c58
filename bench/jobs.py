"""How long a projection takes on a running `make up`, from the POST to its end.

    python -m bench.jobs [--jobs N] [--state DIR]

A company of its own gets 30 days of prices at a tick every five minutes (8,640 points); then
projections over 30 days are asked for, one after the other. What the workers compute by themselves
is measured by `python -m bench.worker`.
"""

import argparse
import os
import random
import secrets
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lambdas.adapters import dynamodb
from lambdas.adapters.market import DynamoMarket
from lambdas.domain.market import Tick
from lambdas.names import Table
from lambdas.usecases.update_market import update_market
from local.deploy import Outputs
from local.options import CannotRun, Options
from local.users import Investor, confirm_sign_up

POINTS = 8_640
EVERY = timedelta(minutes=5)
PATIENCE_S = 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.jobs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=30)
    parser.add_argument("--state", type=Path, default=Options().state, help="of the running system")
    given = parser.parse_args()
    try:
        outputs = Outputs.read(Options(state=given.state.resolve()))
    except CannotRun as error:
        print(f"✗ {error}", file=sys.stderr)
        return 1
    investor = _an_investor(outputs)
    symbol = f"B{secrets.token_hex(3).upper()}"
    _fill(outputs, symbol)
    times = [_trip(investor, symbol) for _ in range(given.jobs + 1)][1:]  # the first one warms up
    _print_trips(times)
    return 0


def _an_investor(outputs: Outputs) -> Investor:
    investor = Investor(
        outputs, f"bench.{secrets.token_hex(4)}@example.com", f"Bench-{secrets.token_hex(8)}-1A"
    )
    investor.sign_up()
    confirm_sign_up(outputs, investor.email)
    investor.sign_in()
    return investor


def _fill(outputs: Outputs, symbol: str) -> None:
    """Straight into the tables, by the use case of the function behind the queue of prices."""
    os.environ |= {
        "AWS_ENDPOINT_URL": outputs.aws_endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    named: dict[Table, str] = {Table(name): table for name, table in outputs.tables.items()}
    market = DynamoMarket(dynamodb.connect(named, outputs.region))
    began = time.perf_counter()
    update_market(market, list(_ticks(symbol)))
    print(f"{POINTS:,} prices taken in within {time.perf_counter() - began:.0f} s\n")


def _ticks(symbol: str) -> Iterator[Tick]:
    now, price, chance = datetime.now(UTC), 190.0, random.Random(2)
    for k in range(POINTS):
        price = max(1.0, price * (1 + chance.gauss(0, 0.001)))
        at = now - EVERY * (POINTS - k) + EVERY / 2
        yield Tick(
            symbol=symbol,
            name=symbol,
            price=Decimal(f"{price:.2f}"),
            currency="USD",
            source=None,
            observed_at=at,
            received_at=at,
        )


def _result(investor: Investor, symbol: str) -> Any:
    job = investor.post(
        "/jobs", {"kind": "projection", "symbol": symbol, "days": 30, "quantity": "1"}
    )
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = investor.get(f"/jobs/{job['job_id']}")
        if found["state"] in ("finished", "failed"):
            return found["result"]
        time.sleep(0.02)
    raise SystemExit(f"Job {job['job_id']} did not end within {PATIENCE_S} s.")


def _trip(investor: Investor, symbol: str) -> float:
    began = time.perf_counter()
    result = _result(investor, symbol)
    took = time.perf_counter() - began
    assert result["prices"] == POINTS, "prices of the first day have left the window"
    return took


def _print_trips(times: list[float]) -> None:
    in_ms = sorted(took * 1000 for took in times)
    tenths = statistics.quantiles(in_ms, n=10)
    print(
        f"\n{len(in_ms)} projections over 30 days of {POINTS:,} prices, POST → finished, one after"
        f" the other:\n  median {statistics.median(in_ms):.0f} ms, p10 {tenths[0]:.0f},"
        f" p90 {tenths[-1]:.0f}, slowest {in_ms[-1]:.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
