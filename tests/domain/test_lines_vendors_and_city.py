"""The books balance, and the walk never fails: whatever is told, in whatever order, at any instant.

Of every interval: what a line was offered is what ended and what is open; what the lines count of
visits, the vendors count, and the city; and each contact came to one thing.
"""

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from streams.domain import decisions
from streams.domain.became import COUNTED
from streams.domain.books import INTERVAL, Books
from streams.domain.call_events import Contact
from streams.domain.counts import DECLARED_COUNTS
from streams.domain.disposition import DISPOSITIONS
from streams.domain.entries import entries
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.outcome import (
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    MENU_ABANDONED,
    OPEN_IN_MENU,
    WITH_VISIT,
)
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from streams.domain.walk import steps
from streams.sinks.journeys import journey_record
from tests import calls
from tests.calls import BEGIN, Told
from tests.examples import examples
from tests.stories import PLAN, contacts

OF_WHOLE = ("whole_wait_sum", "until_reached_sum")
OF_VISITS = tuple(
    count.name for count in DECLARED_COUNTS if count.of != "contacts" and count.name not in OF_WHOLE
)
BECAME = tuple(COUNTED.values())
OUTCOMES = (WITH_VISIT, MENU_ABANDONED, ENTRANCE_BLOCKED, ENTRANCE_CLOSED, OPEN_IN_MENU)


def told(each: list[list[Told]]) -> list[Contact]:
    """Calls under ids of their own."""
    return contacts(calls.event(e, f"c{n}") for n, events in enumerate(each) for e in events)


def balanced(known: list[Contact], now: int) -> None:
    books = Books(INTERVAL)
    seen = 0
    for contact in known:
        for piece in contact.pieces():
            outcome = judge(piece, PLAN, now)
            seen += outcome is not None and outcome.outcome in OUTCOMES
            for entry in entries(outcome) if outcome is not None else ():
                books.add(entry)
    sums: dict[tuple[str, int], Tally] = {}
    for (scope, start), tally in books.intervals.items():
        kind = next(kind for kind in (CITY, LINE, VENDOR) if scope.startswith(kind))
        sums.setdefault((kind, start), Tally()).plus(tally)
        assert tally["line_offered"] == tally["open"] + sum(tally[how] for how in DISPOSITIONS)
    for start in {start for _, start in sums}:
        lines, vendors, city = (sums.get((each, start), Tally()) for each in (LINE, VENDOR, CITY))
        for name in OF_VISITS:
            assert lines[name] == vendors[name] == city[name], name
        answered = lines.answered_waits()
        assert answered == vendors.answered_waits() == city.answered_waits()
        assert not lines.whole_waits()
        assert lines.longest == vendors.longest == city.longest
    whole = books.totals[CITY]
    assert whole["contacts"] == sum(whole[outcome] for outcome in OUTCOMES) == seen
    assert whole["contacts"] == whole["whole_contacts"] == sum(whole[each] for each in BECAME)
    of_vendors = sum(
        tally["whole_contacts"] for scope, tally in books.totals.items() if scope.startswith(VENDOR)
    )
    assert of_vendors == whole["contacts_with_visit"]
    assert books.imbalance() == 0


after = st.integers(0, 400) | st.integers(0, 60_000)


@settings(max_examples=examples(100))
@given(st.lists(calls.disturbed(), min_size=1, max_size=6), after)
def test_books_of_plausible_calls_balance(each: list[list[Told]], later: int) -> None:
    balanced(told(each), BEGIN + later * SECOND)


@settings(max_examples=examples(100))
@given(st.lists(calls.junk(), min_size=1, max_size=4), after)
def test_books_of_junk_balance(each: list[list[Told]], later: int) -> None:
    balanced(told(each), BEGIN + later * SECOND)


@pytest.mark.slow
@pytest.mark.in_turn("tenth")
@pytest.mark.parametrize("tenth", range(10))
def test_books_of_thousands_of_calls_balance(tenth: int) -> None:
    @seed(tenth)
    @settings(max_examples=300, database=None)
    @given(st.lists(calls.disturbed() | calls.junk(), min_size=1, max_size=6), after)
    def a_tenth(each: list[list[Told]], later: int) -> None:
        balanced(told(each), BEGIN + later * SECOND)

    a_tenth()


def never_fails(events: list[Told]) -> None:
    """Every prefix as it arrives, as of each of its instants and long after them."""
    contact = Contact("c")
    for each in events:
        contact.merge(*calls.event(each, "c"))
        for piece in contact.pieces():
            for now in {*piece.ats, piece.newest + calls.SPAN}:
                outcome = judge(piece, PLAN, now)
                assert outcome is not None
                decisions.told("c", piece, PLAN, outcome, now)
                assert journey_record("c", piece, outcome)[1]
            assert len(steps(piece)) >= len(piece.ats) - outcome.after_hangup


@settings(max_examples=examples(60))
@given(calls.disturbed())
def test_the_walk_of_plausible_calls_never_fails(events: list[Told]) -> None:
    never_fails(events)


@settings(max_examples=examples(60))
@given(calls.junk())
def test_the_walk_of_junk_never_fails(events: list[Told]) -> None:
    never_fails(events)
