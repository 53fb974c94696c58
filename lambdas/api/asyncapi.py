"""The AsyncAPI 3 file of the live connection, generated from the schemas. `make openapi` writes it.

No function imports this module; a test compares the committed file.
"""

import inspect
import json
import sys
from typing import Any, Final

import msgspec
from msgspec import Struct

from lambdas.api.live import MESSAGES, Ping
from lambdas.api.live_examples import EXAMPLES

_REF: Final = "#/components/schemas/{name}"
_ALL: Final[tuple[type[Struct], ...]] = (*MESSAGES, Ping)
_ABOUT: Final = """What changes, pushed to open clients. `POST /live/tickets` of the HTTP API gives
the address and a ticket, which opens one connection within a minute.

`data` is the same whole object as over HTTP. Messages may be lost, repeated, or come in another
order: a client never replaces a copy by one with a smaller `version` (`account_version` of the
wallet), reads again after it has connected, and when a heartbeat is ahead of what it knows. It
ignores types that it does not know. API Gateway closes every connection after two hours: connect
again before, with jitter."""


def document() -> dict[str, Any]:
    """The whole file."""
    sent = [message.__name__ for message in MESSAGES]
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "fintech-async, live", "version": "1.0.0", "description": _ABOUT},
        "defaultContentType": "application/json",
        "servers": {
            "live": {
                "host": "{api}.execute-api.{region}.amazonaws.com",
                "pathname": "/live",
                "protocol": "wss",
                "variables": {
                    "api": {"description": "Id of the API: `url` of the ticket has it."},
                    "region": {"default": "us-east-1"},
                },
                "security": [{"$ref": "#/components/securitySchemes/ticket"}],
            }
        },
        "channels": {
            "live": {
                "address": "/",
                "description": "Everything of one account, and the prices, on one connection.",
                "bindings": {
                    "ws": {
                        "query": {
                            "type": "object",
                            "required": ["ticket"],
                            "properties": {"ticket": {"type": "string"}},
                        }
                    }
                },
                "messages": {
                    name: {"$ref": f"#/components/messages/{name}"} for name in (*sent, "Ping")
                },
            }
        },
        "operations": {
            "push": _operation("send", "Told by the server.", sent),
            "ping": _operation("receive", "At most every five minutes.", ["Ping"]),
        },
        "components": {
            "messages": {message.__name__: _message(message) for message in _ALL},
            "schemas": _schemas(),
            "securitySchemes": {
                "ticket": {
                    "type": "httpApiKey",
                    "name": "ticket",
                    "in": "query",
                    "description": "Of `POST /live/tickets`; works once.",
                }
            },
        },
    }


def text() -> str:
    """The file as it is committed."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _operation(action: str, summary: str, messages: list[str]) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in messages],
    }


def _message(message: type[Struct]) -> dict[str, Any]:
    example = msgspec.json.decode(EXAMPLES[message])
    return {
        "name": example["type"],
        "summary": inspect.cleandoc(message.__doc__ or ""),
        "payload": {"$ref": _REF.format(name=message.__name__)},
        "examples": [{"payload": example}],
    }


def _schemas() -> dict[str, Any]:
    _, found = msgspec.json.schema_components(_ALL, ref_template=_REF)
    return {name: _tidy(schema) for name, schema in found.items()}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    tidy = {key: value for key, value in schema.items() if key != "title"}
    if "description" in tidy:
        tidy["description"] = inspect.cleandoc(tidy["description"])
    if "enum" in tidy:
        tidy["type"] = "string"
    return tidy


if __name__ == "__main__":
    sys.stdout.write(text())
