"""Every difference between the stages, in one frozen value.

The only file of `cdk` that reads the environment: where the local cloud listens, which broker and
which operator belong to a stage on AWS, and into which account and region the CDK's command line
deploys. Free of the CDK, so that others may read it at no cost.
"""

import os
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """Names of the exchange's topics."""

    info: str = "stocks/info"
    request: str = "stocks/request"
    validation: str = "stocks/validation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one deployment of the system is like."""

    name: str
    group_id: str = "3"
    currency: str = "USD"
    topics: Topics = Topics()
    mqtt_url: str
    """Of the exchange's broker, without credentials: those are in the bridge's secret."""

    max_price_age_s: int = 3600
    max_deposit_minor: int = 100_000_00
    overdue_after_s: int = 900
    ask_again: bool = True
    first_ask_after_s: int = 120
    longest_ask_interval_s: int = 3600
    link_silent_after_s: int = 900
    seen_after_s: int = 5
    """How long requests that come back wait: nearly every order is answered by then, and one that
    is need not be written as SENT (0122).
    """

    protected: bool = False
    """Whether data outlives its stack: no deletion, recovery to any moment of the last weeks."""

    log_retention_days: int = 7
    alarm_email: str | None = None
    every_alarm: bool = False
    """Or only the ten that are free (0101)."""

    cost_anomaly_usd: int = 5
    """What an unusual cost must come to before it is told."""

    queue_concurrency: int | None = 2
    """Copies of a function that one queue may keep busy: a new account has 10 in all (0014). None
    for no bound: then Lambda asks an idle queue less than half as often (0127).
    """

    jobs_at_once: int = 2
    """Workflows that run at the same time; all others wait in their queue."""

    workers_per_job: int = 2
    """Of one workflow at the same time: no more than both multiplied of all."""

    requests_per_s: int = 50
    requests_burst: int = 100

    account: str | None = None
    region: str | None = None
    """Where on AWS, as the CDK's command line learns it from the credentials."""

    endpoint_url: str | None = None
    """Of the local cloud; None on AWS."""

    tls_only: bool = True
    """Whether queues, topics and buckets refuse plain HTTP; the local cloud speaks nothing else."""

    password_sign_in: bool = False
    """Whether scripts may sign in with the bare password (on a laptop), not only with SRP."""

    @property
    def local(self) -> bool:
        """Whether this is the cloud on a laptop."""
        return self.endpoint_url is not None

    @classmethod
    def named(cls, name: str) -> Self:
        """The stage of that name. Raises ValueError for an unknown one, for one on AWS without a
        broker, and for `prod` without an operator.
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
                    mqtt_url=_broker(name),
                    queue_concurrency=None,
                    alarm_email=_optional("ALARM_EMAIL"),
                    account=_optional("CDK_DEFAULT_ACCOUNT"),
                    region=_optional("CDK_DEFAULT_REGION"),
                )
            case "prod":
                return cls(
                    name=name,
                    mqtt_url=_broker(name),
                    alarm_email=_operator(name),
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
                )
            case _:
                raise ValueError(f"There is no stage {name!r}; there are local, dev and prod.")


def _broker(name: str) -> str:
    url = os.environ.get("MQTT_URL", "")
    if not url:
        raise ValueError(
            f"Stage {name} needs the exchange's broker: set MQTT_URL=mqtts://HOST:PORT"
        )
    if "@" in url:
        raise ValueError("MQTT_URL must hold no credentials: they belong into the bridge's secret.")
    return url


def _operator(name: str) -> str:
    """A stage of real money without anybody who hears of its troubles is none."""
    address = _optional("ALARM_EMAIL")
    if address is None:
        raise ValueError(f"Stage {name} needs an operator: set ALARM_EMAIL=NAME@HOST")
    return address


def _optional(variable: str) -> str | None:
    return os.environ.get(variable) or None
