"""What every group does on the exchange, in DynamoDB: one item for a request and its answer."""

from contextlib import suppress

from lambdas.adapters.dynamodb import translated
from lambdas.adapters.tables import ActivityItem
from lambdas.domain.activity import GroupRequest, Verdict
from lambdas.domain.errors import StaleDecision


class DynamoActivityLog:
    """The port `ActivityLog`. Each half is written once; what comes again changes nothing."""

    def request(self, request: GroupRequest) -> None:
        """One UpdateItem."""
        with suppress(StaleDecision), translated():
            ActivityItem(request.request_id).update(
                actions=[
                    ActivityItem.group_id.set(request.group_id),
                    ActivityItem.symbol.set(request.symbol),
                    ActivityItem.quantity.set(request.quantity),
                    ActivityItem.requested_at.set(request.requested_at),
                ],
                condition=ActivityItem.symbol.does_not_exist(),
            )

    def verdict(self, verdict: Verdict) -> None:
        """One UpdateItem."""
        with suppress(StaleDecision), translated():
            ActivityItem(verdict.request_id).update(
                actions=[
                    ActivityItem.group_id.set(ActivityItem.group_id | verdict.group_id),
                    ActivityItem.valid.set(verdict.valid),
                    ActivityItem.validated_at.set(verdict.received_at),
                ],
                condition=ActivityItem.valid.does_not_exist(),
            )
