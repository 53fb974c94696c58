"""Settings of a function, read from its environment. The only reader of the environment."""

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Self
from zoneinfo import ZoneInfo

from lambdas.domain.activity import normalise_group_id
from lambdas.domain.orders import Policy
from lambdas.names import Canary, Setting, Table


class Config:
    """Reads each setting when it is asked for: a function has only the settings that it needs.

    Every method raises KeyError with the name of a missing setting.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    @classmethod
    def from_environment(cls) -> Self:
        """The settings of this process."""
        return cls(os.environ)

    @property
    def is_lambda(self) -> bool:
        """Whether this process is a Lambda function."""
        return "AWS_LAMBDA_FUNCTION_NAME" in self._environment

    @property
    def region(self) -> str:
        """AWS region."""
        return self._environment["AWS_REGION"]

    @property
    def table_names(self) -> dict[Table, str]:
        """Names of the tables that this function may use."""
        settings = {table: Setting(f"{table.name}_TABLE") for table in Table}
        return {
            table: self._environment[setting]
            for table, setting in settings.items()
            if setting in self._environment
        }

    @property
    def group_id(self) -> str:
        """Our group on the exchange, in the form in which messages are compared."""
        return normalise_group_id(self.text(Setting.GROUP_ID))

    @property
    def policy(self) -> Policy:
        """The stage's settings on orders."""
        return Policy(
            max_price_age=self.seconds(Setting.MAX_PRICE_AGE_S),
            first_retry_after=self.seconds(Setting.FIRST_RETRY_AFTER_S),
            max_retry_interval=self.seconds(Setting.MAX_RETRY_INTERVAL_S),
            overdue_after=self.seconds(Setting.OVERDUE_AFTER_S),
            retry_orders=self.text(Setting.RETRY_ORDERS) == "on",
        )

    @property
    def market_zone(self) -> ZoneInfo:
        """The time zone whose midnights part the market's days."""
        return ZoneInfo(self.text(Setting.MARKET_ZONE))

    @property
    def home_zone(self) -> ZoneInfo:
        """Time zone of most of our customers: the second one on documents."""
        return ZoneInfo(self.text(Setting.HOME_ZONE))

    def text(self, setting: Setting | Canary) -> str:
        """A setting as it is."""
        return self._environment[setting]

    def integer(self, setting: Setting) -> int:
        """A whole number."""
        return int(self._environment[setting])

    def seconds(self, setting: Setting) -> timedelta:
        """A number of seconds as a duration."""
        return timedelta(seconds=self.integer(setting))
