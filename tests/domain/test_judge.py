"""What a contact comes to: dispositions, waits, and when they are decided.

The calls are told in seconds since 11:06:40 UTC on a Wednesday in November.
"""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.contact import Piece, pieces
from streams.domain.decided import decisions
from streams.domain.disposition import DISPOSITIONS
from streams.domain.instants import HOUR, SECOND
from streams.domain.judge import judge
from streams.domain.outcome import NEVER, Outcome, Visit
from streams.domain.plan import Plan
from tests import calls
from tests.calls import BEGIN, SPAN, Call, Told
from tests.domain import slow_walk

END = BEGIN + SPAN


def plan_of(contract: str = "", lines: str = "") -> Plan:
    """Two first lines, a desk, and one that takes no transfers; all of one contract."""
    return Plan.read(
        f"""
        [city]
        name = "Testburg"
        time_zone = "Europe/Brussels"
        contract = "c"
        [[contract]]
        id = "c"
        {contract}
        [[hours]]
        id = "mornings"
        mon-fri = "08:00-12:00"
        [[hours]]
        id = "afternoons"
        mon-fri = "13:00-18:00"
        [[line]]
        id = "waste"
        [[line]]
        id = "migration"
        [[line]]
        id = "desk"
        tier = 2
        [[line]]
        id = "archive"
        tier = 2
        permanence = "none"
        {lines}
        """
    )


PLAN = plan_of()


def contact_of(call: Call) -> Piece:
    (contact,) = pieces(calls.rows(call.events))
    return contact


def read(call: Call, now: float | None = None, plan: Plan = PLAN) -> Outcome:
    outcome = judge(contact_of(call), plan, END if now is None else BEGIN + round(now * SECOND))
    assert outcome is not None
    return outcome


def visit_of(call: Call, now: float | None = None, plan: Plan = PLAN) -> Visit:
    (visit,) = read(call, now, plan).visits
    return visit


def ends(call: Call, now: float | None = None) -> list[tuple[str, str, float | None]]:
    """Each visit's line, disposition, and wait in seconds."""
    return [
        (visit.line, visit.disposition, None if visit.wait is None else visit.wait / SECOND)
        for visit in read(call, now).visits
    ]


def decided(call: Call, plan: Plan = PLAN, now: float | None = None) -> list[tuple[Any, ...]]:
    """What was decided, after how many seconds, of which line, and whether it was good."""
    until = END if now is None else BEGIN + round(now * SECOND)
    contact = contact_of(call)
    outcome = judge(contact, plan, until)
    assert outcome is not None
    return [
        ((each.at - BEGIN) / SECOND, each.line, each.kind, each.good)
        for each in decisions(contact, plan, outcome, until)
    ]


def waiting(line: str = "waste") -> Call:
    return Call().start(0).choose(10, line).enter(12, line)


# What went wrong elsewhere


def test_a_consulted_desk_answers_for_its_own_queue_only() -> None:
    call = Call().start(0).enter(16, "waste").answer(28, "waste").enter(147, "desk")
    call.leave(148, "waste", "transfer", to="desk").answer(154, "desk").hang_up(327)
    assert ends(call) == [("waste", "answered", 12), ("desk", "answered", 7)]
    assert read(call).visits[0].transferred_to == 2


def test_who_loops_in_one_second_waits_on_and_is_seen_waiting() -> None:
    call = Call().start(0).enter(0, "waste").leave(0, "waste", "timeout").enter(0, "waste")
    assert visit_of(call, now=100).waiting_since == BEGIN
    assert ends(call.hang_up(278, by="caller")) == [("waste", "abandoned", 278)]


def test_who_goes_to_and_fro_is_in_time_where_their_own_wait_was_short() -> None:
    call = Call().start(0).enter(0, "waste").leave(30, "waste", "overflow")
    call.enter(30, "desk").leave(45, "desk", "overflow").enter(45, "waste")
    call.leave(75, "waste", "overflow").enter(75, "desk")
    assert visit_of_line(call, "desk", 77).waiting_since == BEGIN + 60 * SECOND
    call.answer(80, "desk").hang_up(300)
    assert ends(call) == [("waste", "overflowed", 60), ("desk", "answered", 20)]
    assert [visit.within for visit in read(call).visits] == [False, True]


