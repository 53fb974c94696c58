"""Tables and indexes as the functions' models see them, and what protects them."""

import pytest

from lambdas.adapters.tables import MODELS
from lambdas.names import TABLE_KEYS, Table
from tests.infra.templates import Json, Synthesized

PROJECTIONS = {
    "AllProjection": "ALL",
    "KeysOnlyProjection": "KEYS_ONLY",
    "IncludeProjection": "INCLUDE",
}


def table(stage: Synthesized, name: Table) -> Json:
    tables = stage.resources("data", "AWS::DynamoDB::GlobalTable")
    (found,) = (t for n, t in tables.items() if n.startswith(f"{name.value.capitalize()}Table"))
    return found


def keys(schema: list[Json]) -> tuple[str, str | None]:
    by_kind = {key["KeyType"]: key["AttributeName"] for key in schema}
    return by_kind["HASH"], by_kind.get("RANGE")


@pytest.mark.parametrize("name", Table)
def test_a_table_has_the_keys_of_its_name_and_all_are_strings(
    local: Synthesized, name: Table
) -> None:
    made = table(local, name)
    assert keys(made["KeySchema"]) == TABLE_KEYS[name]
    assert {attribute["AttributeType"] for attribute in made["AttributeDefinitions"]} == {"S"}
    assert made["BillingMode"] == "PAY_PER_REQUEST"


def described(index: Json) -> tuple[tuple[str, str | None], str, frozenset[str]]:
    projection = index["Projection"]
    extra = frozenset(projection.get("NonKeyAttributes", []))
    return keys(index["KeySchema"]), projection["ProjectionType"], extra


@pytest.mark.parametrize("name", Table)
def test_a_table_has_the_indexes_that_its_model_asks_for(local: Synthesized, name: Table) -> None:
    made = table(local, name)
    found = {
        index["IndexName"]: (kind, described(index))
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for index in made.get(kind, [])
    }
    expected = {}
    for index in MODELS[name]._indexes.values():
        schema = index._get_schema()
        kind = (
            "LocalSecondaryIndexes"
            if "Local" in type(index).__mro__[1].__name__
            else "GlobalSecondaryIndexes"
        )
        projection = schema["projection"]
        expected[schema["index_name"]] = (
            kind,
            (
                keys(schema["key_schema"]),
                projection["ProjectionType"],
                frozenset(projection.get("NonKeyAttributes", [])),
            ),
        )
    assert found == expected


def test_the_orders_stream_shows_both_images_and_no_other_table_has_one(local: Synthesized) -> None:
    for name in Table:
        view = table(local, name).get("StreamSpecification")
        assert view == ({"StreamViewType": "NEW_AND_OLD_IMAGES"} if name is Table.ORDERS else None)


@pytest.mark.parametrize("name", Table)
def test_tables_of_a_protected_stage_can_be_taken_back_and_not_deleted(
    prod: Synthesized, dev: Synthesized, name: Table
) -> None:
    for stage, protected in ((prod, True), (dev, False)):
        (replica,) = table(stage, name)["Replicas"]
        assert replica["DeletionProtectionEnabled"] is protected
        recovery = replica["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": protected}
