"""Tables, their keys and indexes, and their protection."""

import pytest

from lambdas.names import NUMBER_KEYS, TABLE_KEYS, Table
from tests.infra.templates import Json, Synthesized

INDEXES = {
    Table.ORDERS: {
        "by_account": (("account_id", "created_at"), "KEYS_ONLY", frozenset()),
        "open": (("open_shard", "next_attempt_at"), "INCLUDE", frozenset({"created_at"})),
    },
    Table.DEPOSITS: {
        "by_page": (("token", "created_at"), "KEYS_ONLY", frozenset()),
        "pending": (("pending_shard", "next_check_at"), "INCLUDE", frozenset({"created_at"})),
    },
    Table.ACTIVITY: {
        "by_symbol": (("symbol", "validated_at"), "ALL", frozenset()),
        "by_day": (("day", "validated_at"), "ALL", frozenset()),
    },
    Table.JOBS: {
        "by_account": (("account_id", "created_at"), "KEYS_ONLY", frozenset()),
        "open": (("open", "next_check_at"), "KEYS_ONLY", frozenset()),
    },
    Table.CONNECTIONS: {
        "by_shard": (("shard", "connection_id"), "KEYS_ONLY", frozenset()),
    },
}
"""Keys, projection, and further attributes, as documented in `lambdas.names`."""


def table(stage: Synthesized, name: Table) -> Json:
    tables = stage.resources("data", "AWS::DynamoDB::GlobalTable")
    (found,) = (t for n, t in tables.items() if n.startswith(f"{name.value.capitalize()}Table"))
    return found


def keys(schema: list[Json]) -> tuple[str, str | None]:
    by_kind = {key["KeyType"]: key["AttributeName"] for key in schema}
    return by_kind["HASH"], by_kind.get("RANGE")


@pytest.mark.parametrize("name", Table)
def test_a_table_has_its_keys_and_only_the_number_of_a_posting_is_numeric(
    local: Synthesized, name: Table
) -> None:
    made = table(local, name)
    assert keys(made["KeySchema"]) == TABLE_KEYS[name]
    types = {item["AttributeName"]: item["AttributeType"] for item in made["AttributeDefinitions"]}
    assert types == {key: "N" if key in NUMBER_KEYS else "S" for key in types}
    assert ("N" in types.values()) == (name is Table.POSTINGS)
    assert made["BillingMode"] == "PAY_PER_REQUEST"


def described(index: Json) -> tuple[tuple[str, str | None], str, frozenset[str]]:
    projection = index["Projection"]
    extra = frozenset(projection.get("NonKeyAttributes", []))
    return keys(index["KeySchema"]), projection["ProjectionType"], extra


@pytest.mark.parametrize("name", Table)
def test_a_table_has_its_documented_indexes(local: Synthesized, name: Table) -> None:
    made = table(local, name)
    assert "LocalSecondaryIndexes" not in made
    listed = made.get("GlobalSecondaryIndexes", [])
    assert {index["IndexName"]: described(index) for index in listed} == INDEXES.get(name, {})


def test_the_streams_show_both_images_and_no_other_table_has_one(local: Synthesized) -> None:
    for name in Table:
        view = table(local, name).get("StreamSpecification")
        streamed = (Table.ORDERS, Table.ACCOUNTS, Table.DEPOSITS)
        assert view == ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if name in streamed else None)


@pytest.mark.parametrize("name", Table)
def test_tables_of_a_protected_stage_have_point_in_time_recovery_and_cannot_be_deleted(
    prod: Synthesized, dev: Synthesized, name: Table
) -> None:
    for stage, protected in ((prod, True), (dev, False)):
        (replica,) = table(stage, name)["Replicas"]
        assert replica["DeletionProtectionEnabled"] is protected
        recovery = replica["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": protected}


def test_dynamodb_deletes_old_tickets_and_connections_and_nothing_else(local: Synthesized) -> None:
    for name in Table:
        expires = table(local, name).get("TimeToLiveSpecification")
        if name in (Table.TICKETS, Table.CONNECTIONS):
            assert expires == {"AttributeName": "expires_at_s", "Enabled": True}
        else:
            assert expires is None
