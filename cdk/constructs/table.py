"""The one construct that makes a table. Grants name single actions, and each index."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.constructs.retention import removal_policy
from cdk.stage import Stage
from lambdas.names import TABLE_KEYS, Table

STREAM_READ = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """The indexes of one table, by what CloudFormation calls them."""

    over_all: tuple[dynamodb.GlobalSecondaryIndexPropsV2, ...] = ()
    within_partition: tuple[dynamodb.LocalSecondaryIndexProps, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one function may do with one table: DynamoDB actions, and indexes it may query."""

    actions: tuple[str, ...] = ()
    queries: tuple[str, ...] = field(default=())


def text(name: str) -> dynamodb.Attribute:
    """A key attribute; all of ours are strings."""
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


class ItemTable(Construct):
    """One table, billed by request."""

    def __init__(
        self, scope: Construct, table: Table, stage: Stage, indexes: Indexes, *, stream: bool
    ) -> None:
        super().__init__(scope, table.value.capitalize())
        partition_key, sort_key = TABLE_KEYS[table]
        self._table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=text(partition_key),
            sort_key=text(sort_key) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
            global_secondary_indexes=list(indexes.over_all) or None,
            local_secondary_indexes=list(indexes.within_partition) or None,
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if stream else None,
            removal_policy=removal_policy(stage),
            deletion_protection=stage.protected,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=stage.protected
            ),
        )
        self.table_name = self._table.table_name

    @property
    def stream_arn(self) -> str:
        """Of a table that has a stream."""
        assert self._table.table_stream_arn
        return self._table.table_stream_arn

    def allow(self, grantee: iam.IGrantable, access: Access) -> None:
        """Lets the grantee do those things, and nothing by a wildcard."""
        arn = self._table.table_arn
        if access.actions:
            _allow(grantee, access.actions, [arn])
        if access.queries:
            _allow(grantee, ("Query",), [f"{arn}/index/{name}" for name in access.queries])

    def allow_reading_stream(self, grantee: iam.IGrantable) -> None:
        """Lets the grantee read the stream (ListStreams too, which Lambda asks for)."""
        _allow(grantee, STREAM_READ, [self.stream_arn])


def _allow(grantee: iam.IGrantable, actions: Iterable[str], arns: list[str]) -> None:
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"dynamodb:{action}" for action in actions],
        resource_arns=arns,
    )
