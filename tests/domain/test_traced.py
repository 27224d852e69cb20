"""Rules run once on traced instants, and what they find looked up for instants that answer alike.

The rules here are small ones; those of contacts are in ``test_alike``.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.outcome import NEVER
from streams.domain.traced import (
    Instant,
    Span,
    Trace,
    Tree,
    UnrememberableError,
    instant,
    span,
)

INSTANTS = st.lists(st.integers(0, 60), min_size=4, max_size=4, unique=True).map(sorted)


def rule(ats: list[Any]) -> tuple[str, Any]:
    """Asks in every way that instants can be asked, and finds a word and a duration."""
    start, entered, answered, ended = ats
    wait, talk = max(0, answered - entered), ended - answered
    if wait <= 5:
        return "at once", min(wait, ended - entered)
    lost = entered + 30
    if ended > lost or not wait:
        return "lost", ended - start
    if 7 < talk < 20 or entered + wait == start + 12:
        return "usual", talk
    return ("late", wait) if NEVER > answered >= start + 10 else ("early", wait)


@given(st.lists(INSTANTS, min_size=1, max_size=40))
def test_what_is_looked_up_is_what_the_rule_finds(contacts: list[list[int]]) -> None:
    tree: Tree[tuple[str, Span]] = Tree()
    for ats in contacts:
        found = tree.find(ats)
        if found is None:
            trace = Trace(ats, ats[-1])
            word, duration = rule(trace.instants)
            found = word, span(duration)
            tree.learn(trace.asked, found)
        word, (since, until) = found
        assert (word, ats[until] - ats[since]) == rule(ats)
        assert tree.find(ats) == found


def test_nothing_is_asked_that_is_known_already() -> None:
    trace = Trace([0, 10, 25], 40)
    first, second, third = trace.instants
    assert first < second < third <= trace.now
    assert not third - second < 15
    assert not third - first < 16, "for there is 1 between the first and the second at least"
    assert third - first > 15
    assert trace.now >= second + 15
    assert [tuple(question) for question, _ in trace.asked] == [(2, 1, 15)]


def test_how_long_ago_it_was_is_not_remembered() -> None:
    trace = Trace([0, 10], 40)
    with pytest.raises(UnrememberableError):
        assert trace.now > trace.instants[1] + 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda start, end: {start: end},
        lambda start, end: start > 5,
        lambda start, end: (end - start) + (end - start) > 5,
        lambda start, end: instant(end - start),
        lambda start, end: instant(5),
        lambda start, end: span(end),
        lambda start, end: span(end - start + 1),
        lambda start, end: span(5),
    ],
)
def test_what_can_not_be_remembered_is_said(ask: Any) -> None:
    with pytest.raises(UnrememberableError):
        ask(*Trace([0, 10], 40).instants)


def test_how_numbers_follow() -> None:
    start, end = Trace([0, 10], 40).instants
    assert instant(end) == Instant(1)
    assert instant(start + 5) == Instant(0, 5)
    assert instant(start + (end - start)) == Instant(1)
    assert instant(5 - (start - end) - (end - start) + end) == Instant(1, 5)
    assert Instant(1, 5).of([0, 10]) == 15
    assert end - start - (end - start) == 0
    assert span(end - start) == Span(0, 1)
    assert start != "start"
