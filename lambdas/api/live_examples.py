"""One example of every message of the live connection, made as the functions make them."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from msgspec import Struct

from lambdas.api import live
from lambdas.api.examples import DEPOSIT, ORDER, PLACED, QUOTE, ZONE

_NOW: Final = datetime(2023, 10, 29, 19, 33, 2, 500_000, tzinfo=UTC)
_USD: Final = "USD"

EXAMPLES: Final[dict[type[Struct], str]] = {
    live.OrderMessage: live.order_message(ORDER, now=_NOW, overdue_after=timedelta(minutes=15)),
    live.WalletMessage: live.wallet_message(PLACED.account_after, _USD, now=_NOW),
    live.DepositMessage: live.deposit_message(DEPOSIT.after, _USD, now=_NOW),
    live.ReceiptMessage: live.receipt_message(ORDER.order_id, now=_NOW),
    live.PricesMessage: live.prices_messages([QUOTE], ZONE, now=_NOW)[0],
    live.HeartbeatMessage: live.heartbeat_message(2, 60, now=_NOW),
    live.Ping: msgspec.json.encode(live.Ping()).decode(),
}
"""By message, as text."""
