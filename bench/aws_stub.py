"""A stand-in for DynamoDB, SQS, Step Functions and SSM on loopback, for measuring those who call.

It stores nothing and answers at once, always the same way: there is a board, an account with money,
an order that waits for its answer, a job that waits for its workflow. Not for tests of behaviour.
"""

import argparse
import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bench import events
from bench.sqs_stub import SqsStub

COMPANIES: Final = 25
TREND_HOURS: Final = 24
JOB_ID: Final = "44444444-4444-4444-8444-444444444444"
Item = dict[str, dict[str, str]]


class AwsStub(SqsStub):
    """Speaks the JSON protocol of all four."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        now = datetime.now(UTC)
        self._board = {events.symbol(n): quote(n, now) for n in range(COMPANIES)}
        self._account = account()
        self._order, self._job = order(now), job(now)

    async def _answer(self, action: str, content: bytes) -> tuple[int, dict[str, Any]]:
        request = json.loads(content)
        match action:
            case "Query":
                is_board = request["TableName"] == "quotes" and "IndexName" not in request
                items = list(self._board.values()) if is_board else []
                return 200, {"Items": items, "Count": len(items), "ScannedCount": len(items)}
            case "BatchGetItem":
                return 200, {"Responses": self._batch(request["RequestItems"])}
            case "GetItem":
                item = self._item(request["TableName"], request["Key"])
                return 200, {} if item is None else {"Item": item}
            case "PutItem" | "UpdateItem" | "TransactWriteItems":
                return 200, {}
            case "GetParameter":
                value = "3" if request["Name"].endswith("group-id") else "86400"
                return 200, {"Parameter": {"Name": request["Name"], "Value": value}}
            case "ReceiveMessage" if request["QueueUrl"].endswith("/reminders"):
                return 200, {}  # nobody waits for an answer
            case "StartSyncExecution":
                return 200, {"executionArn": "arn:measured", "status": "SUCCEEDED"}
        return await super()._answer(action, content)

    def _batch(self, wanted: dict[str, Any]) -> dict[str, list[Item]]:
        return {
            table: [
                item
                for key in asked["Keys"]
                if table != "orders" and (item := self._item(table, key)) is not None
            ]
            for table, asked in wanted.items()
        }

    def _item(self, table: str, key: Item) -> Item | None:
        match table:
            case "quotes":
                return self._board.get(key["symbol"]["S"])
            case "accounts":
                return self._account
            case "orders":
                return {**self._order, **key}
            case "jobs":
                return {**self._job, **key}
        return None


def stored(at: datetime) -> dict[str, str]:
    """A time as pynamodb writes it."""
    return {"S": at.strftime("%Y-%m-%dT%H:%M:%S.%f%z")}


def quote(number: int, now: datetime) -> Item:
    """A company of the board, with the longest trend."""
    hour = int(now.timestamp()) // 3600
    closes = [f"{hour - TREND_HOURS + k}:{190 + k / 100:g}" for k in range(1, TREND_HOURS + 1)]
    return {
        "board": {"S": "ALL"},
        "symbol": {"S": events.symbol(number)},
        "name": {"S": f"Company number {number}, Inc."},
        "price": {"N": "190.24"},
        "currency": {"S": "USD"},
        "source": {"S": "Nasdaq Real Time Price"},
        "observed_at": stored(now),
        "received_at": stored(now),
        "previous_price": {"N": "189.5"},
        "previous_at": stored(now - timedelta(days=1)),
        "closes": {"S": " ".join(closes)},
    }


def account() -> Item:
    """With more money than anybody spends."""
    return {
        "account_id": {"S": events.ACCOUNT},
        "available_minor": {"N": "100000000"},
        "held_minor": {"N": "100000000"},
        "shares#AAPL": {"N": "2.5"},
        "cost#AAPL": {"N": "47560"},
    }


def order(now: datetime) -> Item:
    """Seen at the broker, without an answer."""
    return {
        "account_id": {"S": events.ACCOUNT},
        "symbol": {"S": "AAPL"},
        "quantity": {"N": "0.5"},
        "price": {"N": "190.24"},
        "cost_minor": {"N": "9512"},
        "currency": {"S": "USD"},
        "state": {"S": "SENT"},
        "created_at": stored(now),
        "asked_for": {"S": "symbol=AAPL quantity=0.5"},
        "ask_at": stored(now + timedelta(minutes=2)),
        "asks": {"N": "0"},
        "sent_at": stored(now),
    }


def job(now: datetime) -> Item:
    """Asked for, not begun."""
    asked = {"symbol": "AAPL", "days": 30, "quantity": "2.5"}
    return {
        "account_id": {"S": events.ACCOUNT},
        "kind": {"S": "projection"},
        "asked": {"S": json.dumps(asked)},
        "state": {"S": "queued"},
        "created_at": stored(now),
        "deadline_at": stored(now + timedelta(minutes=15)),
        "look_at": stored(now + timedelta(minutes=2)),
        "open": {"S": "OPEN"},
        "starts": {"N": "0"},
    }


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="AWS on loopback, for measurements")
    parser.add_argument("--port", type=int, required=True)
    with AwsStub(parser.parse_args().port):
        print("ready", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
