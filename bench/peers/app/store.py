"""Money and orders by boto3's resource: the same calls as ours, each step one transaction."""

import os
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID, uuid5

import boto3
from boto3.dynamodb.conditions import Key
from models import Envelope, Validation

NAMESPACE = UUID("6f1c3c86-9f0e-5b0e-8f0a-0c7b7a3c1d11")
MAX_PRICE_AGE = timedelta(seconds=int(os.environ["MAX_PRICE_AGE_S"]))

dynamodb = boto3.resource("dynamodb")
client = dynamodb.meta.client
NAMES = ("quotes", "orders", "accounts", "postings", "positions", "activity")
QUOTES, ORDERS, ACCOUNTS, POSTINGS, POSITIONS, ACTIVITY = (
    os.environ[f"{name.upper()}_TABLE"] for name in NAMES
)


class Refused(Exception):
    """The order cannot be placed; the text is the code."""


def board() -> list[dict[str, Any]]:
    """Every company, in one query."""
    return dynamodb.Table(QUOTES).query(KeyConditionExpression=Key("board").eq("ALL"))["Items"]


def place(account_id: str, key: UUID, asked: Any, now: datetime) -> dict[str, Any]:
    """The order under this key, which may be there already."""
    order_id = str(uuid5(uuid5(NAMESPACE, account_id), str(key)))
    account, quote, order = _read(
        (ACCOUNTS, {"account_id": account_id}),
        (QUOTES, {"board": "ALL", "symbol": asked.symbol.upper()}),
        (ORDERS, {"order_id": order_id}),
    )
    if order:
        return order
    if not quote or now - datetime.fromisoformat(quote["observed_at"]) > MAX_PRICE_AGE:
        raise Refused("no_price")
    price = quote["price"]
    if asked.max_price is not None and price > asked.max_price:
        raise Refused("price_above_max")
    quantity = asked.quantity or (asked.amount / price).quantize(Decimal("0.000001"))
    cost_minor = int((price * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if not account or account["available_minor"] < cost_minor:
        raise Refused("insufficient_funds")
    order = {"order_id": order_id, "account_id": account_id, "state": "PENDING", "attempts": 0}
    order |= {"symbol": quote["symbol"], "currency": quote["currency"], "price": price}
    order |= {"quantity": quantity, "cost_minor": cost_minor, "created_at": now.isoformat()}
    order |= {"next_attempt_at": (now + timedelta(minutes=2)).isoformat()}
    new = _put(ORDERS, order, "attribute_not_exists(order_id)")
    lines = {"held": cost_minor, "available": -cost_minor}
    client.transact_write_items(TransactItems=[new, *_book(account, "HOLD", order_id, lines, now)])
    return order


def settle_message(body: str) -> str:
    """Applies the exchange's answer in an envelope, if it is to our group; the order's id."""
    answer = Validation.model_validate_json(Envelope.model_validate_json(body).payload)
    if str(answer.group_id) == os.environ["GROUP_ID"]:
        settle(answer.request_id, answer.valid, datetime.now(UTC))
    return answer.request_id


def settle(order_id: str, valid: bool, now: datetime) -> None:
    """Ends an open order once; the answer is noted among all groups' purchases."""
    order = dynamodb.Table(ORDERS).get_item(Key={"order_id": order_id}, ConsistentRead=True)["Item"]
    if order["state"] in ("PENDING", "SENT"):
        key = {"account_id": order["account_id"]}
        account = dynamodb.Table(ACCOUNTS).get_item(Key=key, ConsistentRead=True)["Item"]
        client.transact_write_items(TransactItems=_end(order, account, valid, now))
    symbol, at = order["symbol"], now.isoformat()
    dynamodb.Table(ACTIVITY).update_item(
        Key={"request_id": order_id},
        UpdateExpression="SET symbol = :symbol, valid = :valid, validated_at = :at",
        ExpressionAttributeValues={":symbol": symbol, ":valid": valid, ":at": at},
    )


def _end(order: Any, account: Any, valid: bool, now: datetime) -> list[dict[str, Any]]:
    cost_minor, order_id = order["cost_minor"], order["order_id"]
    ended = {**order, "state": "ACCEPTED" if valid else "REJECTED", "ended_at": now.isoformat()}
    put = _put(ORDERS, ended, "attribute_not_exists(ended_at)")
    to, kind = ("exchange", "SPEND") if valid else ("available", "RELEASE")
    booked = _book(account, kind, order_id, {to: cost_minor, "held": -cost_minor}, now)
    position = {
        "TableName": POSITIONS,
        "Key": {"account_id": order["account_id"], "symbol": order["symbol"]},
        "UpdateExpression": "ADD quantity :quantity, cost_minor :cost",
        "ExpressionAttributeValues": {":quantity": order["quantity"], ":cost": cost_minor},
    }
    return [put, *booked, *([{"Update": position}] if valid else [])]


def _read(*keys: tuple[str, dict[str, str]]) -> list[Any]:
    gets = [{"Get": {"TableName": table, "Key": key}} for table, key in keys]
    answer = client.transact_get_items(TransactItems=gets)
    return [found.get("Item") for found in answer["Responses"]]


def _book(account: Any, kind: str, cause: str, lines: Any, now: datetime) -> list[dict[str, Any]]:
    """The account with its new balances, and the posting that explains them."""
    number = account["version"] + 1
    available_minor = account["available_minor"] + lines.get("available", 0)
    balances = {
        "available_minor": available_minor,
        "held_minor": account["held_minor"] + lines["held"],
    }
    after = {**account, **balances, "version": number}
    posting = {**after, "number": number, "kind": kind, "cause_id": cause, "lines": lines}
    posting |= {"recorded_at": now.isoformat()}
    return [
        _put(ACCOUNTS, after, "version = :was", {":was": account["version"]}),
        _put(POSTINGS, posting, "attribute_not_exists(account_id)"),
    ]


def _put(table: str, item: Any, condition: str, values: Any = None) -> dict[str, Any]:
    put = {"TableName": table, "Item": item, "ConditionExpression": condition}
    return {"Put": put | ({"ExpressionAttributeValues": values} if values else {})}
