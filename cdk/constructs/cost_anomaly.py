"""Tells when what the stage costs is not what it has cost so far. AWS learns that by itself, and
asks nothing for it.
"""

import json

from aws_cdk import aws_ce as ce
from constructs import Construct

from cdk.constructs.alarms import Alarms
from cdk.stage import Stage

KIND = "cost-anomaly"


class CostAnomaly(Construct):
    """A monitor of the costs that carry the stage's tag, and a word on the alarms' topic.

    An account has one monitor of all its services, which this one leaves alone. The tag `stage`
    must be activated once as a cost allocation tag: until then there is nothing to see.
    """

    def __init__(self, scope: Construct, stage: Stage, alarms: Alarms) -> None:
        super().__init__(scope, "CostAnomaly")
        alarms.let_in("costalerts.amazonaws.com")
        name = f"fintech-{stage.name}-{KIND}"
        tag = {"Tags": {"Key": "stage", "Values": [stage.name], "MatchOptions": ["EQUALS"]}}
        monitor = ce.CfnAnomalyMonitor(
            self,
            "Monitor",
            monitor_name=name,
            monitor_type="CUSTOM",
            monitor_specification=json.dumps(tag),
        )
        impact = {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": [str(stage.cost_anomaly_usd)],
        }
        subscription = ce.CfnAnomalySubscription(
            self,
            "Subscription",
            subscription_name=name,
            frequency="IMMEDIATE",
            monitor_arn_list=[monitor.attr_monitor_arn],
            threshold_expression=json.dumps({"Dimensions": impact}),
            subscribers=[
                ce.CfnAnomalySubscription.SubscriberProperty(
                    address=alarms.topic.topic_arn, type="SNS"
                )
            ],
        )
        # The topic's policy must let it in before it is tried.
        subscription.node.add_dependency(alarms.topic.node.find_child("Policy"))
