"""`make demo`: the main use case step by step, through the public interfaces only.

Every step checks what it prints. The first wrong result ends the demo with exit status 1.
"""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from local.deploy import Outputs
from local.options import CannotRun, Options
from local.simulator import REJECTED_SYMBOL
from local.users import Investor, NotConfirmed, confirm_sign_up

_DEPOSIT: Final = "1000.00"
_QUANTITY: Final = "0.5"
_REJECTED_QUANTITY: Final = "100"
_TIMEOUT_S: Final = 30
_POLL_S: Final = 0.1
_SYMBOL: Final = "AAPL"

T = TypeVar("T")


class DemoFailed(CannotRun):
    """A step of the demo had a wrong result."""


def demo(options: Options) -> None:
    """Run the main use case and print each step."""
    outputs = Outputs.read(options)
    email = f"ana.{secrets.token_hex(4)}@example.com"
    investor = Investor(outputs, email, password=f"Demo-{secrets.token_hex(8)}-1A")
    _sign_up_and_in(outputs, investor)
    _deposit(investor)
    bought = _wait_for_price(investor, wanted=_SYMBOL)
    _buy_accepted(investor, bought)
    _show_position(investor, bought)
    _buy_rejected(investor, _wait_for_price(investor, wanted=REJECTED_SYMBOL))
    print("\nAll as it should be.")


def _sign_up_and_in(outputs: Outputs, investor: Investor) -> None:
    investor.sign_up()
    _print_step("Sign up", f"{investor.email} asks for an account")
    try:
        investor.sign_in()
    except NotConfirmed:
        _print_step("Sign in", "refused: the account is not confirmed yet")
    else:
        raise DemoFailed("An account that no operator has confirmed could sign in.")
    confirm_sign_up(outputs, investor.email)
    _print_step("Confirm", "an operator accepts the account")
    investor.sign_in()
    me = investor.get("/me")
    _print_step("Sign in", f"welcome, {me.get('email', investor.email)}")


def _deposit(investor: Investor) -> None:
    investor.post("/wallet/deposits", {"amount": _DEPOSIT})
    _print_step("Deposit", f"USD {_DEPOSIT} → {_wallet(investor)}")
    _require_wallet(investor, available=_DEPOSIT, held="0.00")


def _wait_for_price(investor: Investor, *, wanted: str) -> dict[str, Any]:
    max_age = timedelta(seconds=investor.get("/me")["limits"]["max_price_age_s"])
    board = _wait(
        lambda: _tradable(investor.get("/stocks")["items"], wanted, max_age),
        f"a price of {wanted} that is recent enough to trade on. Does an exchange publish prices?",
    )
    stocks, stock = board
    if wanted == _SYMBOL:
        shown = ", ".join(f"{each['symbol']} {each['price']}" for each in stocks[:5])
        _print_step("Board", f"{len(stocks)} companies: {shown}, …")
    return stock


def _tradable(
    stocks: list[dict[str, Any]], symbol: str, max_age: timedelta
) -> tuple[list[dict[str, Any]], dict[str, Any]] | None:
    """The board and one company of it, once its price is recent enough to trade on.

    The exchange begins with the prices of the last day.
    """
    stock = next((stock for stock in stocks if stock["symbol"] == symbol), None)
    if stock is None:
        return None
    age = datetime.now(UTC) - datetime.fromisoformat(stock["observed_at"])
    return (stocks, stock) if age < max_age else None


def _buy_accepted(investor: Investor, stock: dict[str, Any]) -> None:
    order, seen = _buy(investor, stock, quantity=_QUANTITY)
    if order["state"] != "ACCEPTED" or seen[0] != "PENDING":
        raise DemoFailed(f"The order went {' → '.join(seen)}, not from PENDING to ACCEPTED.")
    _print_step("Follow", _timeline(order, seen))
    left = Decimal(_DEPOSIT) - Decimal(order["cost"])
    _print_step("Wallet", _wallet(investor))
    _require_wallet(investor, available=f"{left:.2f}", held="0.00")


def _show_position(investor: Investor, stock: dict[str, Any]) -> None:
    positions = investor.get("/portfolio")["positions"]
    if [(each["symbol"], Decimal(each["quantity"])) for each in positions] != [
        (stock["symbol"], Decimal(_QUANTITY))
    ]:
        raise DemoFailed(f"The portfolio shows {positions}.")
    owned = positions[0]
    _print_step(
        "Position",
        f"{owned['quantity']} {owned['symbol']}, cost {owned['cost']}, value {owned['value']}",
    )
    for posting in reversed(investor.get("/wallet/postings")["items"]):
        _print_step("Ledger", _posting_line(posting))


def _buy_rejected(investor: Investor, stock: dict[str, Any]) -> None:
    before = investor.get("/wallet")
    order, seen = _buy(investor, stock, quantity=_REJECTED_QUANTITY)
    if order["state"] != "REJECTED":
        raise DemoFailed(
            f"The exchange should reject {stock['symbol']}, and the order is {order['state']}."
        )
    _print_step("Follow", _timeline(order, seen))
    newest = investor.get("/wallet/postings")["items"][0]
    _print_step("Ledger", _posting_line(newest))
    _print_step("Wallet", f"{_wallet(investor)}: the money is back")
    _require_wallet(investor, available=before["available"], held=before["held"])


def _buy(
    investor: Investor, stock: dict[str, Any], *, quantity: str
) -> tuple[dict[str, Any], list[str]]:
    """Place an order and follow it: its final state, and the states seen on the way."""
    placed = investor.post("/orders", {"symbol": stock["symbol"], "quantity": quantity})
    _print_step("Buy", f"{quantity} {placed['symbol']} at {placed['price']}; {_wallet(investor)}")
    seen = [placed["state"]]

    def ended() -> dict[str, Any] | None:
        order: dict[str, Any] = investor.get(f"/orders/{placed['order_id']}")
        if order["state"] != seen[-1]:
            seen.append(order["state"])
        return order if order["state"] not in {"PENDING", "SENT"} else None

    return _wait(ended, "an answer of the exchange"), seen


def _timeline(order: dict[str, Any], seen: list[str]) -> str:
    # The answer may arrive before we poll the state SENT; `sent_at` records it all the same.
    if order["sent_at"] and "SENT" not in seen:
        seen.insert(1, "SENT")
    reason = f" ({order['reason']})" if order["reason"] else ""
    return " → ".join(seen) + reason


def _posting_line(posting: dict[str, Any]) -> str:
    available, held = Decimal(posting["available"]), Decimal(posting["held"])
    symbol = f" {posting['symbol']}" if posting["symbol"] else ""
    return f"{posting['kind']}{symbol}: available {available:+.2f}, held {held:+.2f}"


def _wallet(investor: Investor) -> str:
    wallet = investor.get("/wallet")
    return f"available {wallet['available']}, held {wallet['held']}"


def _require_wallet(investor: Investor, *, available: str, held: str) -> None:
    wallet = investor.get("/wallet")
    if (wallet["available"], wallet["held"]) != (available, held):
        raise DemoFailed(
            f"The wallet should show available {available} and held {held}, but shows {wallet}."
        )


def _wait(poll: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + _TIMEOUT_S
    while (found := poll()) is None:
        if time.monotonic() > deadline:
            raise DemoFailed(
                f"Waited {_TIMEOUT_S} s for {what}\n  Look at the logs of make up, or: make logs"
            )
        time.sleep(_POLL_S)
    return found


def _print_step(step: str, result: str) -> None:
    print(f"  {step:<9} {result}", flush=True)
