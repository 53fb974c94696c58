"""Limits of CloudFormation, quotas of a new account, and what an idle month costs."""

import re
from pathlib import Path

import pytest

from cdk.stacks.backend import PRICES_MAX_CONCURRENCY
from cdk.verify.idle_cost import BRIDGE_POLL_S, bill, check_idle_cost
from cdk.verify.limits import (
    MAX_TEMPLATE_BYTES,
    check_limits,
    check_quotas,
    concurrent_executions,
)
from cdk.verify.subject import Subject
from mqtt_bridge.settings import Limits
from tests.infra.templates import Synthesized, target_of
from tests.infra.verify.plant import add, plant_property, written


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_the_templates_are_within_the_limits(name: str, request: pytest.FixtureRequest) -> None:
    stage: Synthesized = request.getfixturevalue(name)
    checked = check_limits(stage.subject)
    assert checked.findings == ()
    assert len(checked.notes) == len(stage.stacks)


def one_stack(prod: Synthesized, section: str, count: int) -> Subject:
    template = {"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}
    template[section] = {f"X{n}": {"Type": "AWS::SNS::Topic"} for n in range(count)}
    return Subject(
        stage=prod.stage, app=prod.app, folder=prod.folder, templates={"planted": template}
    )


@pytest.mark.parametrize(
    ("section", "most"),
    [("Resources", 500), ("Outputs", 200), ("Parameters", 200), ("Mappings", 200)],
)
def test_a_count_above_its_limit_is_found(
    prod: Synthesized, tmp_path: Path, section: str, most: int
) -> None:
    assert check_limits(written(one_stack(prod, section, most), tmp_path)).passed
    (finding,) = check_limits(written(one_stack(prod, section, most + 1), tmp_path)).findings
    assert finding.problem.startswith(f"{most + 1} {section.lower()}")


def test_a_template_near_a_limit_is_noted(prod: Synthesized, tmp_path: Path) -> None:
    checked = check_limits(written(one_stack(prod, "Resources", 450), tmp_path))
    assert "planted: 450 of 500 resources" in checked.notes


def test_a_template_that_is_too_large_is_found(prod: Synthesized, tmp_path: Path) -> None:
    large = one_stack(prod, "Resources", 1)
    large.templates["planted"]["Description"] = "x" * MAX_TEMPLATE_BYTES
    (finding,) = check_limits(written(large, tmp_path)).findings
    assert "bytes; CloudFormation allows 1000000" in finding.problem


def test_a_new_account_accepts_the_stage_and_its_quotas_are_named(prod: Synthesized) -> None:
    checked = check_quotas(prod.subject)
    assert checked.findings == ()
    told = " ".join(checked.notes)
    for word in ("Lambda", "Cognito", "50 e-mails", "CloudFront", "SNS", "ECS", "VPC"):
        assert word in told
    assert re.search(r"ask for \d00 before users come", told)


def test_concurrent_executions_are_the_sum_of_all_event_sources(
    dev: Synthesized, prod: Synthesized
) -> None:
    shards = 4
    for made in (dev, prod):
        stage = made.stage
        mappings = made.resources("backend", "AWS::Lambda::EventSourceMapping").values()
        streams = sum("StartingPosition" in mapping for mapping in mappings)
        clocks = len(made.resources("backend", "AWS::Events::Rule"))
        bounded = {
            target_of(mapping): mapping["ScalingConfig"]["MaximumConcurrency"]
            for mapping in mappings
            if "ScalingConfig" in mapping
        }
        workers = stage.jobs_at_once * stage.workers_per_job
        expected = sum(bounded.values()) + workers + shards * streams + clocks
        assert concurrent_executions(made.subject) == expected
        assert stage.jobs_at_once in bounded.values()
    assert PRICES_MAX_CONCURRENCY in bounded.values()
    assert prod.stage.queue_concurrency in bounded.values()
    assert any("queues without a maximum" in note for note in check_quotas(dev.subject).notes)


def test_reserved_concurrency_is_refused_by_a_new_account(dev: Synthesized) -> None:
    function = "AWS::Lambda::Function"
    planted = plant_property(dev.subject, function, ReservedConcurrentExecutions=1)
    (finding,) = check_quotas(planted).findings
    assert "reserves concurrency" in finding.problem


def test_a_user_pool_that_sends_mail_is_limited_to_fifty_a_day(dev: Synthesized) -> None:
    pool = "AWS::Cognito::UserPool"
    planted = plant_property(dev.subject, pool, AutoVerifiedAttributes=["email"])
    assert any("Set up SES" in note for note in check_quotas(planted).notes)
    assert not any("Set up SES" in note for note in check_quotas(dev.subject).notes)


def test_an_idle_dev_stage_is_within_its_budget(dev: Synthesized) -> None:
    checked = check_idle_cost(dev.subject)
    assert checked.findings == ()
    assert len(checked.notes) == len(bill(dev.subject))


def test_the_bridge_is_nearly_all_of_the_bill(dev: Synthesized) -> None:
    lines = bill(dev.subject)
    bridge = sum(line.usd for line in lines if line.of_bridge)
    # 0.25 × 0.03238 + 0.5 × 0.00356 for the task, 0.005 for its address, each of 730 hours; 0.876
    # million polls of its queue at 0.40.
    assert bridge == pytest.approx(7.209 + 3.65 + 0.350, abs=0.001)


def test_the_bridge_polls_its_queue_as_often_as_the_bill_says() -> None:
    assert Limits().poll_s == BRIDGE_POLL_S


def test_an_idle_queue_without_a_maximum_concurrency_is_polled_less_often(
    dev: Synthesized, prod: Synthesized
) -> None:
    def asked(made: Synthesized) -> str:
        return next(line.what for line in bill(made.subject) if "Lambda polls" in line.what)

    # Three a minute for 43,800 minutes: two for each queue, five for one with a maximum.
    for made in (dev, prod):
        mappings = made.resources("backend", "AWS::Lambda::EventSourceMapping").values()
        queues = [mapping for mapping in mappings if "StartingPosition" not in mapping]
        pollers = sum(5 if "ScalingConfig" in mapping else 2 for mapping in queues)
        millions = pollers * 3 * 43_800 / 1e6
        assert f"{len(queues)} queues {millions:.2f} million times" in asked(made)
    assert asked(dev) != asked(prod)


def test_a_second_task_is_beyond_the_budget(dev: Synthesized) -> None:
    planted = plant_property(dev.subject, "AWS::ECS::Service", DesiredCount=2)
    (finding,) = check_idle_cost(planted).findings
    assert "the budget is 15.00" in finding.problem


@pytest.mark.parametrize("kind", ["AWS::ElasticLoadBalancingV2::LoadBalancer", "Custom::Something"])
def test_a_resource_type_without_a_price_is_found(dev: Synthesized, kind: str) -> None:
    (finding,) = check_idle_cost(add(dev.subject, kind, {})).findings
    assert kind in finding.problem


def test_alarms_beyond_the_free_ones_cost(dev: Synthesized) -> None:
    before = sum(line.usd for line in bill(dev.subject))
    planted = dev.subject
    for _ in range(2):
        planted = add(planted, "AWS::CloudWatch::Dashboard", {})
    assert sum(line.usd for line in bill(planted)) == before  # three are free


def test_a_snapshot_is_paid_for_while_the_stage_is_idle(
    dev: Synthesized, prod: Synthesized
) -> None:
    def snapshots(made: Synthesized) -> list[float]:
        return [line.usd for line in bill(made.subject) if "SnapStart" in line.what]

    assert not snapshots(dev)
    # 0.5 GB for 730 hours at 0.0000015046 a GB-second.
    assert snapshots(prod) == [pytest.approx(1.977, abs=0.001)]


def test_a_fixed_address_costs_its_gateway_and_its_address(
    prod: Synthesized, full: Synthesized
) -> None:
    def fixed(made: Synthesized) -> list[float]:
        return [line.usd for line in bill(made.subject) if "NAT" in line.what]

    assert not fixed(prod)
    # 0.045 and 0.005 for each of 730 hours; the task has no address of its own then.
    assert fixed(full) == [pytest.approx(36.5, abs=0.01)]
    assert not [line for line in bill(full.subject) if "public IPv4" in line.what]


def test_every_option_is_priced(full: Synthesized) -> None:
    assert check_idle_cost(full.subject).findings == ()
