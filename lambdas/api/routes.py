"""All routes of the HTTP API: importing this module registers them, in the OpenAPI file's order."""

from lambdas.api import (
    account,
    jobs,
    live,
    market,
    orders,
    portfolio,
    receipts,
    service,
    wallet,
)
from lambdas.api.routing import table

__all__ = [
    "account",
    "jobs",
    "live",
    "market",
    "orders",
    "portfolio",
    "receipts",
    "service",
    "table",
    "wallet",
]
