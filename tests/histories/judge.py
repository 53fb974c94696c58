"""Collects what the clients of each account were told, and judges it at the end of a run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from lambdas.domain.orders import Event, State
from tests.histories.account import NOT_FOUND, AccountModel, Facts
from tests.histories.operations import (
    Deposit,
    Deposited,
    OrderView,
    PostingView,
    ReadOrder,
    ReadPostings,
    Request,
    Response,
    Settle,
    Wallet,
)
from tests.histories.words import in_words, state_in_words
from tests.linearizability import (
    NEVER,
    Operation,
    Recorder,
    check,
    check_versions,
    story,
)

_BEGINNING: Final = float("-inf")
_MOST_STEPS: Final = 200_000
_RANKS: Final = {State.PENDING: 0, State.SENT: 1}  # 2: ended
_ENDS: Final = {
    "ACCEPTED": Event.ACCEPT,
    "REJECTED": Event.REJECT,
    "VOIDED": Event.VOID,
}
Moment = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class OrderRecord:
    """An order as it is at the end of a run."""

    order_id: str
    state: str
    facts: Facts


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is stored of one account at the end: its ledger from the first posting on, its orders.

    `moments`: when a posting was written, where that is known: no earlier and no later than.
    `echoes`: the same for an order that became SENT.
    """

    postings: Sequence[str]
    orders: Sequence[OrderRecord]
    moments: Mapping[str, Moment] = field(default_factory=dict)
    echoes: Mapping[str, Moment] = field(default_factory=dict)


@dataclass
class Histories:
    """Histories of all accounts. The clock is the caller's."""

    recorders: defaultdict[str, Recorder] = field(default_factory=lambda: defaultdict(Recorder))
    checked: int = 0

    def call(self, account_id: str, client: str, request: Request, at: float) -> int:
        """A request is sent."""
        return self.recorders[account_id].call(client, request, at)

    def ret(
        self,
        account_id: str,
        number: int,
        response: Response,
        at: float,
        *,
        request: Request | None = None,
    ) -> None:
        """Its answer arrives. `request`: what is known of the request only now."""
        more: dict[str, Any] = {} if request is None else {"request": request}
        self.recorders[account_id].ret(number, response, at, **more)

    def violations(self, truths: Mapping[str, Truth]) -> Iterator[str]:
        """A story for each account whose answers nothing explains."""
        for account_id, recorder in sorted(self.recorders.items()):
            truth = truths.get(account_id, Truth(postings=(), orders=()))
            told = [one for one in recorder.history() if _says_something(one)]
            self.checked += len(told)
            yield from _violations(account_id, told, truth)


def _says_something(operation: Operation) -> bool:
    """A read without an answer does not."""
    return (
        operation.response is not None
        or hasattr(operation.request, "purchase")
        or hasattr(operation.request, "deposit_id")
    )


def _violations(account_id: str, told: list[Operation], truth: Truth) -> Iterator[str]:
    numbers = {posting_id: number for number, posting_id in enumerate(truth.postings, start=1)}
    facts = {order.order_id: order.facts for order in truth.orders}
    model = AccountModel(account_id=account_id, numbers=numbers, facts=facts)
    operations = [*_without_repetitions(told), *_settlements(truth)]
    verdict = check(operations, model, max_steps=_MOST_STEPS, is_read=_changes_nothing)
    if verdict.is_explained is False:
        yield story(verdict, in_words, state_in_words)
    elif verdict.is_explained is None:
        yield f"the search for an explanation gave up after {_MOST_STEPS} steps"
    yield from _older_than_known(told, truth)
    yield from _order_states(told, truth)


def _without_repetitions(told: list[Operation]) -> Iterator[Operation]:
    """Of the requests of one cause without an answer, only the first one matters."""
    seen: set[str] = set()
    for one in told:
        if one.response is None:
            cause = one.request.deposit_id if isinstance(one.request, Deposit) else None
            cause = cause or one.request.order_id
            if cause in seen:
                continue
            seen.add(cause)
        yield one