def visit_of_line(call: Call, line: str, now: float) -> Visit:
    (visit,) = (visit for visit in read(call, now).visits if visit.line == line)
    return visit


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


def test_clocks_that_disagree_make_no_negative_wait() -> None:
    call = Call().answer(-7, "waste").enter(0, "waste").hang_up(115)
    outcome = read(call)
    assert ends(call) == [("waste", "answered", 0)]
    assert outcome.disordered == 1
    assert outcome.visits[0].begun == BEGIN - 7 * SECOND
    late = Call().start(0).choose(0, "waste").enter(0, "waste").hang_up(15).answer(20, "waste")
    assert ends(late) == [("waste", "abandoned", 15)]
    assert read(late).after_hangup == 1
    assert ends(Call().enter(30, "waste").hang_up(29)) == [("waste", "short_abandoned", 0)]


def test_who_is_picked_up_after_hanging_up_was_not_reached() -> None:
    call = Call().start(0).enter(0, "waste").hang_up(18, by="caller").answer(19.5, "waste")
    visit = visit_of(call)
    assert (visit.disposition, visit.wait, visit.reached) == ("abandoned", 18 * SECOND, False)


def test_a_callback_is_accepted_in_its_queue() -> None:
    call = Call().start(0, caller="ann").enter(0, "waste").leave(10, "waste", "callback")
    outcome = read(call.hang_up(11))
    (visit,) = outcome.visits
    assert (visit.disposition, visit.within, visit.reached) == ("callback", None, None)
    assert outcome.caller == "ann"


# Endings


@pytest.mark.parametrize("reason", slow_walk.LEFT_FOR)
def test_a_visit_left_for_a_reason(reason: str) -> None:
    if reason == "chose_again":
        return
    call = waiting().leave(72, "waste", reason).hang_up(75)
    assert ends(call) == [("waste", slow_walk.LEFT_FOR[reason], 60)]


@pytest.mark.parametrize(
    ("reason", "disposition"),
    [(None, "abandoned"), ("closed", "closed"), ("busy", "blocked"), ("error", "lost")],
)
def test_a_visit_hung_up_for_a_reason(reason: str | None, disposition: str) -> None:
    assert ends(waiting().hang_up(72, reason)) == [("waste", disposition, 60)]


@pytest.mark.parametrize(
    ("gone", "disposition", "excluded"),
    [(17, "short_abandoned", None), (17.000001, "abandoned", True)],
)
def test_short_is_who_waited_up_to_the_limit_itself(
    gone: float, disposition: str, excluded: bool | None
) -> None:
    """Five seconds in the queue: decided in time by default, and outside where a contract leaves
    short ones out."""
    call = waiting().hang_up(gone)
    assert (visit_of(call).disposition, visit_of(call).within) == (disposition, True)
    assert visit_of(call, plan=plan_of('short_abandons = "excluded"')).within is excluded


def test_who_hangs_up_on_the_way_never_queued() -> None:
    assert ends(Call().start(0).choose(10, "waste").hang_up(10)) == [
        ("waste", "left_before_queue", None)
    ]


def test_a_form_stands_for_a_transfer_to_a_line_without_permanence() -> None:
    call = waiting().answer(20, "waste").leave(60, "waste", "transfer", to="archive").hang_up(61)
    assert ends(call)[1] == ("archive", "form", None)
    assert read(call).visits[1].reached is None
    queued = waiting().answer(20, "waste").leave(60, "waste", "transfer", to="archive")
    assert ends(queued.enter(62, "archive").hang_up(90))[1] == ("archive", "abandoned", 28)


