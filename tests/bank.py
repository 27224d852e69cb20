"""Real calls: two weeks at a bank in 1999, as events, and the books that must come of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from streams.domain import instants
from streams.domain.books import INTERVAL, Books, books
from streams.domain.call_events import Contact
from streams.domain.events import Event
from streams.domain.plan import Plan
from streams.sources import calls
from streams.sources.call_files import in_order, read
from streams.sources.mapping import Mapping

DATA = Path(__file__).parent / "data"
PLAN = Plan.default()


@cache
def real_calls() -> tuple[Event, ...]:
    """All events, in the order of their instants."""
    mapping = Mapping.load(DATA / "bank.toml")
    rows = read(DATA / "bank-calls-1999-02-first-half.tsv.gz", mapping.encoding)
    return tuple(in_order(calls.events(rows, mapping, lambda bad: None)))


def books_of(events: Iterable[Event]) -> Books:
    """The books of events, read once and as a whole, when every call in them is over."""
    contacts: dict[str, Contact] = {}
    newest = 0
    for event in events:
        at = instants.parse(event.at)
        newest = max(newest, at)
        contacts.setdefault(event.call_id, Contact(event.call_id)).merge(event, at)
    return books(contacts.values(), PLAN, newest + instants.DAY, INTERVAL)


@cache
def real_books() -> Books:
    """The books of all of them."""
    return books_of(real_calls())
