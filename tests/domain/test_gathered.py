"""Visits booked once and rolled up give what each of them gives, booked in every cell of its own.

The other way is ``entries``, one after another in the books.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, Books, books
from streams.domain.call_events import Contact
from streams.domain.entries import entries
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from tests import calls
from tests.calls import BEGIN, Told
from tests.examples import examples
from tests.stories import PLAN, Story, at, contacts


def one_by_one(known: list[Contact], now: int) -> Books:
    found = Books(INTERVAL)
    histories: dict[str, list[callers.Call]] = {}
    for contact in known:
        for piece in contact.pieces():
            outcome = judge(piece, PLAN, now)
            if outcome is None:
                continue
            for entry in entries(outcome):
                found.add(entry)
            call = callers.call(contact.call_id, outcome)
            if call is not None:
                histories.setdefault(call.caller, []).append(call)
    for history in histories.values():
        for entry in callers.entries(history, now):
            found.add_total(entry)
    return found


def alike(known: list[Contact], now: int) -> None:
    wanted = one_by_one(known, now)
    found = books(known, PLAN, now, INTERVAL)
    assert found.intervals == wanted.intervals
    assert found.totals == wanted.totals
    assert books(known, PLAN, now).totals == wanted.totals


@settings(max_examples=examples(200))
@given(
    st.lists(calls.plausible() | calls.disturbed() | calls.junk(), min_size=1, max_size=8),
    st.integers(0, 400) | st.integers(0, 60_000),
)
def test_what_is_gathered_is_what_is_booked_one_by_one(each: list[list[Told]], later: int) -> None:
    known = contacts(calls.event(e, f"c{n}") for n, events in enumerate(each) for e in events)
    alike(known, BEGIN + later * SECOND)


@pytest.mark.parametrize(
    "story",
    [
        Story().start("9:00").enter("9:00", "waste").answer("9:01", "waste").hang_up("9:09"),
        Story().enter("9:14:59", "waste").hang_up("9:15:01"),
        Story().start("9:00").enter("9:00", "waste"),  # waits still
        Story().start("9:00").hang_up("9:01"),
    ],
)
def test_many_alike(story: Story) -> None:
    alike([story.contact() for _ in range(5)], at("9:20"))
