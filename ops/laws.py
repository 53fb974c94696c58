"""The laws of money for one account: pure checks of what is stored.

Every rule is stated here a second time, from the stored facts and without the code that writes
them: a check that shares the writer's mistakes finds none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from itertools import zip_longest
from typing import Final, NamedTuple

from lambdas.domain import money
from lambdas.domain.deposits import Deposit, DepositState
from lambdas.domain.ledger import Account, LineAccount, Position, Posting
from lambdas.domain.orders import Order, State


class Law(IntEnum):
    """The laws by their numbers; 0 is what all the others need."""

    READABLE = 0
    NOT_NEGATIVE = 1
    NOTHING_LOST = 2
    HELD = 3
    POSITIONS = 4
    LEDGER = 5
    CAUSES = 6


TITLES: Final = {
    Law.READABLE: "every item has the form that our code writes",
    Law.NOT_NEGATIVE: "available and held are never negative",
    Law.NOTHING_LOST: "available + held + spent = deposited - refunded",
    Law.HELD: "held = the costs of the open orders",
    Law.POSITIONS: "a position = the sum of its accepted orders",
    Law.LEDGER: "postings have no gaps, sum to zero, and give the balances",
    Law.CAUSES: "every order and deposit has exactly its postings, and ends as the exchange says",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A law that does not hold: of what, what it must be, what it is, and by how much."""

    account_id: str
    law: Law
    what: str
    expected: str
    found: str
    off_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecords:
    """Everything that is stored of one account. `orders` include those its postings name."""

    account_id: str
    account: Account | None = None
    postings: Sequence[Posting] = ()  # by number
    positions: Sequence[Position] = ()
    deposits: Sequence[Deposit] = ()
    orders: Sequence[Order] = ()

    @property
    def deposited_minor(self) -> int:
        """Sum of the confirmed deposits, less what was given back of them."""
        return sum(
            deposit.amount_minor - deposit.refunded_minor
            for deposit in self.deposits
            if deposit.state is DepositState.CONFIRMED
        )

    @property
    def spent_minor(self) -> int:
        """Sum of the costs of the account's accepted orders."""
        return sum(order.cost_minor for order in self._own_orders if order.state is State.ACCEPTED)

    @property
    def open_orders(self) -> list[Order]:
        """Orders without an end, whose cost is held."""
        return [order for order in self._own_orders if _is_open(order)]

    @property
    def accepted_orders(self) -> list[Order]:
        """Orders that the exchange accepted."""
        return [order for order in self._own_orders if order.state is State.ACCEPTED]

    @property
    def _own_orders(self) -> list[Order]:
        return [order for order in self.orders if order.account_id == self.account_id]


def account_breaches(records: AccountRecords) -> Iterator[Breach]:
    """Every law that the account breaks. An account without an account item counts as empty."""
    account = records.account or Account(account_id=records.account_id)
    yield from _balance_breaches(records, account)
    yield from _position_breaches(records)
    yield from _ledger_breaches(records, account)
    yield from _cause_breaches(records)


def order_breaches(order: Order, postings: Sequence[Posting]) -> Iterator[Breach]:
    """What is wrong with an order's cost and with the postings that it caused."""
    yield from _cost_breaches(order)
    yield from _posting_breaches(
        order.account_id, f"order {order.order_id}, which is {order.state}", _steps(order), postings
    )


# --- laws 1 to 4: balances and positions ---


def _balance_breaches(records: AccountRecords, account: Account) -> Iterator[Breach]:
    available, held = account.available_minor, account.held_minor
    for name, amount_minor in (("available", available), ("held", held)):
        if amount_minor < 0:
            yield _amounts(records.account_id, Law.NOT_NEGATIVE, name, 0, amount_minor)
    yield from _equal_amounts(
        records.account_id,
        Law.NOTHING_LOST,
        "available + held + spent",
        records.deposited_minor,
        available + held + records.spent_minor,
    )
    open_minor = sum(order.cost_minor for order in records.open_orders)
    yield from _equal_amounts(records.account_id, Law.HELD, "held", open_minor, held)


class _Shares(NamedTuple):
    quantity: Decimal = Decimal(0)
    cost_minor: int = 0


def _position_breaches(records: AccountRecords) -> Iterator[Breach]:
    found = {it.symbol: _Shares(it.quantity, it.cost_minor) for it in records.positions}
    bought: dict[str, _Shares] = {}
    for order in records.accepted_orders:
        before = bought.get(order.symbol, _Shares())
        bought[order.symbol] = _Shares(
            money.EXACT.add(before.quantity, order.quantity), before.cost_minor + order.cost_minor
        )
    for symbol in sorted(found.keys() | bought.keys()):
        must, has = bought.get(symbol, _Shares()), found.get(symbol, _Shares())
        if must.quantity != has.quantity:
            difference = money.EXACT.subtract(has.quantity, must.quantity).normalize()
            yield Breach(
                account_id=records.account_id,
                law=Law.POSITIONS,
                what=f"shares of {symbol}",
                expected=money.plain(must.quantity),
                found=money.plain(has.quantity),
                off_by=f"{difference:+f}",
            )
        yield from _equal_amounts(
            records.account_id,
            Law.POSITIONS,
            f"cost of {symbol}",
            must.cost_minor,
            has.cost_minor,
        )


