"""The account of the token, and its settings."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar

import msgspec
from aws_lambda_powertools.event_handler import Response
from msgspec import UNSET, Meta, Raw, Struct, UnsetType, field

from lambdas.api.requests import Faults, Request, decode_body, invalid, is_given
from lambdas.api.responses import json_response
from lambdas.api.routing import Route, table
from lambdas.api.schemas import Amount, Decimals
from lambdas.domain import money
from lambdas.domain.deposits import DepositMethod
from lambdas.domain.errors import Fault, InvalidInput
from lambdas.domain.market import parse_symbol
from lambdas.domain.profile import MAX_FAVOURITES, Language, Profile, Theme
from lambdas.names import Setting
from lambdas.services.profile import change_profile


class Limits(Struct, frozen=True, kw_only=True):
    """What one request may ask for at most, and how old a price may be to trade on it."""

    max_deposit: Amount
    max_quantity: Decimals
    max_price_age_s: int


class Mails(Struct, frozen=True, kw_only=True):
    """Which mails the account wants."""

    orders: bool


class Settings(Struct, frozen=True, kw_only=True):
    """What the account has chosen. A null language or theme leaves the choice to the device."""

    favourites: list[str]
    language: Literal["es", "en"] | None
    theme: Literal["light", "dark"] | None
    mails: Mails

    @classmethod
    def from_profile(cls, profile: Profile) -> Self:
        """The settings of an account."""
        return cls(
            favourites=list(profile.favourites),
            language=None if profile.language is None else profile.language.value,
            theme=None if profile.theme is None else profile.theme.value,
            mails=Mails(orders=profile.mails_on_orders),
        )


class Me(Struct, frozen=True, kw_only=True):
    """The account of the token. `email` is present only if the token has it.

    `market_zone` is the time zone of the market's days; `deposit_methods` are the ways in which
    money can be put in.
    """

    account_id: str
    email: str | UnsetType = UNSET
    group_id: str
    currency: str
    market_zone: str
    deposit_methods: list[str]
    limits: Limits
    settings: Settings


_SETTINGS_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "favourites": {
            "type": "array",
            "maxItems": MAX_FAVOURITES,
            "items": {
                "type": "string",
                "pattern": r"^\s*[A-Za-z0-9^][A-Za-z0-9.^=-]{0,15}\s*$",
            },
        },
        "language": {"anyOf": [{"enum": list(Language)}, {"type": "null"}]},
        "theme": {"anyOf": [{"enum": list(Theme)}, {"type": "null"}]},
        "mails": {
            "type": "object",
            "properties": {"orders": {"type": "boolean"}},
            "required": ["orders"],
        },
    },
}


class MeChange(Struct, frozen=True, kw_only=True):
    """Settings to change: each field that is given is replaced whole, the others stay."""

    RULES: ClassVar[Mapping[str, Any]] = {"required": ["settings"]}
    EXAMPLE: ClassVar[Mapping[str, Any]] = {
        "settings": {"favourites": ["AAPL", "MSFT"], "language": "es"}
    }

    settings: Annotated[Raw, Meta(extra_json_schema=_SETTINGS_SCHEMA)] = field(default_factory=Raw)


class _SettingsIn(Struct, frozen=True, kw_only=True):
    favourites: Raw = field(default_factory=Raw)
    language: Raw = field(default_factory=Raw)
    theme: Raw = field(default_factory=Raw)
    mails: Raw = field(default_factory=Raw)


@table.add(Route("GET", "/me", "The account of the token, its limits and settings", Me))
def get_me(request: Request) -> Response[str]:
    """One read."""
    return json_response(_me(request, request.deps.profiles.get(request.account_id)))


@table.add(
    Route(
        "PATCH",
        "/me",
        "Change settings of the account",
        Me,
        errors=(409, 413, 422),
        body=MeChange,
    )
)
def update_me(request: Request) -> Response[str]:
    """One read and one write; no write where nothing changes."""
    changes = parse_settings(request.body)
    profile = change_profile(
        request.deps.profiles, request.account_id, lambda profile: replace(profile, **changes)
    )
    return json_response(_me(request, profile))


def parse_settings(body: bytes) -> dict[str, Any]:
    """The fields of `Profile` that PATCH /me changes."""
    raw = decode_body(body, MeChange).settings
    if not is_given(raw):
        raise invalid("settings", "required", "It is required.")
    try:
        fields = msgspec.json.decode(raw, type=_SettingsIn)
    except (ValueError, RecursionError):
        raise invalid("settings", "not_an_object", "It must be an object.") from None
    faults = Faults()
    changes: dict[str, Any] = {}
    if bytes(fields.favourites):
        changes["favourites"] = faults.collect(lambda: _favourites(fields.favourites))
    if bytes(fields.language):
        changes["language"] = faults.collect(lambda: _choice(fields.language, "language", Language))
    if bytes(fields.theme):
        changes["theme"] = faults.collect(lambda: _choice(fields.theme, "theme", Theme))
    if bytes(fields.mails):
        changes["mails_on_orders"] = faults.collect(lambda: _mails(fields.mails).orders)
    faults.check()
    return changes


def _favourites(raw: Raw) -> tuple[str, ...]:
    name = "settings.favourites"
    try:
        texts = msgspec.json.decode(raw, type=list[str])
    except (ValueError, RecursionError):
        raise invalid(name, "not_a_list", "It must be a list of symbols.") from None
    if len(texts) > MAX_FAVOURITES:
        raise invalid(name, "too_many", f"At most {MAX_FAVOURITES} companies are kept.")
    symbols = [parse_symbol(text) for text in texts]
    wrong = [
        Fault(field=f"{name}[{at}]", code="not_a_symbol", message="It must be a company's symbol.")
        for at, symbol in enumerate(symbols)
        if symbol is None
    ]
    if wrong:
        raise InvalidInput(*wrong)
    return tuple(dict.fromkeys(symbol for symbol in symbols if symbol is not None))


E = TypeVar("E", bound=StrEnum)


def _choice(raw: Raw, name: str, choices: type[E]) -> E | None:
    if bytes(raw) == b"null":
        return None
    try:
        return msgspec.json.decode(raw, type=choices)
    except (ValueError, RecursionError):
        text = " or ".join([*(choice.value for choice in choices), "null"])
        raise invalid(f"settings.{name}", "not_a_choice", f"It must be {text}.") from None


def _mails(raw: Raw) -> Mails:
    try:
        return msgspec.json.decode(raw, type=Mails)
    except (ValueError, RecursionError):
        message = "It must be an object with `orders`, true or false."
        raise invalid("settings.mails", "not_mails", message) from None


def _me(request: Request, profile: Profile) -> Me:
    config = request.deps.config
    email = request.claims.get("email")
    limits = Limits(
        max_deposit=money.major(config.integer(Setting.MAX_DEPOSIT_MINOR)),
        max_quantity=money.plain(money.MAX_QUANTITY),
        max_price_age_s=int(config.policy.max_price_age.total_seconds()),
    )
    return Me(
        account_id=request.account_id,
        email=email if isinstance(email, str) else UNSET,
        group_id=config.group_id,
        currency=config.text(Setting.CURRENCY),
        market_zone=config.text(Setting.MARKET_ZONE),
        deposit_methods=[DepositMethod.DEMO.value],  # no route starts a card payment yet
        limits=limits,
        settings=Settings.from_profile(profile),
    )
