"""Settings from the environment, and the dependencies built from them."""

from datetime import timedelta

import pytest

from lambdas import bootstrap
from lambdas.bootstrap import Dependencies
from lambdas.config import Config
from lambdas.domain.orders import Policy
from lambdas.names import Setting, Table

SETTINGS = {
    "GROUP_ID": " 03 ",
    "MAX_PRICE_AGE_S": "3600",
    "FIRST_RETRY_AFTER_S": "120",
    "MAX_RETRY_INTERVAL_S": "3600",
    "OVERDUE_AFTER_S": "900",
    "RETRY_ORDERS": "on",
}


def test_the_policy_has_the_settings_on_orders() -> None:
    assert Config(SETTINGS).policy == Policy(
        max_price_age=timedelta(hours=1),
        first_retry_after=timedelta(minutes=2),
        max_retry_interval=timedelta(hours=1),
        overdue_after=timedelta(minutes=15),
        retry_orders=True,
    )
    assert not Config(SETTINGS | {"RETRY_ORDERS": "off"}).policy.retry_orders


def test_our_group_is_in_the_form_in_which_messages_are_compared() -> None:
    assert Config(SETTINGS).group_id == "3"


@pytest.mark.parametrize("setting", sorted(set(SETTINGS) - {"GROUP_ID"}))
def test_a_missing_setting_of_the_policy_names_itself(setting: str) -> None:
    with pytest.raises(KeyError, match=setting):
        _ = Config({name: value for name, value in SETTINGS.items() if name != setting}).policy


def test_any_missing_setting_names_itself() -> None:
    config = Config({})
    with pytest.raises(KeyError, match="GROUP_ID"):
        _ = config.group_id
    with pytest.raises(KeyError, match="AWS_REGION"):
        _ = config.region
    for setting in Setting:
        with pytest.raises(KeyError, match=setting):
            config.text(setting)
        with pytest.raises(KeyError, match=setting):
            config.seconds(setting)


def test_a_function_knows_the_names_of_its_own_tables_only() -> None:
    config = Config({"ORDERS_TABLE": "dev-orders", "PRICES_TABLE": "dev-prices"})
    assert config.table_names == {Table.ORDERS: "dev-orders", Table.PRICES: "dev-prices"}


def test_every_table_has_a_setting() -> None:
    settings = {Setting(f"{table.name}_TABLE"): f"dev-{table}" for table in Table}
    assert set(Config(settings).table_names) == set(Table)


def test_outside_of_lambda_nothing_is_built_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    made = bootstrap.dependencies("outbox")
    assert "outbox" not in vars(made)


def test_in_lambda_the_named_dependencies_are_built_during_initialisation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": "relay",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "OUTBOUND_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/outbound",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert vars(bootstrap.dependencies("outbox")).keys() >= {"outbox"}
    monkeypatch.delenv("OUTBOUND_QUEUE_URL")
    with pytest.raises(KeyError, match="OUTBOUND_QUEUE_URL"):
        bootstrap.dependencies("outbox")


def test_a_dependency_is_built_once() -> None:
    made = Dependencies(
        Config({"AWS_REGION": "us-east-1", "JOBS_QUEUE_URL": "https://queue.example/jobs"})
    )
    assert made.job_queue is made.job_queue


def test_the_clock_is_aware_and_in_utc() -> None:
    assert bootstrap.utc_now().utcoffset() == timedelta(0)
