"""What must outlive everything else: tables and people. Protected where the stage says so."""

from aws_cdk import IStackSynthesizer, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from cdk.constructs.outputs import publish
from cdk.constructs.people import People
from cdk.constructs.table import Indexes, ItemTable, text
from cdk.stacks.place import place
from cdk.stage import Stage
from lambdas.names import (
    ACTIVITY_BY_DAY,
    ACTIVITY_BY_SYMBOL,
    JOBS_BY_ACCOUNT,
    OPEN_JOBS,
    OPEN_ORDERS,
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
                index_name=OPEN_ORDERS,
                partition_key=text("sweep_shard"),
                sort_key=text("created_at"),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=["ask_at"],
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
    """Tables, user pool, client."""

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
        publish(
            self,
            {f"{table.value.capitalize()}Table": self.tables[table].table_name for table in Table}
            | {
                "UserPoolId": self.people.pool.user_pool_id,
                "UserPoolClientId": self.people.client.user_pool_client_id,
            },
        )
