"""Alarms of each stage, how they treat missing data, and their sections of the runbook."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from cdk.build import Assets
from lambdas.names import Function, Queue
from tests.infra.conftest import ROOT, synthesize
from tests.infra.templates import Json, Synthesized, as_list

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
SECTIONS = re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)

FREE_ALARMS = 10
FREE_DASHBOARD_METRICS = 50


def alarms(stage: Synthesized) -> dict[str, Json]:
    """By name, without the stage."""
    made = [
        alarm
        for stack in ("backend", "canary")
        for alarm in stage.resources(stack, "AWS::CloudWatch::Alarm").values()
    ]
    prefix = f"fintech-{stage.stage.name}-"
    return {alarm["AlarmName"].removeprefix(prefix): alarm for alarm in made}


def section_of(description: str) -> str:
    """Section of the runbook that an alarm's description refers to."""
    found = re.fullmatch(r"[A-Z].+\. What to do: docs/runbook\.md#([a-z-]+)", description)
    assert found, description
    return found[1]


def kinds(stage: Synthesized) -> set[str]:
    subscriptions = stage.resources("cost", "AWS::CE::AnomalySubscription").values()
    prefix = f"fintech-{stage.stage.name}-"
    return {section_of(alarm["AlarmDescription"]) for alarm in alarms(stage).values()} | {
        made["SubscriptionName"].removeprefix(prefix) for made in subscriptions
    }


def test_every_alarm_has_its_section_and_every_section_its_alarm(full: Synthesized) -> None:
    assert Counter(SECTIONS) == Counter(kinds(full))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_says_what_it_means_what_to_look_at_and_what_to_do(section: str) -> None:
    text = RUNBOOK.split(f"\n## {section}\n")[1].split("\n## ")[0]
    for part in ("**Means.**", "**Look at.**", "**Do.**", "```console\n$ make "):
        assert part in text


def test_an_alarms_name_begins_with_its_section(prod: Synthesized) -> None:
    for name, alarm in alarms(prod).items():
        assert name.startswith(section_of(alarm["AlarmDescription"]))


def test_prod_has_alarms_for_every_queue_and_every_function(prod: Synthesized) -> None:
    queues = {queue.value for queue in Queue}
    expected = (
        {f"{kind}-{queue}" for kind in ("old-messages", "deep-queue") for queue in queues}
        | {f"dead-letters-{name}" for name in (*queues, "relay")}
        | {f"function-errors-{function.value}" for function in Function}
    )
    assert expected <= alarms(prod).keys()
    watched = [json.dumps(alarm.get("Dimensions", [])) for alarm in alarms(prod).values()]
    for kind in ("AWS::SQS::Queue", "AWS::Lambda::Function"):
        for logical_id in prod.resources("backend", kind):
            if logical_id.startswith("CustomCDKBucketDeployment"):
                continue
            assert any(f'"{logical_id}"' in dimensions for dimensions in watched), logical_id


def test_dev_has_the_ten_alarms_that_are_free_and_they_are_the_vital_ones(dev: Synthesized) -> None:
    assert set(alarms(dev)) == {
        "bridge-disconnected",
        "no-new-prices",
        "orders-overdue",
        "answers-in-conflict",
        "jobs-broken",
        "server-errors",
        "throttles",
        "function-errors",
        "dead-letters-validations",
        "dead-letters-outbound",
    }
    assert len(alarms(dev)) <= FREE_ALARMS


def test_each_alarm_has_one_metric_because_more_cost_more(prod: Synthesized) -> None:
    assert not [name for name, alarm in alarms(prod).items() if "Metrics" in alarm]


def test_missing_data_is_a_fault_only_for_metrics_that_are_always_reported(
    prod: Synthesized,
) -> None:
    silence_is_trouble = {"bridge-disconnected", "no-new-prices", "orders-overdue"}
    for name, alarm in alarms(prod).items():
        expected = "breaching" if name in silence_is_trouble else "notBreaching"
        assert alarm["TreatMissingData"] == expected, name


