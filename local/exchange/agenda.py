"""What goes out when: publications by the moment they are due; some let another pass first.

No I/O and no clock: whoever asks brings the time. What is added is released exactly once.
"""

import heapq
from datetime import datetime, timedelta
from itertools import count

from local.exchange.malformed import Kind
from local.exchange.misbehaviour import Publication


class Agenda:
    """A queue by time. A yielding publication waits for the next of its kind, but not for ever."""

    def __init__(self) -> None:
        self._due: list[tuple[datetime, int, Publication]] = []
        self._numbers = count()  # ties go out in the order in which they came
        self._yielding: dict[Kind, tuple[datetime, Publication]] = {}

    def add(self, publication: Publication, now: datetime) -> None:
        due_at = now + timedelta(seconds=publication.delay_s)
        heapq.heappush(self._due, (due_at, next(self._numbers), publication))

    @property
    def next_at(self) -> datetime | None:
        """When something is due next."""
        moments = [until for until, _ in self._yielding.values()]
        return min([*moments, *(entry[0] for entry in self._due[:1])], default=None)

    def release(self, now: datetime) -> list[Publication]:
        """Everything that is due by now, in the order in which it goes out."""
        released: list[Publication] = []
        while self._due and self._due[0][0] <= now:
            due_at, _, publication = heapq.heappop(self._due)
            released += self._out_of_patience(due_at)
            released += self._pass(publication, due_at)
        return released + self._out_of_patience(now)

    def release_all(self) -> list[Publication]:
        """The rest, in order: for an orderly end."""
        released = [publication for _, publication in sorted(self._yielding.values(), key=_moment)]
        self._yielding.clear()
        while self._due:
            released.append(heapq.heappop(self._due)[2])
        return released

    def _pass(self, publication: Publication, due_at: datetime) -> list[Publication]:
        if publication.extra:
            return [publication]
        waiting = self._yielding.pop(publication.kind, None)
        if waiting is not None:
            return [publication, waiting[1]]
        if publication.yields_s > 0:
            until = due_at + timedelta(seconds=publication.yields_s)
            self._yielding[publication.kind] = (until, publication)
            return []
        return [publication]

    def _out_of_patience(self, now: datetime) -> list[Publication]:
        over = [kind for kind, (until, _) in self._yielding.items() if until <= now]
        return [self._yielding.pop(kind)[1] for kind in over]


def _moment(waiting: tuple[datetime, Publication]) -> datetime:
    return waiting[0]
