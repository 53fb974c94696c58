"""Numbers and codes of receipts."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from lambdas.domain.receipts import Language, new_receipt, receipt_number, typed_number
from tests.builders import ALICE, NOW, an_accepted_order

ORDER = an_accepted_order(NOW, order_id="be0e538d-c983-43e8-957b-391746eb4236")
FORM = re.compile(r"[0-9]{8}(-[0-9A-HJKMNP-TV-Z]{4}){3}")


def test_a_number_is_readable_and_the_same_for_the_same_order() -> None:
    number = receipt_number(ORDER)
    assert FORM.fullmatch(number)
    assert number.startswith("20260304-")
    assert receipt_number(replace(ORDER, version=7)) == number


def test_the_day_is_that_of_utc() -> None:
    late = datetime(2026, 3, 4, 23, 59, tzinfo=UTC)
    assert receipt_number(replace(ORDER, ended_at=late)).startswith("20260304-")


def test_numbers_of_many_orders_of_a_day_are_all_different() -> None:
    orders = (an_accepted_order(NOW, order_id=str(uuid4())) for _ in range(20_000))
    assert len({receipt_number(order) for order in orders}) == 20_000


def test_codes_and_keys_do_not_follow_from_the_order() -> None:
    one = new_receipt(ORDER, UUID(int=1), UUID(int=2))
    other = new_receipt(ORDER, UUID(int=3), UUID(int=4))
    assert one.number == other.number
    assert one.code != other.code
    assert one.key(Language.SPANISH) != other.key(Language.SPANISH)
    assert one.key(Language.SPANISH).startswith(f"{ALICE}/receipts/{one.number}-")
    assert UUID(int=2).hex in one.key(Language.ENGLISH)


@given(st.uuids())
def test_a_receipt_is_confirmed_by_its_code_however_it_is_typed(code: UUID) -> None:
    receipt = new_receipt(ORDER, code, UUID(int=2))
    typed = receipt.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert receipt.is_confirmed_by(typed)
    assert typed_number(receipt.number.lower().replace("-", " ").replace("1", "i")) == (
        receipt.number
    )
    wrong = ("A" if receipt.code[0] != "A" else "B") + receipt.code[1:]
    assert not receipt.is_confirmed_by(wrong)
    assert not receipt.is_confirmed_by("")
    assert not receipt.is_confirmed_by("ñ")
