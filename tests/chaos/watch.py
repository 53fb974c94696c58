"""Looks at the accounts while everything goes wrong: laws 1 and 2 hold at every moment, and the
witness remembers what was shown.
"""

import threading
from decimal import Decimal
from random import Random
from typing import Any, Final, Self

from tests.chaos.clients import Clients

EVERY_S: Final = 0.25


class Watch:
    """One wallet after the other, over the API. `complaints` are broken laws."""

    def __init__(self, clients: Clients, deposited: Decimal, seed: int) -> None:
        self.looks = 0
        self.complaints: list[str] = []
        self._clients = clients
        self._people = people = clients.people
        self._draw = Random(seed)
        self._deposited = deposited
        self._spent = [Decimal(0)] * len(people)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        turn = 0
        while not self._over.wait(EVERY_S):
            number = turn % len(self._people)
            turn += 1
            self._look_somewhere(number)
            answer = self._clients.witness.look(self._people[number], 0, None)
            if answer is not None and answer.status == 200:
                self._look(number, answer.body)

    def _look_somewhere(self, number: int) -> None:
        """At the postings, the shares, or an order of this person."""
        placed = [it for it in list(self._clients.placed) if it.intent.account == number]
        order_ids = [order_id for it in placed[-5:] for order_id in it.order_ids]
        order_id = self._draw.choice(order_ids) if order_ids else None
        place = self._draw.randint(1, 3)
        self._clients.witness.look(self._people[number], place, order_id)
        self.looks += 1

    def _look(self, number: int, wallet: dict[str, Any]) -> None:
        self.looks += 1
        available, held = Decimal(wallet["available"]), Decimal(wallet["held"])
        spent = self._deposited - available - held
        if min(available, held) < 0:
            self.complaints.append(f"law 1: account {number} has {available} and holds {held}")
        if spent < self._spent[number]:  # what is spent never comes back
            self.complaints.append(
                f"law 2: account {number} had spent {self._spent[number]}, now {spent}"
            )
        self._spent[number] = spent
