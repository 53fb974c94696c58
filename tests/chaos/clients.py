"""People who buy through the API as browsers do: the same key until there is an answer, sometimes
twice at once, sometimes once more although all is well.
"""

import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from tests.chaos.plan import Intent
from tests.chaos.witness import Witness
from tests.e2e.system import Answer, Person, eventually

AT_ONCE: Final = 4
TRIES: Final = 100
PAUSE_S: Final = 0.3
WELL: Final = (200, 202)
TO_TRY_AGAIN: Final = (429, 500, 502, 503, 504)


@dataclass(kw_only=True)
class Placed:
    """Result of one intent: the order ids in its successful answers, and how many of these were
    202.
    """

    intent: Intent
    order_ids: set[str] = field(default_factory=set)
    made: int = 0


class Clients:
    """All people of a run, and what they were told."""

    def __init__(self, people: list[Person], witness: Witness) -> None:
        self.people = people
        self.witness = witness
        self.placed: list[Placed] = []
        self.counts: Counter[str] = Counter()
        self._lock = Lock()

    def place(self, intents: Iterable[Intent]) -> None:
        """All of these orders, some at once; each until it has been answered."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for placed in pool.map(self._place, intents):
                self.placed.append(placed)

    def _place(self, intent: Intent) -> Placed:
        placed = Placed(intent=intent)
        for _ in range(TRIES):
            if self._send(intent, placed, times=2 if intent.double_click else 1):
                break
            time.sleep(PAUSE_S)
        else:
            raise AssertionError(f"no answer after {TRIES} tries: order {intent.key}")
        if intent.again:
            self._send(intent, placed, times=1)
        return placed

    def _send(self, intent: Intent, placed: Placed, times: int) -> bool:
        """Whether any of these equal requests was answered well."""
        person = self.people[intent.account]
        with ThreadPoolExecutor(times) as pool:
            answers = list(
                pool.map(
                    lambda _: self.witness.post(person, "/orders", intent.body, intent.key),
                    range(times),
                )
            )
        with self._lock:
            self.counts["requests"] += times
            for answer in answers:
                self._note(answer, placed)
        return bool(placed.order_ids)

    def _note(self, answer: Answer | None, placed: Placed) -> None:
        if answer is not None and answer.status in WELL:
            placed.order_ids.add(answer.body["order_id"])
            placed.made += answer.status == 202
        elif answer is None or answer.status in TO_TRY_AGAIN or _is_stale(answer):
            self.counts["unanswered"] += 1
        else:
            raise AssertionError(f"order {placed.intent.key}: {answer.status} {answer.text}")


def _is_stale(answer: Answer) -> bool:
    return answer.status == 409 and answer.code == "conflict"


def read(person: Person, path: str) -> Any:
    """The body of a good answer; a busy machine may need more than one try."""

    def body() -> list[Any]:
        answer = person.call("GET", path)
        assert answer.status in (200, *TO_TRY_AGAIN), answer.text
        return [answer.body] if answer.status == 200 else []

    return eventually(body, what=f"an answer to GET {path}")[0]


def everything(person: Person, path: str) -> list[Any]:
    """Every item of a list, page by page."""
    items: list[Any] = []
    cursor = ""
    while True:
        page = read(person, f"{path}?limit=100{cursor}")
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        cursor = f"&cursor={page['next_cursor']}"