def _changes_nothing(operation: Operation) -> bool:
    """A read, a refusal, or a repetition; not what made something, nor what nobody knows of."""
    match operation.response:
        case None:
            return False
        case Deposited(is_new=is_new) | OrderView(is_new=is_new):
            return not is_new
        case _:
            return True


def _settlements(truth: Truth) -> Iterator[Operation]:
    """The ends of orders: the exchange's doing, or an operator's."""
    for order in truth.orders:
        posting_id = f"{order.order_id}#END"
        if order.state in _ENDS and posting_id in truth.postings:
            call, ret = truth.moments.get(posting_id, (_BEGINNING, NEVER))
            yield Operation(
                client="system",
                request=Settle(order.order_id, _ENDS[order.state]),
                response=None,
                call=call,
                ret=ret,
            )


class _AnyState:
    """Accepts everything: only versions and times are compared."""

    def initial(self) -> int:
        return 0

    def step(self, state: int, operation: Operation) -> int:
        return state


def _older_than_known(told: list[Operation], truth: Truth) -> Iterator[str]:
    """Answers that carry the account's version: by version, then by real time."""
    versioned = [
        replace(one, version=one.response.version)
        for one in told
        if isinstance(one.response, Wallet) and one.response.version is not None
    ]
    writes = [
        _write(number, truth.moments.get(posting_id, (_BEGINNING, NEVER)))
        for number, posting_id in enumerate(truth.postings, start=1)
    ]
    yield from _contradiction([*writes, *versioned])


def _order_states(told: list[Operation], truth: Truth) -> Iterator[str]:
    """PENDING, SENT, ended: no client sees an order go back."""
    seen: defaultdict[str, list[Operation]] = defaultdict(list)
    for one in told:
        if isinstance(one.response, OrderView):
            rank = _RANKS.get(one.response.state, 2)
            seen[one.request.order_id].append(replace(one, version=rank))
    for order_id, reads in seen.items():
        sent = truth.echoes.get(order_id, (_BEGINNING, NEVER))
        ended = truth.moments.get(f"{order_id}#END", (_BEGINNING, NEVER))
        if order_id not in truth.echoes and ended[1] != NEVER:
            sent = ended  # it ended without having been SENT
        yield from _contradiction([_write(1, sent), _write(2, ended), *reads])


def _write(version: int, moment: Moment) -> Operation:
    return Operation(
        client="system",
        request=None,
        response=None,
        call=moment[0],
        ret=moment[1],
        version=version,
        is_write=True,
    )


def _contradiction(operations: list[Operation]) -> Iterator[str]:
    found = check_versions(operations, _AnyState())
    if found is not None:
        known = "the system has moved on"
        if found.earlier is not None and found.earlier.request is not None:
            known = in_words(found.earlier)
        yield f"{in_words(found.operation)}\n  is {found.reason}: {known}"


def ledger_complaints(
    pages: Iterable[Sequence[PostingView]],
    times: Sequence[str],
    wallet: tuple[int, int],
) -> Iterator[str]:
    """The ledger at a quiet moment, page by page, newest first, with the time of each posting.

    At every cursor boundary, what was shown and what is still to come add up to the wallet.
    """
    available, held = wallet
    seen: set[str] = set()
    for page in pages:
        for posting in page:
            if posting.posting_id in seen:
                yield f"the ledger shows {posting.posting_id} twice"
            seen.add(posting.posting_id)
            available -= posting.available_minor
            held -= posting.held_minor
        if available < 0 or held < 0:
            yield f"before the page of {page[-1].posting_id} the balances were negative"
    if (available, held) != (0, 0):
        yield f"wallet and ledger differ by {available}/{held}"
    if list(times) != sorted(times, reverse=True):
        yield f"the ledger's times go backwards: {list(times)}"


def facts_of(symbol: str, quantity: str, price: str) -> Facts:
    """Facts from text."""
    return Facts(symbol, Decimal(quantity), Decimal(price))


__all__ = [
    "NOT_FOUND",
    "Histories",
    "OrderRecord",
    "ReadOrder",
    "ReadPostings",
    "Truth",
    "facts_of",
    "ledger_complaints",
]
