"""Which settings each function gets: only those that it reads."""

from collections.abc import Mapping
from typing import Final

from cdk.stacks.rights import RIGHTS
from cdk.stage import Stage
from lambdas.names import Function, Setting, Table

POLICY: Final = (
    Setting.MAX_PRICE_AGE_S,
    Setting.OVERDUE_AFTER_S,
    Setting.ASK_AGAIN,
    Setting.FIRST_ASK_AFTER_S,
    Setting.LONGEST_ASK_INTERVAL_S,
)
"""The rules of an order's life, which placing and sweeping share."""

OWN: Final[dict[Function, tuple[Setting, ...]]] = {
    Function.API: (
        Setting.GROUP_ID,
        Setting.CURRENCY,
        Setting.MAX_DEPOSIT_MINOR,
        Setting.LINK_SILENT_AFTER_S,
        *POLICY,
    ),
    Function.PRICES: (Setting.CURRENCY,),
    Function.REQUESTS: (Setting.GROUP_ID,),
    Function.VALIDATIONS: (Setting.GROUP_ID,),
    Function.RELAY: (Setting.GROUP_ID, Setting.FIRST_ASK_AFTER_S),
    Function.SWEEP: POLICY,
    Function.JOBS: (),
    Function.MASTER: (Setting.CURRENCY,),
    Function.WORKER: (),
}
"""Beside STAGE, the names of the tables it has rights on, its queues, and the workflow."""


def settings_of(
    function: Function, stage: Stage, table_names: Mapping[Table, str]
) -> dict[Setting, str]:
    """The stage's values for that function, and the names of its tables."""
    values = _values(stage)
    own = {setting: values[setting] for setting in OWN[function]}
    tables = {Setting(f"{table.name}_TABLE"): table_names[table] for table in RIGHTS[function]}
    return own | tables


def _values(stage: Stage) -> dict[Setting, str]:
    return {
        Setting.GROUP_ID: stage.group_id,
        Setting.CURRENCY: stage.currency,
        Setting.MAX_PRICE_AGE_S: str(stage.max_price_age_s),
        Setting.MAX_DEPOSIT_MINOR: str(stage.max_deposit_minor),
        Setting.OVERDUE_AFTER_S: str(stage.overdue_after_s),
        Setting.ASK_AGAIN: "on" if stage.ask_again else "off",
        Setting.FIRST_ASK_AFTER_S: str(stage.first_ask_after_s),
        Setting.LONGEST_ASK_INTERVAL_S: str(stage.longest_ask_interval_s),
        Setting.LINK_SILENT_AFTER_S: str(stage.link_silent_after_s),
    }
