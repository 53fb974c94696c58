"""Money and orders by boto3's resource: as few calls as ours, each step one transaction."""

import os
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid5

import boto3
from boto3.dynamodb.conditions import Key

NAMESPACE = UUID("6f1c3c86-9f0e-5b0e-8f0a-0c7b7a3c1d11")

dynamodb = boto3.resource("dynamodb")
client = dynamodb.meta.client
ORDERS, ACCOUNTS = os.environ["ORDERS_TABLE"], os.environ["ACCOUNTS_TABLE"]
QUOTES = os.environ["QUOTES_TABLE"]


class Refused(Exception):
    """The order cannot be placed; the text is the code."""


def board() -> list[dict[str, Any]]:
    """Every company, in one query."""
    return dynamodb.Table(QUOTES).query(KeyConditionExpression=Key("board").eq("ALL"))["Items"]


def place(
    account_id: str, key: UUID, asked: Any, now: datetime, max_price_age: timedelta
) -> tuple[dict[str, Any], bool]:
    """The order under this key, and whether it is new."""
    order_id = str(uuid5(uuid5(NAMESPACE, account_id), str(key)))
    account, quote, order = _read(account_id, asked.symbol.upper(), order_id)
    if order:
        return order, False
    if not quote:
        raise Refused("not_found")
    if now - datetime.fromisoformat(quote["observed_at"]) > max_price_age:
        raise Refused("price_too_old")
    price = quote["price"]
    if asked.max_price is not None and price > asked.max_price:
        raise Refused("price_above_max")
    quantity = asked.quantity or (asked.amount / price).quantize(Decimal("0.000001"))
    cost_minor = int((price * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if not account or account["available_minor"] < cost_minor:
        raise Refused("insufficient_funds")
    order = {
        "order_id": order_id,
        "account_id": account_id,
        "symbol": quote["symbol"],
        "quantity": quantity,
        "price": price,
        "cost_minor": cost_minor,
        "currency": quote["currency"],
        "state": "PENDING",
        "created_at": now.isoformat(),
        "asked_for": f"symbol={asked.symbol} quantity={quantity}",
        "ask_at": (now + timedelta(minutes=2)).isoformat(),
        "asks": 0,
    }
    new = _put(ORDERS, order, "attribute_not_exists(order_id)")
    held = _moved(order, -cost_minor, cost_minor)
    client.transact_write_items(TransactItems=[new, held])
    return order, True


def settle(order_id: str, valid: bool, now: datetime) -> dict[str, Any] | None:
    """The order with its end; None where it had one."""
    order = dynamodb.Table(ORDERS).get_item(Key={"order_id": order_id}, ConsistentRead=True)["Item"]
    if order["state"] not in ("PENDING", "SENT"):
        return None
    cost_minor = order["cost_minor"]
    was, state = order["state"], "ACCEPTED" if valid else "REJECTED"
    ended = {**order, "state": state, "ended_at": now.isoformat(), "reason": state.lower()}
    if valid:
        ended["bought"] = order["symbol"]
    put = _put(ORDERS, ended, "#state = :was", {"#state": "state"}, {":was": was})
    moved = _moved(order, 0 if valid else cost_minor, -cost_minor, is_bought=valid)
    client.transact_write_items(TransactItems=[put, moved])
    return ended


def _read(account_id: str, symbol: str, order_id: str) -> tuple[Any, Any, Any]:
    keys = {
        ACCOUNTS: {"account_id": account_id},
        QUOTES: {"board": "ALL", "symbol": symbol},
        ORDERS: {"order_id": order_id},
    }
    wanted = {table: {"Keys": [key], "ConsistentRead": True} for table, key in keys.items()}
    found = dynamodb.batch_get_item(RequestItems=wanted)["Responses"]
    account, quote, order = (next(iter(found.get(table, [])), None) for table in keys)
    return account, quote, order


def _put(
    table: str,
    item: dict[str, Any],
    condition: str | None = None,
    names: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if condition:
        put["ConditionExpression"] = condition
    if names:
        put["ExpressionAttributeNames"] = names
    if values:
        put["ExpressionAttributeValues"] = values
    return {"Put": put}


def _moved(
    order: dict[str, Any], available: int, held: int, *, is_bought: bool = False
) -> dict[str, Any]:
    least, enough = ("available_minor", -available) if available < 0 else ("held_minor", -held)
    account = {
        "TableName": ACCOUNTS,
        "Key": {"account_id": order["account_id"]},
        "UpdateExpression": "ADD available_minor :available, held_minor :held",
        "ConditionExpression": f"{least} >= :enough",
        "ExpressionAttributeValues": {":available": available, ":held": held, ":enough": enough},
    }
    if is_bought:
        symbol = order["symbol"]
        account["UpdateExpression"] += ", #shares :quantity, #cost :cost"
        account["ExpressionAttributeNames"] = {
            "#shares": f"shares#{symbol}",
            "#cost": f"cost#{symbol}",
        }
        account["ExpressionAttributeValues"] |= {
            ":quantity": order["quantity"],
            ":cost": order["cost_minor"],
        }
    return {"Update": account}
