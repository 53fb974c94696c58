"""The sequential model of one account: the decisions of `lambdas.domain` on values of the domain.

Where the number of each posting is known from the ledger at the end of a run, the model allows no
other order of the writes, so that the search need only find the places of the reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple, assert_never

from lambdas.domain import deposits, orders
from lambdas.domain.errors import DomainError
from lambdas.domain.ledger import Account, LineAccount, Posting, PostingKind
from lambdas.domain.orders import Effect, Order, Purchase, Snapshot, State
from tests.builders import a_quote
from tests.histories.operations import (
    Deposit,
    Deposited,
    OrderView,
    Place,
    PositionView,
    PostingPage,
    PostingView,
    ReadOrder,
    ReadPositions,
    ReadPostings,
    ReadWallet,
    Refused,
    Request,
    Response,
    Settle,
    Wallet,
)
from tests.linearizability import Operation

_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)  # times play no part in what balances are
_POLICY: Final = orders.Policy(
    max_price_age=timedelta(hours=1),
    first_retry_after=timedelta(minutes=1),
    max_retry_interval=timedelta(hours=1),
    overdue_after=timedelta(hours=1),
    retry_orders=True,
)
NOT_FOUND: Final = Refused("not_found")
_NEEDS_MONEY: Final = ("insufficient_funds", "idempotency_key_reused")
"""Refusals that are judged; the others depend on the market or on the input alone."""


class Facts(NamedTuple):
    """What is known of an order from the end of a run, for requests whose answer was lost."""

    symbol: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, eq=False, slots=True)
class AccountState:
    """An account, its orders, and its ledger, oldest posting first.

    Equal if the same postings were written in the same order: everything else follows from them.
    """

    account: Account
    orders: Mapping[str, Order]
    postings: tuple[Posting, ...]
    deposits: Mapping[str, int]
    key: tuple[str, ...]

    @property
    def numbers(self) -> Mapping[str, int]:
        """Numbers of the postings by their public id."""
        return {posting_id: number for number, posting_id in enumerate(self.key, start=1)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AccountState) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def with_posting(
        self, posting: Posting, order: Order | None = None, deposit: tuple[str, int] | None = None
    ) -> "AccountState":
        """The state after one more posting and what caused it."""
        return AccountState(
            account=replace(posting.account_after, posted_at=None),
            orders=self.orders if order is None else {**self.orders, order.order_id: order},
            postings=(*self.postings, posting),
            deposits=self.deposits
            if deposit is None
            else {**self.deposits, deposit[0]: deposit[1]},
            key=(*self.key, posting.posting_id),
        )


@dataclass(frozen=True, kw_only=True)
class AccountModel:
    """A model for the search. `numbers`: by public posting id, from the ledger; None: not known."""

    account_id: str
    numbers: Mapping[str, int] | None = None
    facts: Mapping[str, Facts] = field(default_factory=dict)

    def initial(self) -> AccountState:
        """An account that nobody has used."""
        return AccountState(Account(account_id=self.account_id), {}, (), {}, ())

    def step(self, state: AccountState, operation: Operation) -> AccountState | None:
        """The state after the operation; None where its answer is impossible."""
        request: Request = operation.request
        response: Response = operation.response
        match request:
            case Deposit():
                return self._deposit(state, request, response)
            case Place():
                return self._place(state, request, response)
            case Settle():
                return self._settle(state, request)
            case ReadWallet():
                return _if(state, response is None or _is_wallet(state.account, response))
            case ReadOrder():
                told = _read_order(state, request)
                return _if(state, response is None or _is_same_order(told, response))
            case ReadPostings():
                return _if(state, response is None or _is_page(_page(state, request), response))
            case ReadPositions():
                return _if(state, response in (None, _positions(state, request)))
        assert_never(request)

    def _is_next(self, posting: Posting) -> bool:
        return self.numbers is None or self.numbers.get(posting.posting_id) == posting.number

    def _deposit(
        self, state: AccountState, request: Deposit, response: Response
    ) -> AccountState | None:
        known = state.deposits.get(request.deposit_id)
        if known is not None:
            number = state.numbers[f"{request.deposit_id}#DEPOSIT"]
            right = _repeated_deposit(known, request, number)
            return _if(state, response is None or response in right)
        amount_minor, deposit_id = request.amount_minor, request.deposit_id
        posting = deposits.deposit_demo_money(state.account, deposit_id, amount_minor, _NOW).posting
        assert posting is not None, "demo money is credited at once"
        if response is None and self.numbers is not None and posting.posting_id not in self.numbers:
            return state  # it never took effect
        if response is not None and response not in _deposited(amount_minor, posting.number, True):
            return None
        if not self._is_next(posting):
            return None
        return state.with_posting(posting, deposit=(deposit_id, amount_minor))

    def _place(
        self, state: AccountState, request: Place, response: Response
    ) -> AccountState | None:
        order = state.orders.get(request.order_id)
        match response:
            case None:
                facts = self.facts.get(request.order_id)
                if order is not None or facts is None:
                    return state  # a repetition, or it never took effect
                return self._placed(state, request, facts.price)
            case Refused(code) if code in _NEEDS_MONEY:
                return _if(state, _is_rightly_refused(state, request, code))
            case OrderView(is_new=False):
                return _if(
                    state, order is not None and _is_repeated(state, request, order, response)
                )
            case OrderView():
                is_known = request.prices is None or response.price in request.prices
                if order is not None or not is_known:
                    return None
                after = self._placed(state, request, response.price)
                if after is None or not _is_same_order(_read_order(after, request), response):
                    return None
                return after
            case _:
                return state

    def _placed(self, state: AccountState, request: Place, price: Decimal) -> AccountState | None:
        try:
            decision = _decide(state, request, price)
        except DomainError:
            return None
        assert decision is not None, "an unknown order is decided on"
        assert decision.posting is not None, "a new order holds money"
        if not self._is_next(decision.posting):
            return None
        return state.with_posting(decision.posting, order=decision.after)

    def _settle(self, state: AccountState, request: Settle) -> AccountState | None:
        order = state.orders.get(request.order_id)
        if order is None or not order.is_open:
            return None
        decision = orders.apply(order, request.event, state.account, now=_NOW)
        assert decision.effect is Effect.MOVE, "an open order ends"
        if decision.posting is None or not self._is_next(decision.posting):
            return None
        return state.with_posting(decision.posting, order=decision.after)


def _if(state: AccountState, is_right: bool) -> AccountState | None:
    return state if is_right else None


def _deposited(amount_minor: int, number: int, is_new: bool) -> list[Response]:
    """The right answers, with and without the number of the posting."""
    told = Deposited(amount_minor, is_new=is_new)
    return [told, told._replace(version=number)]


def _repeated_deposit(amount_minor: int, request: Deposit, number: int) -> list[Response]:
    if amount_minor == request.amount_minor:
        return _deposited(amount_minor, number, False)
    return [Refused("idempotency_key_reused")]


def _decide(state: AccountState, request: Place, price: Decimal) -> orders.Decision | None:
    purchase: Purchase = request.purchase
    quote = a_quote(symbol=purchase.symbol, price=price, observed_at=_NOW)
    snapshot = Snapshot(
        account=state.account, quote=quote, order=state.orders.get(request.order_id)
    )
    return orders.place(purchase, snapshot, order_id=request.order_id, now=_NOW, policy=_POLICY)


def _is_rightly_refused(state: AccountState, request: Place, code: str) -> bool:
    if request.prices is not None:
        return any(_refusal(state, request, price) == code for price in request.prices)
    amount_minor = request.purchase.amount_minor  # an order costs at most that, at any price
    if code != "insufficient_funds" or amount_minor is None:
        return True
    return state.account.available_minor < amount_minor


def _refusal(state: AccountState, request: Place, price: Decimal) -> str | None:
    try:
        _decide(state, request, price)
    except DomainError as error:
        return error.code
    return None


def _is_wallet(account: Account, told: Response) -> bool:
    return (
        isinstance(told, Wallet)
        and (told.available_minor, told.held_minor) == (account.available_minor, account.held_minor)
        and told.version in (None, account.version)
    )


def _is_repeated(state: AccountState, request: Place, order: Order, told: Response) -> bool:
    """The order that is known, for the same content under the same key."""
    is_same_content = order.request_fingerprint == request.purchase.fingerprint
    return is_same_content and _is_same_order(_view(state, order), told)


def _view(state: AccountState, order: Order) -> OrderView:
    return OrderView(
        state=order.state,
        symbol=order.symbol,
        quantity=order.quantity,
        price=order.price,
        cost_minor=order.cost_minor,
        version=max(p.number for p in state.postings if p.cause_id == order.order_id),
    )


def _read_order(state: AccountState, request: ReadOrder | Place) -> Response:
    order = state.orders.get(request.order_id)
    return NOT_FOUND if order is None else _view(state, order)


def _is_same_order(right: Response, told: Response) -> bool:
    """SENT is not told from PENDING here: no posting is between them (see `orders.py`)."""
    if not isinstance(right, OrderView) or not isinstance(told, OrderView):
        return right == told
    is_open = right.state in orders.OPEN
    state = right.state if not is_open or told.state not in orders.OPEN else told.state
    version = right.version if told.version is not None else None
    return told == right._replace(state=state, version=version, is_new=told.is_new)


def _page(state: AccountState, request: ReadPostings) -> PostingPage:
    place = len(state.postings)
    if request.behind is not None:
        places = [n for n, one in enumerate(state.postings) if one.posting_id == request.behind]
        if not places:
            return PostingPage((), has_more=True)  # impossible: no such page
        place = places[0]
    shown = state.postings[max(0, place - request.limit) : place]
    views = tuple(_posting_view(posting) for posting in reversed(shown))
    return PostingPage(views, has_more=place > request.limit)


def _is_page(right: PostingPage, told: Response) -> bool:
    if isinstance(told, PostingPage) and not all(posting.number for posting in told.postings):
        right = right._replace(postings=tuple(it._replace(number=0) for it in right.postings))
    return told == right


def _posting_view(posting: Posting) -> PostingView:
    return PostingView(
        posting_id=posting.posting_id,
        kind=posting.kind.value,
        available_minor=posting.amount_of(LineAccount.AVAILABLE),
        held_minor=posting.amount_of(LineAccount.HELD),
        number=posting.number,
    )


def _positions(state: AccountState, request: ReadPositions) -> tuple[PositionView, ...]:
    found: dict[str, PositionView] = {}
    for order in state.orders.values():
        if order.state is State.ACCEPTED and request.symbol in (None, order.symbol):
            old = found.get(order.symbol, PositionView(order.symbol, Decimal(0), 0))
            found[order.symbol] = PositionView(
                order.symbol, old.quantity + order.quantity, old.cost_minor + order.cost_minor
            )
    return tuple(found[symbol] for symbol in sorted(found))


def event_of(kind: PostingKind) -> orders.Event:
    """The event that ends an order with a posting of this kind."""
    return orders.Event.ACCEPT if kind is PostingKind.SPEND else orders.Event.REJECT
