"""The port `Receipts`: a number is given once, and a receipt never changes but by being ready."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from lambdas.domain.errors import StaleDecision
from lambdas.domain.receipts import new_receipt
from tests.builders import NOW, an_accepted_order
from tests.contract.conftest import Ports

RECEIPT = new_receipt(an_accepted_order(NOW), UUID(int=1), UUID(int=2))


def test_an_unknown_number_has_no_receipt(ports: Ports) -> None:
    assert ports.receipts.get(RECEIPT.number) is None


def test_a_receipt_comes_back_as_it_was_stored(ports: Ports) -> None:
    ports.receipts.create(RECEIPT)
    assert ports.receipts.get(RECEIPT.number) == RECEIPT


def test_a_number_is_given_once(ports: Ports) -> None:
    ports.receipts.create(RECEIPT)
    with pytest.raises(StaleDecision):
        ports.receipts.create(replace(RECEIPT, order_id="other", code="other"))
    assert ports.receipts.get(RECEIPT.number) == RECEIPT


def test_the_first_time_of_being_ready_stays(ports: Ports) -> None:
    ports.receipts.create(RECEIPT)
    ports.receipts.mark_ready(RECEIPT, NOW)
    ports.receipts.mark_ready(RECEIPT, NOW + timedelta(hours=1))
    assert ports.receipts.get(RECEIPT.number) == replace(RECEIPT, ready_at=NOW)
