"""What the port `ActivityLog` promises: each half of a request is kept once, in either order."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from lambdas.adapters.tables import ActivityItem
from lambdas.domain.activity import GroupRequest, Verdict
from tests.builders import NOW
from tests.contract.conftest import Ports
from tests.fakes.memory import MemoryActivityLog

REQUEST = GroupRequest(
    request_id="r", group_id="13", symbol="AAPL", quantity=Decimal("2.5"), requested_at=NOW
)
VERDICT = Verdict(request_id="r", group_id="13", valid=True, received_at=NOW)
CONTRADICTION = replace(VERDICT, valid=False)


def kept(ports: Ports) -> tuple[str, Decimal, bool]:
    """Symbol, quantity and verdict of the request, whichever form keeps them."""
    if isinstance(ports.activity, MemoryActivityLog):
        store = ports.activity.store
        request = store.requests["r"]
        return request.symbol, request.quantity, store.verdicts["r"].valid
    item = ActivityItem.get("r")
    return item.symbol, item.quantity, item.valid


@pytest.mark.parametrize("order", list(permutations([REQUEST, VERDICT])))
def test_request_and_verdict_are_kept_whichever_comes_first(
    ports: Ports, order: tuple[GroupRequest | Verdict, ...]
) -> None:
    for message in (*order, *order):
        if isinstance(message, GroupRequest):
            ports.activity.request(message)
        else:
            ports.activity.verdict(message)
    assert kept(ports) == ("AAPL", Decimal("2.5"), True)


def test_the_first_of_each_stays(ports: Ports) -> None:
    ports.activity.request(REQUEST)
    ports.activity.request(replace(REQUEST, symbol="MSFT", quantity=Decimal(9)))
    ports.activity.verdict(VERDICT)
    ports.activity.verdict(CONTRADICTION)
    assert kept(ports) == ("AAPL", Decimal("2.5"), True)
