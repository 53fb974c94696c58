"""Every difference between the stages, in one frozen dataclass.

What an operator decides for a stage on AWS (broker, group, address, options) is in `stages.toml`.
The only file of `cdk` that reads the environment: the local cloud's endpoint, another settings
file, and the account and region that the CDK's command line deploys to. It does not import the CDK,
so that other packages can read a stage without loading it.
"""

import os
import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

SETTINGS: Final = Path(__file__).with_name("stages.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Names of the exchange's MQTT topics."""

    info: str = "stocks/info"
    request: str = "stocks/request"
    validation: str = "stocks/validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Settings of one deployment of the system."""

    name: str
    group_id: str
    """In any notation: the functions compare group ids in one form (`lambdas.config`)."""

    currency: str = "USD"
    market_zone: str = "America/New_York"
    """IANA name of the time zone whose midnights part the market's days."""

    home_zone: str = "America/Santiago"
    """Time zone of most customers, the second one on receipts (IANA)."""

    topics: Topics = Topics()
    mqtt_url: str
    """The exchange's broker, without credentials: those are in the bridge's secret."""

    max_price_age_s: int = 3600
    max_deposit_minor: int = 100_000_00
    overdue_after_s: int = 900
    retry_orders: bool = True
    first_retry_after_s: int = 120
    max_retry_interval_s: int = 3600
    link_silent_after_s: int = 900

    protected: bool = False
    """Keeps data when its stack is deleted: deletion protection and point-in-time recovery."""

    log_retention_days: int = 7
    alarm_email: str | None = None
    every_alarm: bool = False
    """Creates every alarm; otherwise only the vital ones, which the free tier covers (0021)."""

    cost_anomaly_usd: int | None = None
    """Smallest impact of a cost anomaly that is mailed to `alarm_email`. None creates no monitor:
    accounts without Cost Explorer, members of an organisation and some regions refuse it (0021).
    """

    fixed_address: bool = False
    """The bridge calls out from an Elastic IP address behind a NAT gateway (about 37 USD a month),
    for a broker that admits known addresses only. Otherwise its address changes with every task.
    """

    canary: bool = False
    """Runs the smoke test every five minutes, with an alarm (docs/deploy.md)."""

    copies_to: str | None = None
    """ARN of a backup vault in another account, to which accounts, orders and postings are copied
    every day. None copies nothing (0015).
    """

    form_hosts: tuple[str, ...] = ()
    """Origins, besides the site's own, to which pages may send forms."""

    gradual: bool = False
    """A new version of `api` and `validations` gets a tenth of the calls for five minutes, and is
    taken back when an alarm of theirs fires (0020).
    """

    queue_concurrency: int | None = 2
    """Concurrent executions that one queue may cause: a new account has 10 in all (0018). None sets
    no maximum: Lambda then polls an idle queue less than half as often (0018).
    """

    jobs_at_once: int = 2
    """Workflows that run at the same time; further jobs wait in their queue."""

    workers_per_job: int = 2
    """Concurrent workers of one workflow."""

    requests_per_s: int = 50
    requests_burst: int = 100

    snap_start: bool = False
    """Starts the API function from a snapshot instead of importing its code (docs/deploy.md says
    what this costs).
    """

    account: str | None = None
    region: str | None = None
    """AWS account and region, as the CDK's command line finds them from the credentials."""

    endpoint_url: str | None = None
    """The local cloud's endpoint; None on AWS."""

    tls_only: bool = True
    """Queues, topics and buckets refuse plain HTTP. The local cloud supports nothing else."""

    password_sign_in: bool = False
    """Allows sign-in with the plain password, which scripts use locally, beside SRP."""

    def __post_init__(self) -> None:
        if not self.group_id.strip():
            raise ValueError(
                "The group id is empty: set group_id in cdk/stage.py to the group's id."
            )

    @property
    def local(self) -> bool:
        """True for the stage that is deployed to the local cloud."""
        return self.endpoint_url is not None

    @classmethod
    def named(cls, name: str) -> Self:
        """The stage of that name. Raises ValueError for an unknown name, for a stage on AWS without
        a group or broker or with another stage's, and for `prod` without an operator's address.
        """
        match name:
            case "local":
                return cls(
                    name=name,
                    group_id="3",
                    mqtt_url="mqtt://127.0.0.1:1883",
                    every_alarm=True,
                    endpoint_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
                    tls_only=False,
                    password_sign_in=True,
                )
            case "dev" | "prod":
                settings = _operator_settings()
                _refuse_shared_group(settings)
                stage = replace(
                    cls._dev() if name == "dev" else cls._prod(),
                    account=os.environ.get("CDK_DEFAULT_ACCOUNT") or None,
                    region=os.environ.get("CDK_DEFAULT_REGION") or None,
                    **_checked(name, settings.get(name, {})),
                )
                if stage.protected and not stage.alarm_email:
                    raise ValueError(f"Stage {name} needs an operator: {_where('alarm_email')}")
                return stage
            case _:
                raise ValueError(f"There is no stage {name!r}; there are local, dev and prod.")

    @classmethod
    def _dev(cls) -> Self:
        return cls(name="dev", group_id="?", mqtt_url="", queue_concurrency=None)

    @classmethod
    def _prod(cls) -> Self:
        return cls(
            name="prod",
            group_id="?",
            mqtt_url="",
            protected=True,
            log_retention_days=90,
            every_alarm=True,
            queue_concurrency=50,
            jobs_at_once=20,
            workers_per_job=5,
            requests_per_s=500,
            requests_burst=1000,
            snap_start=True,
            gradual=True,
        )


_TYPES: Final[dict[str, type]] = {
    "group_id": str,
    "mqtt_url": str,
    "alarm_email": str,
    "cost_anomaly_usd": int,
    "fixed_address": bool,
    "canary": bool,
    "copies_to": str,
    "form_hosts": list,
}
"""Settings that `stages.toml` may hold, and their types."""


def _settings_file() -> Path:
    return Path(os.environ.get("STAGES_FILE") or SETTINGS)


def _operator_settings() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_settings_file().read_text())


