"""Every difference between the stages, in one frozen dataclass.

The only file of `cdk` that reads the environment: the local cloud's endpoint, the broker and the
operator of a stage on AWS, and the account and region that the CDK's command line deploys to. It
does not import the CDK, so that other packages can read a stage without loading it.
"""

import os
from dataclasses import dataclass
from typing import Self


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
    group_id: str = "3"
    """In any notation: the functions compare group ids in one form (`lambdas.config`)."""

    currency: str = "USD"
    market_zone: str = "America/New_York"
    """IANA name of the time zone whose midnights part the market's days."""

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

    cost_anomaly_usd: int = 5
    """Smallest impact of a cost anomaly that is reported."""

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
        a broker, and for `prod` without an operator's address.
        """
        match name:
            case "local":
                return cls(
                    name=name,
                    mqtt_url="mqtt://127.0.0.1:1883",
                    every_alarm=True,
                    endpoint_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
                    tls_only=False,
                    password_sign_in=True,
                )
            case "dev":
                return cls(
                    name=name,
                    mqtt_url=_broker_url(name),
                    queue_concurrency=None,
                    alarm_email=_optional("ALARM_EMAIL"),
                    account=_optional("CDK_DEFAULT_ACCOUNT"),
                    region=_optional("CDK_DEFAULT_REGION"),
                )
            case "prod":
                return cls(
                    name=name,
                    mqtt_url=_broker_url(name),
                    alarm_email=_operator_address(name),
                    account=_optional("CDK_DEFAULT_ACCOUNT"),
                    region=_optional("CDK_DEFAULT_REGION"),
                    protected=True,
                    log_retention_days=90,
                    every_alarm=True,
                    cost_anomaly_usd=50,
                    queue_concurrency=50,
                    jobs_at_once=20,
                    workers_per_job=5,
                    requests_per_s=500,
                    requests_burst=1000,
                    snap_start=True,
                )
            case _:
                raise ValueError(f"There is no stage {name!r}; there are local, dev and prod.")


def _broker_url(stage_name: str) -> str:
    url = os.environ.get("MQTT_URL", "")
    if not url:
        raise ValueError(
            f"Stage {stage_name} needs the exchange's broker: set MQTT_URL=mqtts://HOST:PORT"
        )
    if "@" in url:
        raise ValueError("MQTT_URL must hold no credentials: they belong into the bridge's secret.")
    return url


def _operator_address(stage_name: str) -> str:
    address = _optional("ALARM_EMAIL")
    if address is None:
        raise ValueError(f"Stage {stage_name} needs an operator: set ALARM_EMAIL=NAME@HOST")
    return address


def _optional(variable: str) -> str | None:
    return os.environ.get(variable) or None
