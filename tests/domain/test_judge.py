"""What a contact comes to: dispositions, waits, and when they are decided.

The calls are told in seconds since 11:06:40 UTC on a Wednesday in November.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.contact import pieces
from streams.domain.disposition import DISPOSITIONS
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.outcome import NEVER, Outcome
from tests import calls
from tests.calls import BEGIN, Call, Told
from tests.domain import slow_walk
from tests.domain.judged_calls import END, PLAN, plan_of, read
from tests.examples import examples

# What went wrong elsewhere


def test_a_change_of_mind_in_the_menu_is_nobodys_fault() -> None:
    call = Call().start(0).choose(10, "waste").choose(20, "desk").enter(21, "desk")
    waste, desk = read(call.answer(25, "desk").hang_up(300)).visits
    assert (waste.disposition, waste.reached, waste.within) == ("chose_again", None, None)
    assert (desk.disposition, desk.wait, desk.reached) == ("answered", 4 * SECOND, True)


def test_what_the_city_dials_is_outgoing() -> None:
    call = Call().start(0, direction="outbound").enter(99, "waste").answer(120, "waste")
    outcome = read(call.hang_up(500))
    assert (outcome.outcome, outcome.answered, outcome.reached) == ("outgoing", True, None)


def test_an_id_used_again_a_week_later_is_another_contact() -> None:
    week = 7 * 24 * 3600
    call = Call().start(0).enter(0, "waste").answer(5, "waste").hang_up(180)
    call.start(week).enter(week, "waste").hang_up(week + 540)
    found = [judge(contact, PLAN, END) for contact in pieces(calls.rows(call.events))]
    assert [[v.disposition for v in each.visits] for each in found if each] == [
        ["answered"],
        ["abandoned"],
    ]


def test_a_callback_is_accepted_in_its_queue() -> None:
    call = Call().start(0, caller="ann").enter(0, "waste").leave(10, "waste", "callback")
    outcome = read(call.hang_up(11))
    (visit,) = outcome.visits
    assert (visit.disposition, visit.within, visit.reached) == ("callback", None, None)
    assert outcome.caller == "ann"


# Hours


HOURS = """
[[line]]
id = "early"
hours = "mornings"
[[line]]
id = "later"
hours = "afternoons"
"""


def test_a_desk_that_closed_meanwhile_is_not_out_of_hours() -> None:
    plan = plan_of(lines=HOURS)  # it is six past twelve in the city
    call = Call().start(0).enter(0, "waste").answer(5, "waste")
    call.leave(60, "waste", "transfer", to="early").leave(61, "early", "closed").hang_up(62)
    outcome = read(call, plan=plan)
    assert outcome.in_hours
    assert [(v.disposition, v.in_hours, v.reached) for v in outcome.visits] == [
        ("answered", True, True),
        ("closed", True, False),
    ]


def test_a_line_that_closes_while_a_caller_is_in_the_menu_is_in_hours() -> None:
    plan = plan_of(lines=HOURS)
    call = Call(BEGIN - 8 * 60 * SECOND).start(0).choose(100, "early").hang_up(110, "closed")
    assert read(call, plan=plan).in_hours


def test_a_line_closed_at_both_beginnings_is_out_of_hours_with_all_that_follows() -> None:
    plan = plan_of(lines=HOURS)
    call = Call().start(0).enter(1, "early").leave(30, "early", "overflow").enter(30, "waste")
    outcome = read(call.hang_up(60), plan=plan)
    assert (outcome.in_hours, outcome.reached) == (False, None)
    assert {(v.within, v.reached, v.service_at) for v in outcome.visits} == {(None, None, NEVER)}
    opened = Call().start(0).enter(54 * 60, "later").hang_up(54 * 60 + 30)
    assert read(opened, plan=plan).in_hours


# Contacts without a visit


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [(None, "abandoned_in_menu"), ("busy", "entrance_blocked"), ("closed", "entrance_closed")],
)
def test_a_hangup_in_the_menu(reason: str | None, outcome: str) -> None:
    found = read(Call().start(0).hang_up(20, reason))
    assert (found.outcome, found.reached, found.visits) == (outcome, False, [])


def test_a_hangup_alone_is_an_orphan_until_another_event_arrives() -> None:
    assert read(Call().hang_up(0).hang_up(2)).outcome == "orphans"
    assert read(Call().hang_up(0).answer(2, "waste")).outcome == "abandoned_in_menu"


def test_too_many_events_have_no_visits() -> None:
    call = Call().start(0)
    for n in range(300):
        call.enter(n + 1, "waste")
    outcome = read(call)
    assert (outcome.outcome, outcome.visits, outcome.begun) == ("too_many_events", [], BEGIN)
    assert outcome.reached is False, "a contact is reached or not, however many events it has"


# Whatever is told


TERMS = {
    "threshold": 20 * SECOND,
    "short_limit": 5 * SECOND,
    "lost_after": 4 * HOUR,
    "reach_limit": 180 * SECOND,
}


@settings(max_examples=examples(300))
@given(calls.disturbed() | calls.junk(), st.integers(0, 400) | st.integers(0, 30_000))
def test_a_pencil_comes_to_the_same(events: list[Told], after: int) -> None:
    now = min(event["at"] for event in events) + after * SECOND
    for contact in pieces(calls.rows(events)):
        outcome = judge(contact, PLAN, now)
        ids = {
            (at, event_id)
            for at, event_id in zip(contact.ats, contact.rows[2::5], strict=True)
            if at <= now
        }
        known = [e for e in calls.with_bytes(events) if (e["at"], e["event_id"]) in ids]
        if outcome is None or contact.conflicting or contact.too_many:
            assert outcome is not None or not ids
            continue
        (told,) = slow_walk.contacts(known)
        assert outcome.begun == told["begun"]
        pencil = []
        for visit in told["visits"]:
            permanence = "none" if visit["line"] == "archive" else "always"
            terms = {**TERMS, "permanence": permanence}
            pencil.append(slow_walk.judged(visit, told["hangup"], now, terms))
        assert pencil == [
            {
                "disposition": visit.disposition,
                "wait": visit.wait,
                "within": visit.within,
                "reached": visit.reached,
                "entered": visit.entered,
            }
            for visit in outcome.visits
        ]


@settings(max_examples=examples(200))
@given(calls.disturbed() | calls.junk(), st.integers(0, 30_000))
def test_nothing_changes_before_its_wake(events: list[Told], after: int) -> None:
    now = BEGIN + after * SECOND
    for contact in pieces(calls.rows(events)):
        outcome = judge(contact, PLAN, now)
        if outcome is None:
            continue
        assert all(v.disposition in (*DISPOSITIONS, "open") for v in outcome.visits)
        assert outcome.changes_at > now
        if outcome.changes_at < NEVER:
            just_before = judge(contact, PLAN, outcome.changes_at - 1)
            assert just_before is not None
            assert _figures(just_before) == _figures(outcome)
        else:
            at_last = judge(contact, PLAN, END + 40 * HOUR)
            assert at_last is not None
            assert _figures(at_last) == _figures(outcome)


def _figures(outcome: Outcome) -> list[Any]:
    visits = [(v.disposition, v.within, v.reached, v.wait, v.ended) for v in outcome.visits]
    whole = [outcome.became, outcome.passed, outcome.queued, outcome.whole_wait]
    return [outcome.outcome, outcome.reached, outcome.begun, visits, whole]
