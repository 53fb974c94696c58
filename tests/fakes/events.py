"""Events as AWS sends them to functions: HTTP API (payload 2.0), queue, stream of orders."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

ACCOUNT: Final = "11111111-1111-4111-8111-111111111111"
GROUP: Final = "3"
Event = dict[str, Any]


def http(method: str, path: str, body: object = None, headers: Mapping[str, str] = {}) -> Event:
    """A request of ACCOUNT whose token the gateway has checked."""
    claims = {"sub": ACCOUNT, "token_use": "id", "email": "ana@example.com"}
    context = {
        "accountId": "000000000000",
        "apiId": "abc",
        "domainName": "abc.execute-api.us-east-1.amazonaws.com",
        "domainPrefix": "abc",
        "http": {
            "method": method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": "203.0.113.7",
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0",
        },
        "requestId": "JKJaXmPLvHcESHA=",
        "routeKey": "ANY /{proxy+}",
        "stage": "$default",
        "time": "04/Mar/2026:15:00:00 +0000",
        "timeEpoch": 1_772_636_400_000,
        "authorizer": {"jwt": {"claims": claims, "scopes": None}},
    }
    sent: Event = {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "accept": "application/json",
            "authorization": f"Bearer {'e' * 900}",
            "content-type": "application/json",
            "host": "abc.execute-api.us-east-1.amazonaws.com",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **headers,
        },
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if body is not None:
        sent["body"] = json.dumps(body)
    return sent


def queue(*bodies: str) -> Event:
    """A batch of one of the queues."""
    return {"Records": [_record(number, body) for number, body in enumerate(bodies)]}


def _record(number: int, body: str) -> Event:
    return {
        "messageId": f"00000000-0000-4000-8000-{number:012d}",
        "receiptHandle": f"receipt-{number}",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1772636400000",
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": "1772636400001",
        },
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:measured",
        "awsRegion": "us-east-1",
    }


def inserted(item: Mapping[str, Any]) -> Event:
    """The stream's record of a new order."""
    change = {
        "Keys": {"order_id": item["order_id"]},
        "NewImage": dict(item),
        "SequenceNumber": "1",
        "SizeBytes": 600,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    record = {
        "eventID": "1",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": change,
        "eventSourceARN": "arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/1",
    }
    return {"Records": [record]}


def envelope(topic: str, payload: object, at: datetime | None = None) -> str:
    """The bridge's envelope around a message of the exchange."""
    received_at = (at or datetime.now(UTC)).isoformat()
    body = {"v": 1, "topic": topic, "payload": json.dumps(payload), "received_at": received_at}
    return json.dumps(body)


def request(request_id: str, group_id: str = GROUP) -> str:
    """A purchase request as the broker sends it to everyone."""
    return envelope(
        "stocks/request",
        {
            "request_id": request_id,
            "group_id": group_id,
            "symbol": "AAPL",
            "datetime": "2026-03-04T15:00:00.123Z",
            "deposit_token": "",
            "quantity": 2.5,
            "seller": 0,
        },
    )


def validation(request_id: str, *, valid: bool = True, group_id: int = int(GROUP)) -> str:
    """The exchange's answer to a request."""
    return envelope(
        "stocks/validation",
        {"request_id": request_id, "group_id": group_id, "seller": 0, "valid": valid},
    )


def prices(companies: int, at: datetime, price: str = "190.25") -> str:
    """A batch of prices, one of each company."""
    stocks = [
        f'{{"symbol":"{symbol(number)}","shortName":"Company number {number}, Inc.",'
        f'"price":{price},"currency":"USD","source":"Nasdaq Real Time Price"}}'
        for number in range(companies)
    ]
    payload = {
        "stocks": f"[{','.join(stocks)}]",
        "stocks_id": "3f0f6f0e-1c1a-4f6a-9c0e-8a3c9d1d5d5b",
        "datetime": at.isoformat(),
    }
    return envelope("stocks/info", payload, at)


def symbol(number: int) -> str:
    """Symbol of a company; the first is AAPL."""
    return "AAPL" if number == 0 else f"SYM{number:03d}"
