"""What must outlive everything else: tables, documents, user pool, and the login for the broker.

The secret is here because it must be filled before the bridge first starts (decision 0015).
"""

from typing import Final

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.constructs.documents import DocumentBucket
from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.stack import StageStack, removal_policy
from cdk.constructs.table import Index, ItemTable
from cdk.constructs.user_pool import UserPool
from cdk.stage import Stage
from lambdas.names import (
    ACTIVITY_BY_DAY,
    ACTIVITY_BY_SYMBOL,
    CONNECTIONS_BY_SHARD,
    DEPOSITS_BY_PAGE,
    EXPIRING_TABLES,
    JOBS_BY_ACCOUNT,
    OPEN_JOBS,
    OPEN_ORDERS,
    ORDERS_BY_ACCOUNT,
    PENDING_DEPOSITS,
    Table,
)

INDEXES: Final[dict[Table, tuple[Index, ...]]] = {
    Table.ORDERS: (
        Index(
            name=ORDERS_BY_ACCOUNT,
            partition_key="account_id",
            sort_key="created_at",
            keys_only=True,
        ),
        Index(
            name=OPEN_ORDERS,
            partition_key="open_shard",
            sort_key="next_attempt_at",
            include=("created_at",),
        ),
    ),
    Table.DEPOSITS: (
        Index(
            name=DEPOSITS_BY_PAGE,
            partition_key="token",
            sort_key="created_at",
            keys_only=True,
        ),
        Index(
            name=PENDING_DEPOSITS,
            partition_key="pending_shard",
            sort_key="next_check_at",
            include=("created_at",),
        ),
    ),
    Table.ACTIVITY: (
        Index(name=ACTIVITY_BY_SYMBOL, partition_key="symbol", sort_key="validated_at"),
        Index(name=ACTIVITY_BY_DAY, partition_key="day", sort_key="validated_at"),
    ),
    Table.JOBS: (
        Index(
            name=JOBS_BY_ACCOUNT,
            partition_key="account_id",
            sort_key="created_at",
            keys_only=True,
        ),
        Index(name=OPEN_JOBS, partition_key="open", sort_key="next_check_at", keys_only=True),
    ),
    Table.CONNECTIONS: (
        Index(
            name=CONNECTIONS_BY_SHARD,
            partition_key="shard",
            sort_key="connection_id",
            keys_only=True,
        ),
    ),
}
"""What each index is for is documented at its name in `lambdas.names`."""

STREAMED: Final = frozenset({Table.ORDERS, Table.ACCOUNTS, Table.DEPOSITS})
"""Tables whose changes are told to their owner; the orders are also relayed to the exchange."""


class DataStack(StageStack):
    """Tables, user pool with its client, documents, secret."""

    def __init__(self, scope: Construct, stage: Stage) -> None:
        super().__init__(scope, stage, "data", termination_protection=stage.protected)
        self.tables = {
            table: ItemTable(
                self,
                table,
                stage,
                INDEXES.get(table, ()),
                stream=table in STREAMED,
                expires=table in EXPIRING_TABLES,
            )
            for table in Table
        }
        self.user_pool = UserPool(self, stage)
        self.documents = DocumentBucket(self, stage)
        self.mqtt_secret_arn = self._make_secret(
            stage, "MqttLogin", "User name and password for the exchange's broker, as JSON"
        )
        self.canary_secret_arn = self._make_secret(
            stage, "CanaryLogin", "User name and password of the smoke test's user, as JSON"
        )
        self.add_outputs(
            {f"{table.value.capitalize()}Table": self.tables[table].table_name for table in Table}
            | {
                "UserPoolId": self.user_pool.pool.user_pool_id,
                "UserPoolClientId": self.user_pool.client.user_pool_client_id,
                "MqttSecretArn": self.mqtt_secret_arn,
                "CanaryClientId": self.user_pool.canary_client.user_pool_client_id,
                "CanarySecretArn": self.canary_secret_arn,
                "DocumentsBucket": self.documents.bucket.bucket_name,
            }
        )

    def _make_secret(self, stage: Stage, name: str, description: str) -> str:
        """Created with a random value; an operator stores {"username": …, "password": …} once."""
        secret = secretsmanager.Secret(
            self,
            name,
            description=description,
            removal_policy=removal_policy(stage),
        )
        suppress(
            secret,
            "An operator rotates the login, as the exchange issues it or by make canary-user",
            "AwsSolutions-SMG4",
        )
        resource = secret.node.default_child
        assert isinstance(resource, secretsmanager.CfnSecret)
        # Not `Ref`, which the CDK uses: in the local cloud it is only the name.
        return resource.attr_id
