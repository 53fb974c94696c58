"""Composition root: builds the ports of a function from its settings, each when first used."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID, uuid4

from pynamodb.connection import Connection

from lambdas.config import Config
from lambdas.messaging.cognito import CognitoUsers
from lambdas.messaging.live import GatewaySockets, SqsPushQueue
from lambdas.messaging.s3 import S3Documents
from lambdas.messaging.site import S3BoardFile
from lambdas.messaging.sqs import SqsDeadLetters, SqsJobQueue, SqsOutbox, SqsReceiptQueue
from lambdas.messaging.workflow import StepFunctionsWorkflow
from lambdas.names import Setting
from lambdas.ports import (
    Accounts,
    ActivityLog,
    BoardFile,
    Connections,
    DeadLetters,
    Documents,
    JobQueue,
    Jobs,
    Market,
    Orders,
    Outbox,
    Profiles,
    PushQueue,
    ReceiptQueue,
    Receipts,
    Sockets,
    Tickets,
    Typesetter,
    Users,
    Workflow,
)
from lambdas.storage.accounts import DynamoAccounts
from lambdas.storage.activity import DynamoActivityLog
from lambdas.storage.client import connect
from lambdas.storage.jobs import DynamoJobs
from lambdas.storage.live import DynamoConnections, DynamoTickets
from lambdas.storage.market import DynamoMarket
from lambdas.storage.orders import DynamoOrders
from lambdas.storage.profiles import DynamoProfiles
from lambdas.storage.receipts import DynamoReceipts


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


class Dependencies:
    """The settings, the clock and the ports of this process."""

    def __init__(
        self,
        config: Config,
        *,
        now: Callable[[], datetime] = utc_now,
        new_key: Callable[[], UUID] = uuid4,
    ) -> None:
        self.config = config
        self.now = now
        self.new_key = new_key

    @cached_property
    def orders(self) -> Orders:
        """Orders in DynamoDB."""
        return DynamoOrders(self._connection)

    @cached_property
    def accounts(self) -> Accounts:
        """Accounts in DynamoDB."""
        return DynamoAccounts(self._connection)

    @cached_property
    def market(self) -> Market:
        """Market data in DynamoDB."""
        return DynamoMarket(self._connection, self.config.market_zone)

    @cached_property
    def activity(self) -> ActivityLog:
        """Activity of all groups in DynamoDB."""
        return DynamoActivityLog(self._connection)

    @cached_property
    def jobs(self) -> Jobs:
        """Jobs in DynamoDB."""
        return DynamoJobs(self._connection)

    @cached_property
    def profiles(self) -> Profiles:
        """Settings of accounts in DynamoDB."""
        return DynamoProfiles(self._connection)

    @cached_property
    def tickets(self) -> Tickets:
        """Tickets of live connections in DynamoDB."""
        return DynamoTickets(self._connection)

    @cached_property
    def connections(self) -> Connections:
        """Live connections in DynamoDB."""
        return DynamoConnections(self._connection)

    @cached_property
    def sockets(self) -> Sockets:
        """The live connections themselves, at the gateway."""
        url = self.config.text(Setting.LIVE_ENDPOINT_URL)
        return GatewaySockets(self.config.region, url)

    @cached_property
    def push_queue(self) -> PushQueue:
        """The queue `pushes`."""
        return SqsPushQueue(self.config.region, self.config.text(Setting.PUSHES_QUEUE_URL))

    @cached_property
    def board_file(self) -> BoardFile:
        """The board in the site's bucket."""
        return S3BoardFile(self.config.region, self.config.text(Setting.SITE_BUCKET))

    @cached_property
    def outbox(self) -> Outbox:
        """The queue `outbound`."""
        url = self.config.text(Setting.OUTBOUND_QUEUE_URL)
        return SqsOutbox(self.config.region, url)

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """The dead-letter queue of this function's queue."""
        url = self.config.text(Setting.DEAD_LETTER_QUEUE_URL)
        return SqsDeadLetters(self.config.region, url)

    @cached_property
    def job_queue(self) -> JobQueue:
        """The queue `jobs`."""
        return SqsJobQueue(self.config.region, self.config.text(Setting.JOBS_QUEUE_URL))

    @cached_property
    def workflow(self) -> Workflow:
        """The state machine of jobs."""
        arn = self.config.text(Setting.WORKFLOW_ARN)
        return StepFunctionsWorkflow(self.config.region, arn)

    @cached_property
    def receipts(self) -> Receipts:
        """Receipts in DynamoDB."""
        return DynamoReceipts(self._connection)

    @cached_property
    def receipt_queue(self) -> ReceiptQueue:
        """The queue `receipts`."""
        return SqsReceiptQueue(self.config.region, self.config.text(Setting.RECEIPTS_QUEUE_URL))

    @cached_property
    def documents(self) -> Documents:
        """The bucket of documents."""
        return S3Documents(self.config.region, self.config.text(Setting.DOCUMENTS_BUCKET))

    @cached_property
    def users(self) -> Users:
        """The user pool."""
        return CognitoUsers(self.config.region, self.config.text(Setting.USER_POOL_ID))

    @cached_property
    def typesetter(self) -> Typesetter:
        """Typst, which only the functions with the layer `documents` have."""
        from lambdas.documents.typesetting import TypstTypesetter

        return TypstTypesetter(
            group_id=self.config.group_id,
            site_url=self.config.text(Setting.SITE_URL),
            market_zone=self.config.market_zone,
            home_zone=self.config.home_zone,
        )

    @cached_property
    def _connection(self) -> Connection:
        return connect(self.config.table_names, self.config.region)


def dependencies(*preloaded: str) -> Dependencies:
    """The dependencies of a function, from its environment.

    In Lambda the named ones, which every event needs, are built at once, during initialisation,
    which has a whole CPU and is part of a SnapStart snapshot; the others when first used, since
    each SDK client takes 20 to 40 ms. Elsewhere importing a handler reads no setting.
    """
    made = Dependencies(Config.from_environment())
    if made.config.is_lambda:
        for name in preloaded:
            getattr(made, name)
    return made
