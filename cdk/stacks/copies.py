"""Daily copies of accounts, orders and postings in another AWS account, as a setting (0015).

A stack of its own: it needs an organisation that allows copies between its accounts, and where AWS
refuses it, nothing else is undone.
"""

from typing import Final

from aws_cdk import Duration
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from constructs import Construct

from cdk.constructs.nag_suppressions import suppress
from cdk.constructs.stack import StageStack, removal_policy
from cdk.stacks.data import DataStack
from cdk.stage import Stage
from lambdas.names import Table

COPIED: Final = (Table.ACCOUNTS, Table.ORDERS, Table.POSTINGS)
"""What cannot be computed from anything else: the ledger, and what causes its postings."""

_KEPT: Final = Duration.days(35)


class CopiesStack(StageStack):
    """A backup plan: one backup a day of each table, copied to the other account's vault."""

    def __init__(self, scope: Construct, stage: Stage, *, data: DataStack) -> None:
        super().__init__(scope, stage, "copies")
        assert stage.copies_to, "there is a vault to copy to"
        elsewhere = backup.BackupVault.from_backup_vault_arn(self, "Elsewhere", stage.copies_to)
        vault = backup.BackupVault(self, "Vault", removal_policy=removal_policy(stage))
        plan = backup.BackupPlan(self, "Plan", backup_vault=vault)
        plan.add_rule(
            backup.BackupPlanRule(
                rule_name="daily",
                schedule_expression=events.Schedule.cron(hour="4", minute="0"),
                delete_after=_KEPT,
                copy_actions=[
                    backup.BackupPlanCopyActionProps(
                        destination_backup_vault=elsewhere, delete_after=_KEPT
                    )
                ],
            )
        )
        tables = [backup.BackupResource.from_arn(data.tables[table].arn) for table in COPIED]
        plan.add_selection("Tables", resources=tables)
        suppress(
            plan,
            "AWS's own policy for AWS Backup: advanced DynamoDB backups need all of it",
            "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
            "AWSBackupServiceRolePolicyForBackup]",
        )
