"""What the investors of one run were told, and when everything that they can see was written."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from lambdas.names import Table
from tests.histories.http import response_of
from tests.histories.judge import Histories, Moment, OrderRecord, Truth, facts_of
from tests.histories.operations import OrderView, Place, Request, Response
from tests.linearizability import Reading, check_reading
from tests.simulation.expressions import Item
from tests.simulation.kernel import Kernel
from tests.simulation.tables import Tables, table_name

_TICK_S: Final = 1e-9  # no two moments of a run are the same
_STEPS: Final = {"SPEND": "END", "RELEASE": "END"}


class Witness:
    """Records requests and answers by the kernel's time, and writes as they happen."""

    def __init__(self, kernel: Kernel, tables: Tables) -> None:
        self._kernel = kernel
        self._tables = tables
        self._ticks = 0
        self.histories = Histories()
        self.has_deployment = False
        self._calls: dict[tuple[str, int], float] = {}
        self._moments: defaultdict[str, dict[str, Moment]] = defaultdict(dict)
        self._echoes: defaultdict[str, dict[str, Moment]] = defaultdict(dict)
        self._prices: defaultdict[str, list[tuple[float, Any]]] = defaultdict(list)
        self._trades: defaultdict[str, list[tuple[float, Any]]] = defaultdict(list)
        self._readings: defaultdict[str, list[Reading]] = defaultdict(list)
        tables.on_write[table_name(Table.POSTINGS)] = self._posted
        tables.on_write[table_name(Table.QUOTES)] = self._priced
        tables.on_write[table_name(Table.ACTIVITY)] = self._traded

    def now(self) -> float:
        """The time, a little later at every call."""
        self._ticks += 1
        return self._kernel.now_s + self._ticks * _TICK_S

    def asked(self, account_id: str, client: str, request: Request) -> int:
        """A request is sent. Returns the number to give to `told`."""
        at = self.now()
        number = self.histories.call(account_id, client, request, at)
        self._calls[account_id, number] = at
        return number

    def told(self, account_id: str, number: int, request: Request, status: int, body: Any) -> None:
        """Its answer arrives."""
        at = self.now()
        if isinstance(request, Place):
            prices = self._known_prices(
                request.purchase.symbol, self._calls[account_id, number], at
            )
            request = Place(request.order_id, request.purchase, prices)
        response = self.told_by(request, status, body)
        self.histories.ret(account_id, number, response, at, request=request)

    def told_by(self, request: Request, status: int, body: Any) -> Response:
        """What an answer tells.

        A release that does not know `account_version` leaves that of an order as it was when it
        ends the order; the order's own `version` still grows. So it is not judged then.
        """
        response = response_of(request, status, body)
        if self.has_deployment and isinstance(response, OrderView):
            return response._replace(version=None)
        return response

    def _known_prices(self, symbol: str, since: float, until: float) -> tuple[Decimal, ...]:
        """The prices on the board from the request to its answer."""
        changes = self._prices[symbol]
        first = max((n for n, (at, _) in enumerate(changes) if at <= since), default=0)
        return tuple(Decimal(price) for at, (price, _) in changes[first:] if at <= until)

    def saw(self, what: str, session: str, value: Any, call: float) -> None:
        """A client read a value that may lag: `price <symbol>`, `trade <group and time>`."""
        reading = Reading(session=session, value=value, call=call, ret=self.now())
        self._readings[what].append(reading)

    def order_changed(self, before: Item | None, after: Item) -> None:
        """An order was written."""
        if before is not None and before["state"]["S"] == "PENDING" != after["state"]["S"]:
            at = self.now()
            if after["state"]["S"] == "SENT":
                self._echoes[after["account_id"]["S"]][after["order_id"]["S"]] = (at, at)

    def _posted(self, item: Item) -> None:
        at, kind = self.now(), item["kind"]["S"]
        posting_id = f"{item['cause_id']['S']}#{_STEPS.get(kind, kind)}"
        self._moments[item["account_id"]["S"]][posting_id] = (at, at)

    def _priced(self, item: Item) -> None:
        value = Decimal(item["price"]["N"]), _public_time(item["observed_at"]["S"])
        self._prices[item["symbol"]["S"]].append((self.now(), value))

    def _traded(self, item: Item) -> None:
        if "validated_at" in item and "symbol" in item:
            value = item["symbol"]["S"], Decimal(item["quantity"]["N"]), item["valid"]["BOOL"]
            name = f"{item['group_id']['S']} {_public_time(item['validated_at']['S'])}"
            self._trades[name].append((self.now(), value))

    def violations(self) -> Iterator[str]:
        """Whatever nothing explains, in words."""
        yield from self.histories.violations(self._truths())
        for what, readings in self._readings.items():
            kind, name = what.split(" ", 1)
            written = (self._prices if kind == "price" else self._trades)[name]
            self.histories.checked += len(readings)
            found = check_reading(written, readings)
            if found is not None:
                reading, why = found
                yield f"{reading.session} was shown {what}: {reading.value}, {why}"

    def _truths(self) -> dict[str, Truth]:
        postings: defaultdict[str, list[str]] = defaultdict(list)
        for (account_id, _), item in sorted(
            self._tables.of(Table.POSTINGS).items(), key=lambda one: int(one[0][1])
        ):
            kind = item["kind"]["S"]
            postings[account_id].append(f"{item['cause_id']['S']}#{_STEPS.get(kind, kind)}")
        orders: defaultdict[str, list[OrderRecord]] = defaultdict(list)
        for (order_id,), item in self._tables.of(Table.ORDERS).items():
            facts = facts_of(item["symbol"]["S"], item["quantity"]["N"], item["price"]["N"])
            record = OrderRecord(order_id=order_id, state=item["state"]["S"], facts=facts)
            orders[item["account_id"]["S"]].append(record)
        return {
            account_id: Truth(
                postings=postings[account_id],
                orders=orders[account_id],
                moments=self._moments[account_id],
                echoes=self._echoes[account_id],
            )
            for account_id in postings
        }


def _public_time(stored: str) -> str:
    """A stored time as the API tells it."""
    return stored.replace("+0000", "Z")