# --- law 5: the ledger ---


def _ledger_breaches(records: AccountRecords, account: Account) -> Iterator[Breach]:
    previous = Account(account_id=records.account_id)
    for posting in records.postings:
        yield from _entry_breaches(previous, posting)
        previous = Account(
            account_id=records.account_id,
            available_minor=posting.available_after_minor,
            held_minor=posting.held_after_minor,
            version=posting.number,
            posted_at=posting.recorded_at,
        )
    yield from _end_breaches(records, account, previous)


def _entry_breaches(previous: Account, posting: Posting) -> Iterator[Breach]:
    """One posting, and how it follows the one before."""
    account_id, name = previous.account_id, f"posting {posting.number}"
    sums = _sums([posting])
    if posting.number != previous.version + 1:
        yield _facts(
            account_id, Law.LEDGER, "next posting's number", previous.version + 1, posting.number
        )
    yield from _equal_amounts(
        account_id, Law.LEDGER, f"sum of the lines of {name}", 0, sum(sums.values())
    )
    for line_account, before_minor, after_minor in (
        (LineAccount.AVAILABLE, previous.available_minor, posting.available_after_minor),
        (LineAccount.HELD, previous.held_minor, posting.held_after_minor),
    ):
        what = f"{line_account} after {name}"
        must_minor = before_minor + sums[line_account]
        yield from _equal_amounts(account_id, Law.LEDGER, what, must_minor, after_minor)
        if after_minor < 0:
            yield _amounts(account_id, Law.NOT_NEGATIVE, what, 0, after_minor)
    if previous.posted_at is not None and posting.recorded_at < previous.posted_at:
        yield _facts(
            account_id,
            Law.LEDGER,
            f"time of {name}",
            f"{_time(previous.posted_at)} or later",
            _time(posting.recorded_at),
        )


def _end_breaches(records: AccountRecords, account: Account, last: Account) -> Iterator[Breach]:
    """The account item against the last posting, and against the sum of all lines."""
    account_id, sums = records.account_id, _sums(records.postings)
    for line_account, found_minor, last_minor in (
        (LineAccount.AVAILABLE, account.available_minor, last.available_minor),
        (LineAccount.HELD, account.held_minor, last.held_minor),
    ):
        of_last = f"{line_account} (against the last posting)"
        of_lines = f"{line_account} (against the sum of all lines)"
        yield from _equal_amounts(account_id, Law.LEDGER, of_last, last_minor, found_minor)
        yield from _equal_amounts(account_id, Law.LEDGER, of_lines, sums[line_account], found_minor)
    if account.version != last.version:
        yield _facts(account_id, Law.LEDGER, "version", last.version, account.version)
    if account.posted_at != last.posted_at:
        must, has = _time(last.posted_at), _time(account.posted_at)
        yield _facts(account_id, Law.LEDGER, "time of the last posting", must, has)


def _sums(postings: Iterable[Posting]) -> Counter[LineAccount]:
    """Sum of the lines of each account."""
    sums: Counter[LineAccount] = Counter()
    for posting in postings:
        for line in posting.lines:
            sums[line.account] += line.amount_minor
    return sums


def counter_sums(records: AccountRecords) -> Mapping[LineAccount, int]:
    """Sums of the counter-accounts in the account's lines: all but available and held."""
    sums = _sums(records.postings)
    return {it: sums[it] for it in sums if it not in (LineAccount.AVAILABLE, LineAccount.HELD)}


# --- law 6: orders and deposits against the postings that they caused ---


def _cause_breaches(records: AccountRecords) -> Iterator[Breach]:
    caused: dict[str, list[Posting]] = defaultdict(list)
    for posting in records.postings:
        caused[posting.cause_id].append(posting)
    for order in records.orders:
        if order.account_id == records.account_id:
            yield from order_breaches(order, caused.pop(order.order_id, []))
        else:
            yield _facts(
                records.account_id,
                Law.CAUSES,
                f"account of order {order.order_id}, which postings of this account name",
                "this one",
                order.account_id,
            )
            caused.pop(order.order_id, None)
    for deposit in records.deposits:
        yield from _deposit_breaches(deposit, caused.pop(deposit.deposit_id, []))
    for cause_id, postings in caused.items():
        what = f"{cause_id}, which is no order and no deposit"
        yield from _posting_breaches(records.account_id, what, [], postings)


