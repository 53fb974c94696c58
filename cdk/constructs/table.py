"""The one construct that makes a DynamoDB table; grants name single actions and single indexes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from cdk.constructs.stack import removal_policy
from cdk.stage import Stage
from lambdas.names import NUMBER_KEYS, TABLE_KEYS, TIME_TO_LIVE, Table

_STREAM_ACTIONS: Final = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A global secondary index: its keys and what it projects. With `keys_only` it projects the
    keys and the attributes in `include`; otherwise all attributes.
    """

    name: str
    partition_key: str
    sort_key: str
    keys_only: bool = False
    include: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Rights of one function on one table: DynamoDB actions, and indexes that it may query."""

    actions: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()


class ItemTable(Construct):
    """One table, billed per request."""

    def __init__(
        self,
        scope: Construct,
        table: Table,
        stage: Stage,
        indexes: Iterable[Index],
        *,
        stream: bool,
        expires: bool = False,
    ) -> None:
        super().__init__(scope, table.value.capitalize())
        partition_key, sort_key = TABLE_KEYS[table]
        self._table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=_key(partition_key),
            sort_key=_key(sort_key) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
            global_secondary_indexes=[_index(index) for index in indexes] or None,
            time_to_live_attribute=TIME_TO_LIVE if expires else None,
            dynamo_stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES if stream else None,
            removal_policy=removal_policy(stage),
            deletion_protection=stage.protected,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=stage.protected
            ),
        )
        self.table_name = self._table.table_name
        self.arn = self._table.table_arn

    @property
    def stream_arn(self) -> str:
        """ARN of the table's stream; only of a table made with one."""
        assert self._table.table_stream_arn
        return self._table.table_stream_arn

    def grant(self, grantee: iam.IGrantable, access: Access) -> None:
        """Grants exactly these rights, on the table and on each index by name."""
        arn = self._table.table_arn
        if access.actions:
            _grant(grantee, access.actions, [arn])
        if access.queries:
            _grant(grantee, ("Query",), [f"{arn}/index/{name}" for name in access.queries])

    def grant_stream_read(self, grantee: iam.IGrantable) -> None:
        """Grants reading the stream; Lambda's event source needs ListStreams as well."""
        _grant(grantee, _STREAM_ACTIONS, [self.stream_arn])


def _key(name: str) -> dynamodb.Attribute:
    kind = dynamodb.AttributeType.NUMBER if name in NUMBER_KEYS else dynamodb.AttributeType.STRING
    return dynamodb.Attribute(name=name, type=kind)


def _index(index: Index) -> dynamodb.GlobalSecondaryIndexPropsV2:
    projection = dynamodb.ProjectionType.ALL
    if index.keys_only:
        projection = dynamodb.ProjectionType.KEYS_ONLY
    if index.include:
        projection = dynamodb.ProjectionType.INCLUDE
    return dynamodb.GlobalSecondaryIndexPropsV2(
        index_name=index.name,
        partition_key=_key(index.partition_key),
        sort_key=_key(index.sort_key),
        projection_type=projection,
        non_key_attributes=list(index.include) or None,
    )


def _grant(grantee: iam.IGrantable, actions: Iterable[str], arns: list[str]) -> None:
    iam.Grant.add_to_principal(
        grantee=grantee,
        actions=[f"dynamodb:{action}" for action in actions],
        resource_arns=arns,
    )
