"""The table of jobs, as a pynamodb model. See `lambdas.adapters.tables`."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from lambdas import names


class JobsByAccount(GlobalSecondaryIndex["JobItem"]):
    """Which jobs an account has, by time."""

    class Meta:
        """Keys only: the jobs themselves are read from the table, consistently."""

        index_name = names.JOBS_BY_ACCOUNT
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    created_at = UTCDateTimeAttribute(range_key=True)


class OpenJobs(GlobalSecondaryIndex["JobItem"]):
    """Jobs without an end, by when the sweep must look at them. Sparse: one that ends leaves it."""

    class Meta:
        """Keys only: the sweep reads a job before it decides anything of it."""

        index_name = names.OPEN_JOBS
        projection = KeysOnlyProjection()

    open = UnicodeAttribute(hash_key=True)
    look_at = UTCDateTimeAttribute(range_key=True)


class JobItem(Model):
    """One job; or, under a key that is no job's id, when the last one ended in some way."""

    class Meta:
        """Named by `dynamodb.connect`."""

        table_name = names.Table.JOBS.value

    job_id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    asked = UnicodeAttribute(null=True)
    state = UnicodeAttribute(null=True)
    created_at = UTCDateTimeAttribute(null=True)
    deadline_at = UTCDateTimeAttribute(null=True)
    look_at = UTCDateTimeAttribute(null=True)
    open = UnicodeAttribute(null=True)
    starts = NumberAttribute(null=True)
    started_at = UTCDateTimeAttribute(null=True)
    ended_at = UTCDateTimeAttribute(null=True)
    result = UnicodeAttribute(null=True)
    reason_code = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    retry_at = UTCDateTimeAttribute(null=True)
    by_account = JobsByAccount()
    by_look = OpenJobs()