def _where(setting: str) -> str:
    return f"set {setting} in {_settings_file().name}"


def _checked(stage: str, settings: dict[str, Any]) -> dict[str, Any]:
    """The stage's own settings. Raises ValueError for one that is unknown, missing or malformed."""
    for name, value in settings.items():
        if name not in _TYPES:
            raise ValueError(f"Stage {stage} has an unknown setting {name} in stages.toml.")
        if type(value) is not _TYPES[name]:
            raise ValueError(f"{name} of stage {stage} must be of the type {_TYPES[name].__name__}")
    for name in ("group_id", "mqtt_url"):
        if not settings.get(name, "").strip():
            raise ValueError(f"Stage {stage} needs its own {name}: {_where(name)}")
    if "@" in settings["mqtt_url"]:
        raise ValueError("mqtt_url must hold no credentials: they belong into the bridge's secret.")
    if settings.get("cost_anomaly_usd") is not None and not settings.get("alarm_email"):
        raise ValueError(f"A cost alarm of stage {stage} needs somebody: {_where('alarm_email')}")
    return settings | {"form_hosts": tuple(settings.get("form_hosts", ()))}


def _refuse_shared_group(settings: dict[str, dict[str, Any]]) -> None:
    """Raises ValueError if two stages trade as the same group at the same broker."""
    traders: dict[tuple[str, str], str] = {}
    for stage, own in settings.items():
        trader = (_group(str(own.get("group_id", ""))), _broker(str(own.get("mqtt_url", ""))))
        if trader in traders:
            raise ValueError(
                f"Stages {traders[trader]} and {stage} have the same broker and the same group: "
                "they would trade for each other. Give one of them another broker or group in "
                f"{_settings_file().name}"
            )
        traders[trader] = stage


def _group(group_id: str) -> str:
    """The group in one notation, as the functions compare it: 3, 03, 3.0 and " 3 " are one."""
    text = group_id.strip()
    try:
        number = Decimal(text)
        return str(int(number)) if number == int(number) else text
    except (InvalidOperation, OverflowError, ValueError):
        return text


def _broker(url: str) -> str:
    """The host: another scheme or port usually is another way to the same broker."""
    return urlsplit(url).hostname or url