def test_every_alarm_notifies_the_operators_address(prod: Synthesized, dev: Synthesized) -> None:
    for stage in (prod, dev):
        (topic,) = stage.resources("backend", "AWS::SNS::Topic")
        for alarm in alarms(stage).values():
            # When it begins, and when it is over.
            assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        mailbox = stage.only("backend", "AWS::SNS::Subscription")
        assert (mailbox["Protocol"], mailbox["Endpoint"]) == ("email", "operator@example.com")


def test_only_alarms_may_publish_and_plain_http_is_refused(dev: Synthesized) -> None:
    policy = dev.only("backend", "AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    allowed = [statement for statement in policy if statement["Effect"] == "Allow"]
    services = {
        service for statement in allowed for service in as_list(statement["Principal"]["Service"])
    }
    assert services == {"cloudwatch.amazonaws.com"}
    for statement in allowed:
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": dev.stage.account}}
    (denied,) = (statement for statement in policy if statement["Effect"] == "Deny")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


COST = "AWS::CE::"


def test_a_cost_alarm_can_undo_nothing_else_and_is_off_by_default(
    dev: Synthesized, prod: Synthesized, full: Synthesized
) -> None:
    for stage in (dev, prod, full):
        having = {
            name
            for name, template in stage.stacks.items()
            for resource in template["Resources"].values()
            if resource["Type"].startswith(COST)
        }
        assert having == ({"fintech-prod-cost"} if stage is full else set())
    # Nothing waits for it: it is deployed last, and its failure rolls back only itself.
    artifacts = full.manifest["artifacts"]
    waiting = [
        name
        for name, made in artifacts.items()
        if "fintech-prod-cost" in made.get("dependencies", ())
    ]
    assert waiting == []
    assert "fintech-prod-bridge" in artifacts["fintech-prod-cost"]["dependencies"]


def test_an_unusual_cost_of_the_stages_tag_is_mailed(full: Synthesized) -> None:
    monitor = full.only("cost", "AWS::CE::AnomalyMonitor")
    tag = json.loads(monitor["MonitorSpecification"])["Tags"]
    topic = full.only("backend", "AWS::SNS::Topic")
    assert {"Key": tag["Key"], "Value": tag["Values"][0]} in topic["Tags"]
    subscription = full.only("cost", "AWS::CE::AnomalySubscription")
    assert subscription["Subscribers"] == [{"Address": "operator@example.com", "Type": "EMAIL"}]
    assert subscription["Frequency"] == "DAILY"  # IMMEDIATE is for topics only
    impact = json.loads(subscription["ThresholdExpression"])["Dimensions"]
    assert (impact["Key"], impact["Values"]) == ("ANOMALY_TOTAL_IMPACT_ABSOLUTE", ["50"])


@pytest.mark.parametrize("region", ["mx-central-1", "ap-east-2", "ap-southeast-5"])
def test_a_region_without_cost_anomalies_says_so_before_anything_is_sent(
    assets: Assets, site: Path, tmp_path: Path, region: str
) -> None:
    with pytest.raises(ValueError, match=f"no cost anomalies in {region}"):
        synthesize("dev", assets, site, tmp_path, settings={"cost_anomaly_usd": 5}, region=region)


def shown(stage: Synthesized) -> list[list[object]]:
    """Every metric of the dashboard: namespace, name, dimensions."""
    body = json.dumps(stage.only("backend", "AWS::CloudWatch::Dashboard")["DashboardBody"])
    # A template's references stand where physical names will: they are cut out as text.
    text = "".join(
        part if isinstance(part, str) else "REFERENCE" for part in json.loads(body)["Fn::Join"][1]
    )
    widgets = json.loads(text)["widgets"]
    return [metric for widget in widgets for metric in widget["properties"]["metrics"]]


def test_a_stage_has_one_dashboard_which_is_free(dev: Synthesized, prod: Synthesized) -> None:
    for stage in (dev, prod):
        assert len(shown(stage)) <= FREE_DASHBOARD_METRICS
        names = {metric[1] for metric in shown(stage)}
        assert {alarm["MetricName"] for alarm in alarms(stage).values()} <= names
