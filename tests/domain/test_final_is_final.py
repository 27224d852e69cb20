"""An event that is not late never changes a final interval: over every prefix of calls' events.

What is final is found with a pencil: an interval whose end and grace the watermark has passed, and
in which nothing happened to a contact that is not over. Whatever comes then is late, or leaves what
was booked there as it was, whether it lengthens a call, joins two of them or corrects an order.
"""

from collections.abc import Iterable

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from streams.domain.books import INTERVAL, Books, start_of
from streams.domain.call_events import Contact
from streams.domain.entries import entries
from streams.domain.instants import DAY, SECOND
from streams.domain.judge import judge
from streams.domain.ledger import GRACE, Ledger
from streams.domain.tally import Tally
from tests import calls
from tests.calls import BEGIN, SPAN, Told
from tests.examples import examples
from tests.stories import PLAN, Fact, contacts

END = BEGIN + 2 * SPAN + 2 * DAY
LATER = (0, 0, 20, 600, 3_000, 13 * 3_600, 20 * 3_600, 5 * 86_400)
STEPS = (0, 1, 600, 1_000, 4_000, 13 * 3_600)

Intervals = dict[int, dict[str, Tally]]


def booked(known: Iterable[Contact], now: int) -> Intervals:
    """What is booked, by interval and scope."""
    found = Books(INTERVAL)
    for contact in known:
        for piece in contact.pieces():
            outcome = judge(piece, PLAN, now)
            for entry in entries(outcome) if outcome is not None else ():
                found.add(entry)
    by_start: Intervals = {}
    for (scope, start), tally in found.intervals.items():
        by_start.setdefault(start, {})[scope] = tally
    return by_start


def held(known: Iterable[Contact], now: int) -> set[int]:
    """The intervals in which something happened to a contact that is not over."""
    found: set[int] = set()
    for contact in known:
        for piece in contact.pieces():
            outcome = judge(piece, PLAN, now)
            if outcome is None or max(piece.newest, outcome.done_at) + GRACE >= now:
                found.update(start_of(at, INTERVAL) for at in piece.told[::5])
    return found


@st.composite
def arrivals(draw: st.DrawFn, call: st.SearchStrategy[list[Told]]) -> list[Fact]:
    """A few calls, some under one id, in the order in which they happened, or in any."""
    facts: list[Fact] = []
    for _ in range(draw(st.integers(1, 3))):
        call_id, after = draw(st.sampled_from(("a", "b"))), draw(st.sampled_from(LATER)) * SECOND
        facts += [calls.event({**e, "at": e["at"] + after}, call_id) for e in draw(call)]
    if draw(st.booleans()):
        return list(draw(st.permutations(facts)))
    delays = [draw(st.integers(0, 30 * 60)) * SECOND for _ in facts]
    return [facts[n] for n in sorted(range(len(facts)), key=lambda n: (facts[n][1] + delays[n], n))]


def nothing_final_changes(data: st.DataObject, facts: list[Fact]) -> None:
    ledger = Ledger(PLAN)
    accepted: list[Fact] = []
    starts = {start_of(instant, INTERVAL) for _, instant in facts}
    final: Intervals = {}
    published: Intervals = {}
    watermark = BEGIN
    for event, instant in facts:
        if ledger.accept(event, instant):
            accepted.append((event, instant))
        known = contacts(accepted)
        now_booked = booked(known, END)
        for start, scopes in final.items():
            assert now_booked.get(start, {}) == scopes
        if data.draw(st.booleans()):
            watermark = max(watermark, instant)
        else:
            watermark += data.draw(st.sampled_from(STEPS)) * SECOND
        ledger.advance(watermark)
        for (scope, width, start), partial in ledger.changes().partials.items():
            if width == INTERVAL and partial.final:
                assert scope not in published.setdefault(start, {})
                published[start][scope] = partial.tally
        past = watermark - GRACE - INTERVAL
        open_ones, seen = held(known, watermark), booked(known, watermark)
        for start in starts:
            if start <= past and start not in open_ones:
                scopes = seen.get(start, {})
                assert final.setdefault(start, scopes) == scopes
        for start, scopes in published.items():  # perhaps later than it could, never sooner
            filled = {scope: tally for scope, tally in scopes.items() if not tally.empty()}
            assert final.get(start, {}) == filled


@settings(max_examples=examples(80))
@given(st.data())
def test_plausible_events_that_are_not_late_change_nothing_final(data: st.DataObject) -> None:
    nothing_final_changes(data, data.draw(arrivals(calls.disturbed())))


@settings(max_examples=examples(80))
@given(st.data())
def test_junk_that_is_not_late_changes_nothing_final(data: st.DataObject) -> None:
    nothing_final_changes(data, data.draw(arrivals(calls.junk())))


@pytest.mark.slow
@pytest.mark.in_turn("tenth")
@pytest.mark.parametrize("tenth", range(10))
def test_thousands_of_events_that_are_not_late_change_nothing_final(tenth: int) -> None:
    @seed(tenth)
    @settings(max_examples=300, database=None)
    @given(st.data())
    def a_tenth(data: st.DataObject) -> None:
        nothing_final_changes(data, data.draw(arrivals(calls.disturbed() | calls.junk())))

    a_tenth()
