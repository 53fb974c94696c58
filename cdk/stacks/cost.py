"""The cost alarm, in a stack of its own: where AWS refuses it, nothing else is undone (0021)."""

import json
from typing import Final

from aws_cdk import aws_ce as ce
from constructs import Construct

from cdk.constructs.stack import StageStack
from cdk.stage import Stage

_WITHOUT_COST_EXPLORER: Final = frozenset(
    {
        "mx-central-1",
        "ap-east-2",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
    }
)
"""Regions in which CloudFormation has no types for cost anomalies."""


class CostStack(StageStack):
    """Reports unusual costs of everything with the stage's tag, once a day, by e-mail. AWS detects
    them for free, once the tag `stage` is activated as a cost allocation tag.
    """

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, stage, "cost")
        if stage.region in _WITHOUT_COST_EXPLORER:
            raise ValueError(
                f"There are no cost anomalies in {stage.region}: remove cost_anomaly_usd of stage "
                f"{stage.name} from stages.toml."
            )
        assert stage.alarm_email, "a cost alarm has an address"
        name = f"fintech-{stage.name}-cost-anomaly"
        tag = {"Key": "stage", "Values": [stage.name], "MatchOptions": ["EQUALS"]}
        impact = {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": [str(stage.cost_anomaly_usd)],
        }
        monitor = ce.CfnAnomalyMonitor(
            self,
            "Monitor",
            monitor_name=name,
            monitor_type="CUSTOM",
            monitor_specification=json.dumps({"Tags": tag}),
        )
        ce.CfnAnomalySubscription(
            self,
            "Subscription",
            subscription_name=name,
            # IMMEDIATE needs a topic, and the figures are a day late in any case.
            frequency="DAILY",
            monitor_arn_list=[monitor.attr_monitor_arn],
            threshold_expression=json.dumps({"Dimensions": impact}),
            subscribers=[
                ce.CfnAnomalySubscription.SubscriberProperty(
                    address=stage.alarm_email, type="EMAIL"
                )
            ],
        )
