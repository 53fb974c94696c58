"""What must outlive everything else: tables, people, and the login at the broker, which must be
filled before the bridge first asks for it. Protected where the stage says so.
"""

from aws_cdk import IStackSynthesizer, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs.acceptance import accept
from cdk.constructs.outputs import publish
from cdk.constructs.people import People
from cdk.constructs.retention import removal_policy
from cdk.constructs.table import Indexes, ItemTable, text
from cdk.stacks.place import place
from cdk.stage import Stage
from lambdas.names import (
    ACTIVITY_BY_DAY,
    ACTIVITY_BY_SYMBOL,
    BOUGHT_ORDERS,
    JOBS_BY_ACCOUNT,
    OPEN_JOBS,
    ORDERS_BY_ACCOUNT,
    POSTINGS_BY_TIME,
    Table,
)

INDEXES = {
    Table.ORDERS: Indexes(
        over_all=(
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=ORDERS_BY_ACCOUNT,
                partition_key=text("account_id"),
                sort_key=text("created_at"),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            ),
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=BOUGHT_ORDERS,
                partition_key=text("bought"),
                sort_key=text("ended_at"),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=["quantity", "created_at"],
            ),
        )
    ),
    Table.POSTINGS: Indexes(
        within_partition=(
            dynamodb.LocalSecondaryIndexProps(
                index_name=POSTINGS_BY_TIME,
                sort_key=text("recorded_at"),
                projection_type=dynamodb.ProjectionType.ALL,
            ),
        )
    ),
    Table.ACTIVITY: Indexes(
        over_all=(
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=ACTIVITY_BY_SYMBOL,
                partition_key=text("symbol"),
                sort_key=text("validated_at"),
                projection_type=dynamodb.ProjectionType.ALL,
            ),
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=ACTIVITY_BY_DAY,
                partition_key=text("day"),
                sort_key=text("validated_at"),
                projection_type=dynamodb.ProjectionType.ALL,
            ),
        )
    ),
    Table.JOBS: Indexes(
        over_all=(
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=JOBS_BY_ACCOUNT,
                partition_key=text("account_id"),
                sort_key=text("created_at"),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            ),
            dynamodb.GlobalSecondaryIndexPropsV2(
                index_name=OPEN_JOBS,
                partition_key=text("open"),
                sort_key=text("look_at"),
                projection_type=dynamodb.ProjectionType.KEYS_ONLY,
            ),
        )
    ),
}
"""What each is for stands beside its name in `lambdas.names`."""


class DataStack(Stack):
    """Tables, user pool, client, secret."""

    def __init__(
        self, scope: Construct, stage: Stage, synthesizer: IStackSynthesizer | None
    ) -> None:
        super().__init__(
            scope,
            f"fintech-{stage.name}-data",
            synthesizer=synthesizer,
            env=place(stage),
            termination_protection=stage.protected,
        )
        self.tables = {
            table: ItemTable(
                self, table, stage, INDEXES.get(table, Indexes()), stream=table is Table.ORDERS
            )
            for table in Table
        }
        self.people = People(self, stage)
        self.mqtt_secret_arn = self._make_secret(stage)
        publish(
            self,
            {f"{table.value.capitalize()}Table": self.tables[table].table_name for table in Table}
            | {
                "UserPoolId": self.people.pool.user_pool_id,
                "UserPoolClientId": self.people.client.user_pool_client_id,
                "MqttSecretArn": self.mqtt_secret_arn,
            },
        )

    def _make_secret(self, stage: Stage) -> str:
        """Made empty of meaning: an operator puts {"username": …, "password": …} there, once."""
        secret = secretsmanager.Secret(
            self,
            "MqttLogin",
            description="User name and password for the exchange's broker, as JSON",
            removal_policy=removal_policy(stage),
        )
        accept(secret, "The exchange gives the login, and changes it", "AwsSolutions-SMG4")
        resource = secret.node.default_child
        assert isinstance(resource, secretsmanager.CfnSecret)
        # The attribute, since `Ref`, which CDK takes, is only the name in the local cloud.
        return resource.attr_id
