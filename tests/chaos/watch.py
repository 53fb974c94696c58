"""Looks at the wallets while everything goes wrong: laws 1 and 2 hold at every moment."""

import threading
from decimal import Decimal
from http.client import HTTPException
from typing import Any, Final, Self

from tests.e2e.system import Person

EVERY_S: Final = 0.5


class Watch:
    """One wallet after the other, over the API. `complaints` are broken laws."""

    def __init__(self, people: list[Person], deposited: Decimal) -> None:
        self.looks = 0
        self.complaints: list[str] = []
        self._people = people
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
            try:
                answer = self._people[number].call("GET", "/wallet")
            except (OSError, HTTPException):
                continue
            if answer.status == 200:
                self._look(number, answer.body)

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
