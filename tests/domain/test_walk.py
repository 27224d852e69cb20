"""The walk: looked up or walked, it is of the contact's events and of nothing else.

``slow_walk`` reads the definition word by word and
shares no code with the product; both say the same of whatever Hypothesis thinks of.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from streams.domain.contact import pieces
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.rows import encode
from streams.domain.walk import line_named_by, steps, walk
from streams.domain.walked import NO_ROW, POSITIONS
from tests import calls
from tests.calls import BEGIN, SPAN, Call, Told
from tests.domain import slow_walk
from tests.examples import examples
from tests.stories import PLAN

# Step by step


def test_the_steps_say_what_each_event_did() -> None:
    call = Call().start(0).choose(5, "waste").enter(6, "waste").hang_up(9).answer(10, "waste")
    (contact,) = pieces(calls.rows(call.events))
    assert [(step.position, *step.did) for step in steps(contact)] == [
        ("menu", "begins"),
        ("menu", "chosen"),
        ("way", "queued"),
        ("waiting", "over"),
        ("waiting", "after_hangup"),
    ]


# Whatever is told


def told(events: list[Told]) -> list[Any]:
    """What the product says of the events."""
    said: list[Any] = []
    for contact in pieces(calls.rows(events)):
        if contact.too_many:
            said.append("too many")
            continue
        found = walk(contact)
        ids, ats = contact.rows[2::5], contact.ats

        def at(row: int, ats: list[int] = ats) -> int | None:
            return None if row == NO_ROW else ats[row]

        said.append(
            {
                "visits": [
                    (
                        line_named_by(contact.rows, visit.line),
                        visit.number,
                        visit.to,
                        visit.queued,
                        visit.inferred,
                        visit.reason,
                        visit.disordered,
                        visit.taken_back,
                        [[at(since), at(until)] for since, until in visit.laps],
                        *(
                            at(getattr(visit, what))
                            for what in ("begun", "choice", "transfer", "entered", "answered")
                        ),
                        at(visit.left),
                    )
                    for visit in found.visits
                ],
                "where": POSITIONS[found.position],
                "started": at(found.start),
                "hangup": at(found.hangup),
                "after": found.after_hangup,
                "order": [ids[row] for row in found.order],
                "alone": found.alone,
                "conflicting": contact.conflicting,
            }
        )
    return said


def told_slowly(events: list[Told]) -> list[Any]:
    """What a pencil says of them."""
    said: list[Any] = []
    for contact in slow_walk.contacts(calls.with_bytes(events)):
        if contact["too_many"]:
            said.append("too many")
            continue
        known = contact["visits"]
        said.append(
            {
                "visits": [
                    (
                        visit["line"],
                        visit["numbers"][0] if visit["numbers"] else -1,
                        next((i for i, v in enumerate(known) if v is visit["to"]), -1),
                        visit["queued"],
                        visit["inferred"],
                        visit["reason"] or "",
                        visit["disordered"],
                        visit["taken_back"],
                        visit["waits"],
                        *(
                            visit[what]
                            for what in ("begun", "choice", "transfer", "entered", "answered")
                        ),
                        visit["left"],
                    )
                    for visit in known
                ],
                "where": contact["where"],
                "started": contact["started"],
                "hangup": contact["hangup"] and contact["hangup"]["at"],
                "after": contact["after_hangup"],
                "order": contact["order"],
                "alone": contact["orphan"],
                "conflicting": contact["conflicting"],
            }
        )
    return said


@settings(max_examples=examples(300))
@given(calls.disturbed() | calls.junk())
def test_a_pencil_says_the_same(events: list[Told]) -> None:
    assert told(events) == told_slowly(events)


@pytest.mark.slow
@pytest.mark.in_turn("part")
@pytest.mark.parametrize("part", range(20))
def test_a_pencil_says_the_same_of_a_hundred_thousand(part: int) -> None:
    @seed(part)
    @settings(max_examples=5_000, database=None)
    @given(calls.disturbed() | calls.junk())
    def a_part(events: list[Told]) -> None:
        assert told(events) == told_slowly(events)

    a_part()


@settings(max_examples=examples(200))
@given(st.data())
def test_neither_order_nor_repetition_matters(data: st.DataObject) -> None:
    events = data.draw(calls.disturbed() | calls.junk())
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events)))))
    known, other = pieces(calls.rows(events)), pieces(calls.rows(again))
    assert [encode(each.told) for each in known] == [encode(each.told) for each in other]
    assert told(events) == told(again)


@settings(max_examples=examples(200))
@given(st.data())
def test_sets_can_be_put_together_in_parts(data: st.DataObject) -> None:
    events = data.draw(calls.junk())
    cut = data.draw(st.integers(0, len(events)))
    whole = pieces(calls.rows(events))
    if cut:
        before = [value for piece in pieces(calls.rows(events[:cut])) for value in piece.told]
        in_parts = pieces(before + calls.rows(events[cut:]))
        assert [each.told for each in in_parts] == [each.told for each in whole]


@settings(max_examples=examples(200))
@given(calls.disturbed() | calls.junk())
def test_a_remembered_walk_is_the_walk(events: list[Told]) -> None:
    """The same call a day later, other lines and all, is walked the same way."""
    names = {"waste": "one", "migration": "two", "desk": "three", "archive": "four"}
    later = [
        {
            **event,
            "at": event["at"] + 86_400 * SECOND,
            **{key: names[event[key]] for key in ("line", "to_line") if key in event},
        }
        for event in events
    ]
    for one, other in zip(pieces(calls.rows(events)), pieces(calls.rows(later)), strict=True):
        if not one.too_many:
            assert walk(one).order == walk(other).order
            assert [v.laps for v in walk(one).visits] == [v.laps for v in walk(other).visits]


def test_plausible_calls_are_what_calls_are() -> None:
    """Of 500 calls, how many have what; a strategy that drew none of it would prove nothing."""
    seen: Counter[str] = Counter()

    @settings(max_examples=500, database=None, derandomize=True)
    @given(calls.plausible())
    def count(events: list[Told]) -> None:
        (contact,) = pieces(calls.rows(events))
        outcome = judge(contact, PLAN, BEGIN + SPAN)
        assert outcome is not None and outcome.walk is not None
        seen["calls"] += 1
        seen["answered with a wait"] += any(
            visit.answered is not None and visit.wait for visit in outcome.visits
        )
        seen["second visits"] += len(outcome.visits) > 1
        seen["re-entries"] += any(visit.entries > 1 for visit in outcome.visits)
        seen["taken back"] += any(visit.taken_back for visit in outcome.visits)
        seen["outgoing"] += outcome.properties.outgoing
        seen["clocks differ"] += calls.clocks_differ(events)
        ids = [event["event_id"] for event in sorted(events, key=lambda event: event["at"])]
        seen["ids in no order"] += ids != sorted(ids)
        seen["seq"] += "seq" in events[0]
        seen["numbers"] += any("visit" in event for event in events)

    count()
    assert seen["calls"] >= 500
    for what, least in {
        "answered with a wait": 200,
        "second visits": 50,
        "re-entries": 50,
        "taken back": 20,
        "outgoing": 20,
        "clocks differ": 100,
        "ids in no order": 100,
        "seq": 20,
        "numbers": 50,
    }.items():
        assert seen[what] >= least, (what, seen)