def _cost_breaches(order: Order) -> Iterator[Breach]:
    """Price × quantity, rounded half up, computed with fractions."""
    exact = Fraction(order.price) * Fraction(order.quantity) * 100
    must_minor = (exact + Fraction(1, 2)).__floor__()
    yield from _equal_amounts(
        order.account_id,
        Law.CAUSES,
        f"cost of order {order.order_id}",
        must_minor,
        order.cost_minor,
    )


def _steps(order: Order) -> list[str]:
    """The postings that an order must have, in their order."""
    cost_minor, symbol = order.cost_minor, order.symbol
    hold = _step("HOLD", {"available": -cost_minor, "held": cost_minor}, symbol)
    if _is_open(order):
        return [hold]
    if order.state is State.ACCEPTED:
        return [hold, _step("SPEND", {"held": -cost_minor, "exchange": cost_minor}, symbol)]
    return [hold, _step("RELEASE", {"held": -cost_minor, "available": cost_minor}, symbol)]


def _deposit_breaches(deposit: Deposit, postings: Sequence[Posting]) -> Iterator[Breach]:
    """A confirmed deposit has one posting, and perhaps refunds; any other has none.

    Its method names the counter-account.
    """
    what = f"deposit {deposit.deposit_id}, which is {deposit.state}"
    refunds = [posting for posting in postings if posting.kind == "REFUND"]
    refunded_minor = -_sums(refunds)[LineAccount.AVAILABLE]
    steps = []
    if deposit.state is DepositState.CONFIRMED:
        lines = {"available": deposit.amount_minor, deposit.method.value: -deposit.amount_minor}
        steps = [_step("DEPOSIT", lines, None), *(_refund_step(posting) for posting in refunds)]
    yield from _posting_breaches(deposit.account_id, what, steps, postings)
    yield from _equal_amounts(
        deposit.account_id,
        Law.CAUSES,
        f"refunded of {what},",
        refunded_minor,
        deposit.refunded_minor,
    )
    if deposit.refunded_minor > deposit.amount_minor:
        yield _amounts(
            deposit.account_id,
            Law.CAUSES,
            f"refunded of {what},",
            deposit.amount_minor,
            deposit.refunded_minor,
        )


def _refund_step(posting: Posting) -> str:
    """What a refund must be: from `available` back to the card."""
    amount_minor = -posting.amount_of(LineAccount.AVAILABLE)
    return _step("REFUND", {"available": -amount_minor, "webpay": amount_minor}, None)


def _posting_breaches(
    account_id: str, cause: str, steps: Sequence[str], postings: Sequence[Posting]
) -> Iterator[Breach]:
    """Compares the postings of one cause with those that it must have."""
    found = [_posting_step(posting) for posting in postings]
    if found == steps:
        return
    missing, surplus = Counter(steps) - Counter(found), Counter(found) - Counter(steps)
    if not missing and not surplus:
        yield _facts(
            account_id, Law.CAUSES, f"sequence of {cause}", "; ".join(steps), "; ".join(found)
        )
    for must, has in zip_longest(missing.elements(), surplus.elements(), fillvalue="none"):
        yield _facts(account_id, Law.CAUSES, f"posting of {cause},", must, has)


def _posting_step(posting: Posting) -> str:
    lines = {account.value: sum_minor for account, sum_minor in _sums([posting]).items()}
    return _step(posting.kind, lines, posting.symbol)


def _step(kind: str, lines: Mapping[str, int], symbol: str | None) -> str:
    of = "" if symbol is None else f" of {symbol}"
    return f"{kind}{of}: " + ", ".join(f"{it} {signed(lines[it])}" for it in sorted(lines))


# --- breaches in words ---


def signed(amount_minor: int) -> str:
    """An amount with its sign: `+0.01` for one cent too much."""
    return f"{'+' if amount_minor >= 0 else ''}{money.major(amount_minor)}"


def _is_open(order: Order) -> bool:
    return order.state in (State.PENDING, State.SENT)


def _equal_amounts(
    account_id: str, law: Law, what: str, expected_minor: int, found_minor: int
) -> Iterator[Breach]:
    if expected_minor != found_minor:
        yield _amounts(account_id, law, what, expected_minor, found_minor)


def _amounts(account_id: str, law: Law, what: str, expected_minor: int, found_minor: int) -> Breach:
    return Breach(
        account_id=account_id,
        law=law,
        what=what,
        expected=money.major(expected_minor),
        found=money.major(found_minor),
        off_by=signed(found_minor - expected_minor),
    )


def _facts(account_id: str, law: Law, what: str, expected: object, found: object) -> Breach:
    return Breach(
        account_id=account_id, law=law, what=what, expected=str(expected), found=str(found)
    )


def _time(at: datetime | None) -> str:
    return "never" if at is None else at.isoformat()
