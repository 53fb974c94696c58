"""The account of the token."""

from aws_lambda_powertools.event_handler import Response
from msgspec import UNSET, Struct, UnsetType

from lambdas.api.requests import Request
from lambdas.api.responses import json_response
from lambdas.api.routing import Route, table
from lambdas.api.schemas import Amount, Decimals
from lambdas.domain import money
from lambdas.names import Setting


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may ask for at most, and how old a price may be to trade on it."""

    max_deposit: Amount
    max_quantity: Decimals
    max_price_age_s: int


class Me(Struct, frozen=True, kw_only=True):
    """The account of the token. `email` is present only if the token has it."""

    account_id: str
    email: str | UnsetType = UNSET
    group_id: str
    currency: str
    limits: Limits


@table.add(Route("GET", "/me", "The account of the token, and its limits", Me))
def get_me(request: Request) -> Response[str]:
    """Reads nothing but the token and the settings."""
    config = request.deps.config
    email = request.claims.get("email")
    limits = Limits(
        max_deposit=money.major(config.integer(Setting.MAX_DEPOSIT_MINOR)),
        max_quantity=money.plain(money.MAX_QUANTITY),
        max_price_age_s=int(config.policy.max_price_age.total_seconds()),
    )
    body = Me(
        account_id=request.account_id,
        email=email if isinstance(email, str) else UNSET,
        group_id=config.group_id,
        currency=config.text(Setting.CURRENCY),
        limits=limits,
    )
    return json_response(body)
