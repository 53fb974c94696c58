"""The port `CardPayments` in memory, over the stand-in's core, and deposits in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random

from lambdas.domain.deposits import Charge, Deposit, Payment, PaymentPage
from lambdas.domain.errors import Refused, StaleDecision, Transient
from lambdas.ports import PendingDeposit
from local.webpay.core import Fault, Faults, Reply, Webpay
from tests.builders import NOW
from tests.fakes.store import MemoryStore


class MemoryDeposits:
    """The port `Deposits`."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def get(self, account_id: str, deposit_id: str) -> Deposit | None:
        """One deposit."""
        return self.store.deposits.get((account_id, deposit_id))

    def with_token(self, token: str) -> Deposit | None:
        """By its page's token."""
        found = (d for d in self.store.deposits.values() if d.page and d.page.token == token)
        return next(found, None)

    def create(self, deposit: Deposit) -> None:
        """The first one stays."""
        key = (deposit.account_id, deposit.deposit_id)
        if key in self.store.deposits:
            raise StaleDecision
        self.store.deposits[key] = deposit

    def update(self, before: Deposit, after: Deposit) -> None:
        """Only as it was read."""
        key = (before.account_id, before.deposit_id)
        if self.store.deposits.get(key) != before:
            raise StaleDecision
        self.store.deposits[key] = after

    def pending(self) -> Sequence[PendingDeposit]:
        """Next check first."""
        entries = [
            PendingDeposit(d.account_id, d.deposit_id, d.next_check_at, d.created_at)
            for d in self.store.deposits.values()
            if d.is_pending and d.next_check_at is not None
        ]
        return sorted(entries, key=lambda entry: entry.next_check_at)


class MemoryCardPayments:
    """The port `CardPayments`; `faults` holds what goes wrong with the next calls."""

    def __init__(
        self, webpay: Webpay | None = None, clock: Callable[[], datetime] = lambda: NOW
    ) -> None:
        self.webpay = webpay or Webpay("https://webpay.example/pay", rng=Random(1))
        self.faults = Faults(rng=Random(1))
        self.clock = clock
        self.commits = 0

    def create(self, charge: Charge, return_url: str) -> PaymentPage:
        """Opens a payment."""
        request = {
            "buy_order": charge.buy_order,
            "session_id": charge.session_id,
            "amount": charge.amount_clp,
            "return_url": return_url,
        }
        body = self._call(lambda: self.webpay.create(request, self.clock()))
        return PaymentPage(url=body["url"], token=body["token"])

    def commit(self, token: str) -> Payment:
        """Takes the money."""
        self.commits += 1
        return payment_of(self._call(lambda: self.webpay.commit(token, self.clock())))

    def status(self, token: str) -> Payment:
        """What is true."""
        return payment_of(self._call(lambda: self.webpay.status(token, self.clock())))

    def _call(self, call: Callable[[], Reply]) -> dict[str, str]:
        return with_fault(self.faults.next(), call)


def with_fault(fault: Fault | None, call: Callable[[], Reply]) -> dict[str, str]:
    """The body of a call's answer, or what our adapter makes of a fault."""
    if fault is Fault.ERROR_BEFORE:
        raise Transient
    reply = call()
    if fault is Fault.TWICE:
        reply = call()
    elif fault is not None:
        raise Transient
    if reply.status != 200:
        raise Refused("payment_refused", "The payment provider refused.")
    return reply.body


def payment_of(body: dict[str, str]) -> Payment:
    """The facts of an answer."""
    return Payment(
        status=body["status"],
        response_code=None if "response_code" not in body else int(body["response_code"]),
        amount_clp=int(body["amount"]),
        buy_order=body["buy_order"],
        session_id=body["session_id"],
        authorization_code=body.get("authorization_code"),
    )
