"""`make demo`: the main job once, through the public doors only, as a story. Each step checks what
it tells; the first that is not as it should be ends the demo with exit status 1.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from local.confirm import confirm_sign_up
from local.errors import CannotRun
from local.investor import Investor, NotConfirmed
from local.options import Options
from local.outputs import Outputs
from local.simulator import REFUSED_SYMBOL

_DEPOSIT: Final = "1000.00"
_QUANTITY: Final = "0.5"
_REFUSED_QUANTITY: Final = "100"
_PATIENCE_S: Final = 30
_POLL_S: Final = 0.1
_NAMED_FIRST: Final = "AAPL"

T = TypeVar("T")


class NotAsItShould(CannotRun):
    """A step of the demo showed something else than it must."""


def demo(options: Options) -> int:
    """Walk the main job and print it."""
    outputs = Outputs.read(options)
    email = f"ana.{secrets.token_hex(4)}@example.com"
    investor = Investor(outputs, email, password=f"Demo-{secrets.token_hex(8)}-1A")
    _get_in(outputs, investor)
    _put_money_in(investor)
    bought = _choose(investor, wanted=_NAMED_FIRST)
    _buy_and_get_it(investor, bought)
    _show_what_is_owned(investor, bought)
    _buy_and_be_refused(investor, _choose(investor, wanted=REFUSED_SYMBOL))
    print("\nAll as it should be.")
    return 0


def _get_in(outputs: Outputs, investor: Investor) -> None:
    investor.sign_up()
    _tell("Sign up", f"{investor.email} asks for an account")
    try:
        investor.sign_in()
    except NotConfirmed:
        _tell("Sign in", "refused: the account is not confirmed yet")
    else:
        raise NotAsItShould("An account that nobody has confirmed could sign in.")
    confirm_sign_up(outputs, investor.email)
    _tell("Confirm", "an operator accepts the account")
    investor.sign_in()
    me = investor.get("/me")
    _tell("Sign in", f"welcome, {me.get('email', investor.email)}")


def _put_money_in(investor: Investor) -> None:
    investor.post("/wallet/deposits", {"amount": _DEPOSIT})
    _tell("Deposit", f"USD {_DEPOSIT} → {_wallet(investor)}")
    _require_wallet(investor, available=_DEPOSIT, held="0.00")


def _choose(investor: Investor, *, wanted: str) -> dict[str, Any]:
    max_age = timedelta(seconds=investor.get("/me")["limits"]["max_price_age_s"])
    board = _wait(
        lambda: _tradable(investor.get("/stocks")["items"], wanted, max_age),
        f"a price of {wanted} that is fresh enough to trade on. Does an exchange speak?",
    )
    stocks, stock = board
    if wanted == _NAMED_FIRST:
        shown = ", ".join(f"{each['symbol']} {each['price']}" for each in stocks[:5])
        _tell("Board", f"{len(stocks)} companies: {shown}, …")
    return stock


def _tradable(
    stocks: list[dict[str, Any]], symbol: str, max_age: timedelta
) -> tuple[list[dict[str, Any]], dict[str, Any]] | None:
    """The board and the company on it, once its price is fresh: the exchange begins with a day
    gone by.
    """
    stock = next((stock for stock in stocks if stock["symbol"] == symbol), None)
    if stock is None:
        return None
    age = datetime.now(UTC) - datetime.fromisoformat(stock["observed_at"])
    return (stocks, stock) if age < max_age else None


def _buy_and_get_it(investor: Investor, stock: dict[str, Any]) -> None:
    order, seen = _buy(investor, stock, quantity=_QUANTITY)
    if order["state"] != "ACCEPTED" or seen[0] != "PENDING":
        raise NotAsItShould(f"The order went {' → '.join(seen)}, not from PENDING to ACCEPTED.")
    _tell("Follow", _story(order, seen))
    left = Decimal(_DEPOSIT) - Decimal(order["cost"])
    _tell("Wallet", _wallet(investor))
    _require_wallet(investor, available=f"{left:.2f}", held="0.00")


def _show_what_is_owned(investor: Investor, stock: dict[str, Any]) -> None:
    positions = investor.get("/portfolio")["positions"]
    if [(each["symbol"], Decimal(each["quantity"])) for each in positions] != [
        (stock["symbol"], Decimal(_QUANTITY))
    ]:
        raise NotAsItShould(f"The portfolio shows {positions}.")
    owned = positions[0]
    _tell(
        "Position",
        f"{owned['quantity']} {owned['symbol']}, cost {owned['cost']}, value {owned['value']}",
    )
    for posting in reversed(investor.get("/wallet/postings")["items"]):
        _tell("Ledger", _movement(posting))


def _buy_and_be_refused(investor: Investor, stock: dict[str, Any]) -> None:
    before = investor.get("/wallet")
    order, seen = _buy(investor, stock, quantity=_REFUSED_QUANTITY)
    if order["state"] != "REJECTED":
        raise NotAsItShould(
            f"The exchange should reject {stock['symbol']}, and the order is {order['state']}."
        )
    _tell("Follow", _story(order, seen))
    newest = investor.get("/wallet/postings")["items"][0]
    _tell("Ledger", _movement(newest))
    _tell("Wallet", f"{_wallet(investor)}: the money is back")
    _require_wallet(investor, available=before["available"], held=before["held"])


def _buy(
    investor: Investor, stock: dict[str, Any], *, quantity: str
) -> tuple[dict[str, Any], list[str]]:
    """Place an order and follow it: the order as it ended, and the states that were seen."""
    placed = investor.post("/orders", {"symbol": stock["symbol"], "quantity": quantity})
    _tell("Buy", f"{quantity} {placed['symbol']} at {placed['price']}; {_wallet(investor)}")
    seen = [placed["state"]]

    def ended() -> dict[str, Any] | None:
        order: dict[str, Any] = investor.get(f"/orders/{placed['order_id']}")
        if order["state"] != seen[-1]:
            seen.append(order["state"])
        return order if order["state"] not in {"PENDING", "SENT"} else None

    return _wait(ended, "an answer of the exchange"), seen


def _story(order: dict[str, Any], seen: list[str]) -> str:
    # An answer may overtake our look at the echo; that it was sent is in the order all the same.
    if order["sent_at"] and "SENT" not in seen:
        seen.insert(1, "SENT")
    reason = f" ({order['reason']})" if order["reason"] else ""
    return " → ".join(seen) + reason


def _movement(posting: dict[str, Any]) -> str:
    available, held = Decimal(posting["available"]), Decimal(posting["held"])
    symbol = f" {posting['symbol']}" if posting["symbol"] else ""
    return f"{posting['kind']}{symbol}: available {available:+.2f}, held {held:+.2f}"


def _wallet(investor: Investor) -> str:
    wallet = investor.get("/wallet")
    return f"available {wallet['available']}, held {wallet['held']}"


def _require_wallet(investor: Investor, *, available: str, held: str) -> None:
    wallet = investor.get("/wallet")
    if (wallet["available"], wallet["held"]) != (available, held):
        raise NotAsItShould(f"The wallet should hold {available} and {held}, and holds {wallet}.")


def _wait(look: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + _PATIENCE_S
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise NotAsItShould(f"Waited {_PATIENCE_S} s in vain for {what}")
        time.sleep(_POLL_S)
    return found


def _tell(step: str, what: str) -> None:
    print(f"  {step:<9} {what}", flush=True)
