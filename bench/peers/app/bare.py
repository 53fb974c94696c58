"""The boto3 calls of each request and nothing else: the share of the client of AWS."""

import os
from typing import Any

import boto3

client = boto3.client("dynamodb")
TEXT, NUMBER = {"S": "2026-03-04T15:00:00.000000+00:00"}, {"N": "190.24"}
ACCOUNT = {"account_id": {"S": "11111111-1111-4111-8111-111111111111"}}
ORDER = {"order_id": {"S": "00000000-0000-0000-0000-000000000001"}}
BALANCES = ACCOUNT | {f"number_{n}": NUMBER for n in range(3)}
WRITTEN = {
    "orders": ORDER | ACCOUNT | {f"text_{n}": TEXT for n in range(5)} | {"quantity": NUMBER},
    "accounts": BALANCES,
    "postings": BALANCES | {"lines": {"M": {"held": NUMBER, "available": NUMBER}}, "at": TEXT},
}


def table(name: str) -> str:
    """Its deployed name."""
    return os.environ[f"{name.upper()}_TABLE"]


def board(*_: Any) -> dict[str, Any]:
    """One query."""
    client.query(
        TableName=table("quotes"),
        KeyConditionExpression="board = :board",
        ExpressionAttributeValues={":board": {"S": "ALL"}},
    )
    return {}


def place(*_: Any) -> dict[str, Any]:
    """One transaction that reads and one that writes."""
    quote = {"board": {"S": "ALL"}, "symbol": {"S": "AAPL"}}
    keys = {"accounts": ACCOUNT, "quotes": quote, "orders": {"order_id": {"S": "none"}}}
    gets = [{"Get": {"TableName": table(name), "Key": key}} for name, key in keys.items()]
    client.transact_get_items(TransactItems=gets)
    client.transact_write_items(TransactItems=_puts())
    return {}


def settle(*_: Any) -> dict[str, Any]:
    """Two reads, one transaction, one update."""
    client.get_item(TableName=table("orders"), Key=ORDER, ConsistentRead=True)
    client.get_item(TableName=table("accounts"), Key=ACCOUNT, ConsistentRead=True)
    position = _update("positions", ACCOUNT | {"symbol": TEXT}, "ADD quantity :a, cost :b", NUMBER)
    client.transact_write_items(TransactItems=[*_puts(), {"Update": position}])
    client.update_item(
        **_update("activity", {"request_id": TEXT}, "SET symbol = :a, at = :b", TEXT)
    )
    return {}


def _puts() -> list[Any]:
    condition = {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": NUMBER}}
    puts = [{"TableName": table(name), "Item": item} for name, item in WRITTEN.items()]
    return [{"Put": put | condition} for put in puts]


def _update(name: str, key: Any, expression: str, value: Any) -> dict[str, Any]:
    values = {"ExpressionAttributeValues": {":a": value, ":b": value}}
    return {"TableName": table(name), "Key": key, "UpdateExpression": expression} | values
