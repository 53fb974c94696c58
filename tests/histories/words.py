"""Operations and states in words, for the story of a violation."""

from lambdas.domain.money import major
from tests.histories.account import AccountState
from tests.histories.operations import (
    Deposit,
    Deposited,
    OrderView,
    Place,
    PostingPage,
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


def in_words(operation: Operation) -> str:
    """Who asked for what, and was told what."""
    if isinstance(operation.request, Settle):
        return _asked(operation.request)
    return f"{operation.client} {_asked(operation.request)} → {_told(operation.response)}"


def _asked(request: Request) -> str:
    match request:
        case Deposit(_, amount_minor):
            return f"deposits {major(amount_minor)}"
        case Place(order_id, purchase):
            return f"buys {purchase.fingerprint} ({order_id})"
        case Settle(order_id, event):
            return f"the system ends {order_id}: {event}"
        case ReadWallet():
            return "reads the wallet"
        case ReadOrder(order_id):
            return f"reads {order_id}"
        case ReadPostings(limit, behind):
            return f"reads {limit} postings" + (f" behind {behind}" if behind else "")
        case ReadPositions(symbol):
            return f"reads the positions{f' in {symbol}' if symbol else ''}"


def _told(response: Response) -> str:
    match response:
        case None:
            return "no answer"
        case Refused(code):
            return f"refused: {code}"
        case Deposited(amount_minor, is_new):
            return f"{major(amount_minor)} deposited" + ("" if is_new else " before")
        case Wallet(available_minor, held_minor):
            return f"available {major(available_minor)}, held {major(held_minor)}"
        case OrderView():
            what = f"{response.quantity} {response.symbol} at {response.price}"
            return f"{response.state}, {what} = {major(response.cost_minor)}"
        case PostingPage(postings, has_more):
            lines = [f"{p.kind} {major(p.available_minor)}/{major(p.held_minor)}" for p in postings]
            return ", ".join([*lines, *(["more"] if has_more else [])]) or "none"
        case _:
            return ", ".join(f"{p.quantity} {p.symbol}" for p in response) or "none"


def state_in_words(state: object) -> str:
    """Balances, orders by state, and how many postings there are."""
    assert isinstance(state, AccountState)
    account = state.account
    orders = sorted(order.state.value for order in state.orders.values())
    return (
        f"available {major(account.available_minor)}, held {major(account.held_minor)};"
        f" {len(state.postings)} postings; orders: {', '.join(orders) or 'none'}"
    )
