"""What a deployment would do to the last release: a table or the user pool must not be lost."""

import copy
from pathlib import Path

import pytest

from cdk.verify.replacement import (
    TABLE,
    USER_POOL,
    Effect,
    Release,
    changes,
    check_leftovers,
    check_replacement,
    compare,
    read_release,
    release_of,
    release_path,
    write_release,
)
from cdk.verify.report import CheckResult
from tests.infra.templates import Json, Synthesized
from tests.infra.verify.plant import plant

DATA = "fintech-prod-data"


@pytest.fixture
def before(prod: Synthesized) -> Release:
    return release_of(prod.subject)


@pytest.fixture
def now(before: Release) -> Release:
    """The same, to be changed."""
    return copy.deepcopy(before)


def resource(side: Release, kind: str, name: str = "", stack: str = DATA) -> tuple[str, Json]:
    """The only one of that type whose logical id begins so: its id and itself."""
    ((logical_id, found),) = (
        (key, value)
        for key, value in side[stack].items()
        if value["Type"] == kind and key.startswith(name)
    )
    return logical_id, found


def what(checked: CheckResult) -> str:
    return " ".join(finding.problem for finding in checked.findings)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_stage_loses_nothing_of_its_last_release(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    checked = check_replacement(stage.subject)
    assert checked.findings == ()
    was_released = bool(read_release(release_path(name)))
    assert ("no release" not in checked.scope) == was_released


def test_a_recorded_release_is_what_the_stage_is_compared_with(
    before: Release, prod: Synthesized, tmp_path: Path
) -> None:
    write_release(before, release_path("prod", tmp_path))
    unchanged = check_replacement(prod.subject, tmp_path)
    assert unchanged.passed
    assert unchanged.scope.endswith("released resources, no change")
    logical_id, _ = resource(before, TABLE, "Postings")
    before[DATA]["Renamed"] = before[DATA].pop(logical_id)
    write_release(before, release_path("prod", tmp_path))
    assert f"the {TABLE} would be removed" in what(check_replacement(prod.subject, tmp_path))


def test_a_stage_without_a_recorded_release_passes_and_says_so(
    prod: Synthesized, tmp_path: Path
) -> None:
    checked = check_replacement(prod.subject, tmp_path)
    assert checked.passed
    assert "no release" in checked.scope


def test_a_release_is_read_as_it_was_written(before: Release, tmp_path: Path) -> None:
    path = release_path("prod", tmp_path)
    write_release(before, path)
    assert read_release(path) == before
    resources = sum(map(len, before.values()))
    assert len(path.read_text().splitlines()) == resources + 2 * len(before) + 2
    assert not list(changes(before, read_release(path)))


def test_a_release_holds_no_asset_hash_and_no_account(before: Release, prod: Synthesized) -> None:
    text = str(before)
    assert "'S3Key': 'asset.zip'" in text
    assert str(prod.stage.account) not in text


@pytest.mark.parametrize(
    ("changed", "fate"),
    [
        ({"TableName": "accounts"}, Effect.REPLACED),
        ({"KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}]}, Effect.PERHAPS_REPLACED),
        ({"LocalSecondaryIndexes": [{"IndexName": "x"}]}, Effect.PERHAPS_REPLACED),
    ],
)
def test_a_table_that_would_be_replaced_is_found(
    before: Release, now: Release, changed: Json, fate: Effect
) -> None:
    _, table = resource(now, TABLE, "Accounts")
    table["Properties"].update(changed)
    assert f"the {TABLE} would be {fate}" in what(compare(before, now))


@pytest.mark.parametrize(("kind", "name"), [(TABLE, "Orders"), (USER_POOL, "UserPool")])
def test_a_removed_or_renamed_table_or_user_pool_is_found(
    before: Release, now: Release, kind: str, name: str
) -> None:
    logical_id, found = resource(now, kind, name)
    del now[DATA][logical_id]
    now[DATA]["Renamed"] = found
    assert what(compare(before, now)) == f"the {kind} would be removed: gone"


def test_a_user_pool_keeps_its_sign_in_attributes(before: Release, now: Release) -> None:
    _, pool = resource(now, USER_POOL)
    pool["Properties"]["UsernameAttributes"] = ["phone_number"]
    assert "UsernameAttributes cannot change" in what(compare(before, now))


def index(name: str) -> Json:
    return {"IndexName": name, "KeySchema": [], "Projection": {"ProjectionType": "ALL"}}


def test_a_table_gets_one_index_at_a_time(before: Release, now: Release) -> None:
    _, table = resource(now, TABLE, "Orders")
    table["Properties"]["GlobalSecondaryIndexes"].append(index("first"))
    assert compare(before, now).passed
    table["Properties"]["GlobalSecondaryIndexes"].append(index("second"))
    assert "2 indexes change at once: first, second" in what(compare(before, now))


def test_an_index_does_not_change_under_its_old_name(before: Release, now: Release) -> None:
    _, table = resource(now, TABLE, "Orders")
    changed = table["Properties"]["GlobalSecondaryIndexes"][0]
    changed["Projection"] = {"ProjectionType": "ALL"}
    assert f"the index {changed['IndexName']} would change" in what(compare(before, now))


def test_a_resource_without_data_may_be_replaced_and_is_noted(
    before: Release, now: Release
) -> None:
    backend = "fintech-prod-backend"
    logical_id, queue = resource(now, "AWS::SQS::Queue", "PricesMessagesQueue", backend)
    queue["Properties"]["QueueName"] = "prices"
    checked = compare(before, now)
    assert checked.passed
    told = " ".join(checked.notes)
    assert f"replaced: AWS::SQS::Queue {backend}/{logical_id} (QueueName)" in told


def test_what_refers_to_a_replaced_resource_in_a_fixed_property_is_replaced_too(
    before: Release, now: Release
) -> None:
    bridge = "fintech-prod-bridge"
    vpc, found = resource(now, "AWS::EC2::VPC", stack=bridge)
    found["Properties"]["CidrBlock"] = "10.1.0.0/16"
    fates = {change.logical_id: change.effect for change in changes(before, now)}
    assert fates[vpc] is Effect.REPLACED
    subnets = [key for key, value in now[bridge].items() if value["Type"] == "AWS::EC2::Subnet"]
    assert {fates[subnet] for subnet in subnets} == {Effect.REPLACED}


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_what_outlives_its_stack_has_no_fixed_name(
    name: str, request: pytest.FixtureRequest
) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    checked = check_leftovers(stage.subject)
    assert checked.findings == ()
    assert (checked.scope.split()[0] != "0") == stage.stage.protected


def test_a_fixed_name_that_stays_is_found(prod: Synthesized) -> None:
    def change(resource: Json) -> None:
        resource["Properties"]["LogGroupName"] = "/fixed"

    (finding,) = check_leftovers(plant(prod.subject, "AWS::Logs::LogGroup", change)).findings
    assert "under the fixed LogGroupName /fixed" in finding.problem
