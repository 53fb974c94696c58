"""One page of a list whose items lie in several places, each of them newest first."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby, islice
from typing import TypeVar

from lambdas.adapters.cursors import cursor_in, cursor_out, page_of, time_in
from lambdas.adapters.dynamodb import translated
from lambdas.ports import Page

T = TypeVar("T")
Place = tuple[datetime, str]
"""Where an item stands in the list: its time and its id."""


def before_in(cursor: str | None) -> Place | None:
    """Where the page before ended. Raises InvalidInput for a cursor that is not ours."""
    return None if cursor is None else (time_in(cursor), cursor_in(cursor)[1])


def merged_page(sources: Iterable[Iterator[T]], place: Callable[[T], Place], limit: int) -> Page[T]:
    """The first `limit` items of all sources; from each up to two more are read."""
    with translated():
        found = list(islice(heapq.merge(*sources, key=place, reverse=True), limit + 1))
    return page_of(found, limit, lambda last: cursor_out(*place(last)))


def in_places(items: Iterable[T], place: Callable[[T], Place], before: Place | None) -> Iterator[T]:
    """Those that stand behind `before`, of items that are in the order of time alone."""
    for _, moment in groupby(items, lambda item: place(item)[0]):
        for item in sorted(moment, key=place, reverse=True):
            if before is None or place(item) < before:
                yield item