def test_lost_is_who_has_no_ending_and_changes_by_an_answer_only() -> None:
    call = waiting()
    lost = 12 + 4 * 3600
    assert ends(call, lost)[0][1] == "open"
    assert ends(call, lost + 0.000001)[0][1] == "lost"
    assert ends(waiting().hang_up(lost), lost + 2)[0][1] == "abandoned"
    assert ends(waiting().hang_up(lost + 1), lost + 2)[0][1] == "lost"
    assert ends(waiting().answer(lost + 1, "waste"), lost + 2)[0][1] == "answered"


# When it is decided


def test_who_waits_is_a_miss_the_instant_the_threshold_is_exceeded() -> None:
    assert visit_of(waiting(), 32).within is None
    assert visit_of(waiting(), 32).changes_at == BEGIN + 32 * SECOND + 1
    assert visit_of(waiting(), 32.000001).within is False
    assert visit_of(waiting().answer(32, "waste"), 33).within is True


def test_left_is_decided_and_going_on_it_is_undecided_again() -> None:
    call = Call().enter(0, "waste").leave(10, "waste", "overflow").enter(12, "waste")
    assert visit_of(call, 11).within is False
    assert visit_of(call, 12).within is None
    assert visit_of(call.answer(22, "waste"), 30).within is True
    # The detectors knew a miss first, and that stands.
    assert decided(call)[:2] == [
        (10, "waste", "reachability", False),
        (10, "waste", "service_level", False),
    ]


def test_an_answer_taken_back_was_a_decision_all_the_same() -> None:
    call = waiting().answer(15, "waste").give_back(20, "waste").hang_up(100)
    assert visit_of(call).disposition == "abandoned"
    assert (15, "waste", "service_level", True) in decided(call)
    assert visit_of(call).within is False


def test_a_queue_of_which_only_the_answer_is_told_is_decided_by_then() -> None:
    call = Call().start(0).choose(0, "waste").answer(30, "waste")
    assert (30, "waste", "service_level", False) in decided(call)


def test_overdue_is_not_reached_and_a_later_answer_restores_it() -> None:
    assert visit_of(waiting(), 189).reached is None
    assert visit_of(waiting(), 190).reached is False
    answered = waiting().answer(300, "waste")
    assert visit_of(answered).reached is True
    assert (190, "waste", "reachability", False) in decided(answered)


def test_who_was_overdue_in_the_menu_before_choosing_again_was_a_decision() -> None:
    call = Call().choose(0, "waste").choose(200, "desk").enter(201, "desk").answer(202, "desk")
    assert decided(call)[0] == (180, "waste", "reachability", False)
    assert read(call).visits[0].reached is None


def test_plain_time_runs_on_the_way_and_decides_in_the_queue() -> None:
    plan = plan_of('clock = "choice"')
    call = Call().choose(0, "waste").enter(25, "waste").answer(26, "waste")
    assert visit_of(call, plan=plan).within is False
    assert (25, "waste", "service_level", False) in decided(call, plan)
    assert visit_of(Call().choose(0, "waste").answer(30, "waste"), plan=plan).within is False
    late = Call().choose(0, "waste").answer(30, "waste").enter(31, "waste")
    assert visit_of(late, plan=plan).within is False
    assert visit_of(late).within is True


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


@settings(max_examples=300)
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


@settings(max_examples=200)
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
    return [outcome.outcome, outcome.reached, outcome.begun, visits]


@settings(max_examples=300)
@given(calls.disturbed() | calls.junk())
def test_a_decision_once_made_stands(events: list[Told]) -> None:
    """Live, a contact is read again and again; what it knew then is what is known at last."""
    for contact in pieces(calls.rows(events)):
        outcome = judge(contact, PLAN, END)
        assert outcome is not None
        at_last = decisions(contact, PLAN, outcome, END)
        for now in (*contact.ats, contact.ats[0] + 200 * SECOND):
            seen = judge(contact, PLAN, now)
            assert seen is not None
            made = decisions(contact, PLAN, seen, now)
            assert made == [each for each in at_last if each.at <= now]
