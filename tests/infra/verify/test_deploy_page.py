"""docs/deploy.md names existing commands and outputs, and the amounts of the bill."""

import re
from pathlib import Path

from cdk.verify.idle_cost import PRICES, bill
from tests.infra.templates import Synthesized
from tests.infra.test_stacks import OUTPUTS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "deploy.md").read_text()


def test_every_make_target_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z-]+) STAGE=", PAGE))
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"verify-aws", "bootstrap", "deploy", "release-templates", "destroy"} <= named <= there


def test_every_output_exists() -> None:
    known = set.union(*OUTPUTS.values())
    named = set(re.findall(r"OutputKey=='(\w+)'", PAGE)) | {
        "MqttSecretArn",
        "SiteUrl",
        "UserPoolId",
    }
    assert named <= known
    assert all(name in PAGE for name in named)


def test_what_an_idle_month_costs_is_what_the_bill_says(dev: Synthesized) -> None:
    by_use = [line for line in bill(dev.subject) if line.of_bridge]
    assert len(by_use) == 3
    for line in by_use:
        assert f"{line.usd:.2f}" in PAGE, line
    assert PRICES["region"] in PAGE
    assert PRICES["as_of"].startswith("2025-11")
    assert "November 2025" in PAGE
