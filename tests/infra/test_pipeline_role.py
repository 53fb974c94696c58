"""Who may assume the pipeline's role: jobs of one repository, by its immutable numbers."""

from typing import Any

from cfnlint.decode import cfn_yaml

from tests.infra.conftest import ROOT

SUBJECT = "token.actions.githubusercontent.com:sub"


def template() -> Any:
    return cfn_yaml.load(str(ROOT / "cdk" / "pipeline_role.yaml"))


def subjects() -> Any:
    role = template()["Resources"]["Role"]["Properties"]
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert list(statement["Condition"]) == ["StringEquals"]  # no pattern
    return statement["Condition"]["StringEquals"][SUBJECT]


def test_the_subject_of_repositories_since_july_2026_is_trusted() -> None:
    with_numbers, _ = subjects()
    expected = "repo:${Owner}@${OwnerId}/${Name}@${RepositoryId}:environment:${Stage}"
    assert with_numbers == {"Fn::Sub": expected}


def test_the_subject_without_numbers_is_trusted_only_where_asked() -> None:
    _, (kind, value) = subjects()[0], next(iter(subjects()[1].items()))
    assert kind == "Fn::If"
    condition, then, otherwise = value
    assert then == {"Fn::Sub": "repo:${Owner}/${Name}:environment:${Stage}"}
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert template()["Conditions"][condition] == {
        "Fn::Equals": [{"Ref": "SubjectWithoutIds"}, "yes"]
    }
    assert template()["Parameters"]["SubjectWithoutIds"]["Default"] == "no"


def test_the_numbers_must_be_given() -> None:
    for name in ("OwnerId", "RepositoryId"):
        assert "Default" not in template()["Parameters"][name]
        assert template()["Parameters"][name]["AllowedPattern"] == "^[1-9][0-9]*$"
