"""The walk: what each event does to a contact, and that nothing else matters.

Calls are told in seconds since their beginning. ``slow_walk`` reads the definition word by word and
shares no code with the product; both say the same of whatever Hypothesis thinks of.
"""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain.contact import pieces
from streams.domain.judge import judge
from streams.domain.rows import encode
from streams.domain.walk import line_named_by, steps, walk
from streams.domain.walked import NO_ROW, POSITIONS, Walk
from tests import calls
from tests.calls import BEGIN, SPAN, Call, Told
from tests.domain import slow_walk
from tests.stories import PLAN

SECOND = 1_000_000


def walked(call: Call) -> Walk:
    (contact,) = pieces(calls.rows(call.events))
    return walk(contact)


def visits(call: Call) -> list[tuple[str, str]]:
    """Each visit's line, and what became of it by the walk alone."""
    (contact,) = pieces(calls.rows(call.events))
    found = walk(contact)
    return [
        (
            line_named_by(contact.rows, visit.line),
            "answered" if visit.answered != NO_ROW else visit.reason or POSITIONS[found.position],
        )
        for visit in found.visits
    ]


def waits(call: Call) -> list[int]:
    """Each visit's time in the queue, in seconds."""
    (contact,) = pieces(calls.rows(call.events))
    ats = contact.ats
    return [
        sum(ats[until] - ats[since] for since, until in visit.laps if until != NO_ROW) // SECOND
        for visit in walk(contact).visits
    ]


# The menu


def test_another_line_chosen_instead_is_chosen_again() -> None:
    call = Call().start(0).choose(10, "waste").choose(20, "desk").enter(21, "desk")
    assert visits(call.answer(25, "desk").hang_up(300)) == [
        ("waste", "chose_again"),
        ("desk", "answered"),
    ]


def test_the_same_line_chosen_twice_is_one_visit() -> None:
    assert visits(Call().choose(10, "waste").choose(20, "waste").enter(21, "waste")) == [
        ("waste", "waiting")
    ]


def test_a_caller_who_waits_and_presses_another_key_has_left_by_it() -> None:
    call = Call().choose(1, "waste").enter(2, "waste").choose(30, "desk").hang_up(40)
    assert visits(call) == [("waste", "exit_key"), ("desk", "way")]


def test_where_the_switch_puts_a_caller_elsewhere_the_choice_overflowed_unqueued() -> None:
    call = Call().choose(1, "waste").enter(2, "desk")
    (waste, desk) = walked(call).visits
    assert (waste.reason, waste.queued, desk.queued) == ("overflow", False, True)


# Queues


def test_re_entered_in_the_same_second_is_one_visit() -> None:
    call = Call().start(0).enter(0, "waste").leave(0, "waste", "timeout").enter(0, "waste")
    call.hang_up(278)
    assert visits(call) == [("waste", "waiting")]
    (visit,) = walked(call).visits
    assert visit.entries == 2


def test_two_queues_in_turn_are_two_visits_and_two_waits() -> None:
    call = Call().start(0).enter(0, "waste").leave(30, "waste", "overflow")
    call.enter(30, "desk").leave(45, "desk", "overflow").enter(45, "waste")
    call.leave(75, "waste", "overflow").enter(75, "desk").answer(80, "desk").hang_up(300)
    assert visits(call) == [("waste", "overflow"), ("desk", "answered")]
    assert waits(call) == [60, 20]


@pytest.mark.parametrize("reason", ["voicemail", "callback", "closed", "full"])
def test_who_left_for_good_and_comes_again_stays_a_second_time(reason: Any) -> None:
    call = Call().enter(0, "waste").leave(30, "waste", reason).enter(60, "waste")
    assert visits(call) == [("waste", reason), ("waste", "waiting")]


def test_a_choice_in_between_makes_it_a_second_stay() -> None:
    call = Call().enter(0, "waste").leave(30, "waste", "timeout").choose(40, "waste")
    assert visits(call.enter(41, "waste")) == [("waste", "timeout"), ("waste", "waiting")]


def test_a_choice_of_another_line_ends_what_went_on() -> None:
    call = Call().enter(0, "waste").leave(30, "waste", "timeout").choose(40, "desk")
    assert visits(call.enter(41, "waste")) == [
        ("waste", "timeout"),
        ("desk", "overflow"),
        ("waste", "waiting"),
    ]


def test_an_answer_elsewhere_ends_what_went_on() -> None:
    call = Call().enter(0, "waste").leave(30, "waste", "timeout").enter(30, "desk")
    call.answer(40, "desk").leave(100, "desk", "voicemail").enter(101, "waste")
    assert visits(call) == [("waste", "timeout"), ("desk", "answered"), ("waste", "waiting")]


def test_a_transfer_elsewhere_ends_what_went_on() -> None:
    call = Call().enter(0, "waste").leave(30, "waste", "timeout").enter(30, "desk")
    call.leave(40, "desk", "transfer", to="archive").enter(41, "waste")
    assert visits(call) == [("waste", "timeout"), ("desk", "transfer"), ("waste", "waiting")]
    assert walked(call).visits[2].begun == 3


def test_an_answer_of_the_queue_that_was_left_is_as_if_it_had_not_been() -> None:
    call = Call().enter(0, "waste").leave(30, "waste", "overflow").enter(30, "desk")
    call.answer(50, "waste")
    assert visits(call) == [("waste", "answered"), ("desk", "overflow")]
    assert waits(call) == [50, 20]


# Answers


def test_an_answer_that_is_returned_never_was() -> None:
    call = Call().enter(0, "waste").answer(10, "waste").give_back(15, "waste").hang_up(60)
    assert visits(call) == [("waste", "waiting")]
    assert walked(call).visits[0].taken_back == 1


@pytest.mark.parametrize(
    ("after", "stays"),
    [(30, [("waste", "waiting")]), (31, [("waste", "answered"), ("waste", "waiting")])],
)
def test_who_is_sent_back_within_half_a_minute_was_not_answered(after: int, stays: Any) -> None:
    assert visits(Call().enter(0, "waste").answer(5, "waste").enter(5 + after, "waste")) == stays
    left = Call().enter(0, "waste").answer(5, "waste").leave(6, "waste", "transfer", to="waste")
    assert visits(left.enter(5 + after, "waste")) == stays


def test_an_entry_with_the_number_of_the_visit_that_talks_takes_the_answer_back() -> None:
    call = Call().enter(0, "waste", 1).answer(5, "waste", 1).enter(600, "waste", 1)
    assert visits(call) == [("waste", "waiting")]


def test_a_number_after_an_answer_elsewhere_is_another_visit() -> None:
    call = Call().enter(0, "waste", 1).answer(5, "waste", 1)
    call.leave(100, "waste", "transfer", to="desk", visit=1).enter(100, "desk").answer(110, "desk")
    call.enter(200, "waste", 1)
    assert visits(call) == [("waste", "answered"), ("desk", "answered"), ("waste", "waiting")]


def test_an_entry_told_later_than_its_answer_is_no_wait() -> None:
    call = Call().answer(-2, "waste").enter(5, "waste").hang_up(120)
    (visit,) = walked(call).visits
    assert visits(call) == [("waste", "answered")]
    assert (visit.disordered, visit.laps, visit.begun) == (True, (), visit.answered)


# Transfers


def test_a_consulted_desk_is_entered_before_the_transfer_is_told() -> None:
    call = Call().start(0).enter(16, "waste").answer(28, "waste").enter(147, "desk")
    call.leave(148, "waste", "transfer", to="desk").answer(154, "desk").hang_up(327)
    assert visits(call) == [("waste", "answered"), ("desk", "answered")]
    assert waits(call) == [12, 7]
    waste, desk = walked(call).visits
    assert (waste.to, desk.transfer) == (1, 3)


def test_where_a_transfer_lands_is_what_it_began() -> None:
    call = Call().enter(0, "waste").answer(5, "waste").leave(60, "waste", "transfer", to="desk")
    call.enter(62, "archive")
    assert visits(call) == [("waste", "answered"), ("archive", "waiting")]
    archive = walked(call).visits[1]
    assert archive.begun == archive.transfer == 2


def test_a_visit_of_which_only_its_leaving_is_told() -> None:
    assert visits(Call().leave(5, "waste", "voicemail")) == [("waste", "voicemail")]
    there = Call().enter(0, "desk").leave(1, "waste", "transfer", to="desk")
    assert visits(there) == [("waste", "transfer"), ("desk", "waiting")]


def test_two_transfers_to_a_desk_that_never_was_led_nowhere() -> None:
    call = Call().leave(0, "waste", "transfer", to="desk")
    call.leave(1, "migration", "transfer", to="desk").choose(2, "waste")
    assert [visit.to for visit in walked(call).visits] == [NO_ROW, 2, NO_ROW]


# The hangup


def test_who_picks_up_a_caller_who_has_gone_has_not_answered() -> None:
    call = Call().start(0).enter(0, "waste").hang_up(18).answer(19.5, "waste")
    assert visits(call) == [("waste", "waiting")]
    assert walked(call).after_hangup == 1


@pytest.mark.parametrize(("after", "counts"), [(5, 1), (5.1, 0)])
def test_an_entry_just_behind_the_hangup_is_just_before_it(after: float, counts: int) -> None:
    found = walked(Call().hang_up(0).enter(after, "waste"))
    assert (len(found.visits), found.after_hangup) == (counts, 1 - counts)


def test_a_hangup_after_which_somebody_is_served_was_that_of_a_leg() -> None:
    call = Call().enter(0, "waste").answer(5, "waste").hang_up(60)
    call.enter(61, "desk").answer(70, "desk").hang_up(200)
    assert visits(call) == [("waste", "answered"), ("desk", "answered")]
    assert walked(call).hangup == 5


@pytest.mark.parametrize(("second", "first_counts"), [(5, True), (5.1, False)])
def test_a_second_hangup_soon_after_the_first_changes_nothing(
    second: float, first_counts: bool
) -> None:
    found = walked(Call().hang_up(0).enter(1, "waste").hang_up(second))
    assert (found.hangup == 0) is first_counts


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


@settings(max_examples=300)
@given(calls.disturbed() | calls.junk())
def test_a_pencil_says_the_same(events: list[Told]) -> None:
    assert told(events) == told_slowly(events)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=100_000, database=None)
@given(calls.disturbed() | calls.junk())
def test_a_pencil_says_the_same_of_a_hundred_thousand(events: list[Told]) -> None:
    assert told(events) == told_slowly(events)


@settings(max_examples=200)
@given(st.data())
def test_neither_order_nor_repetition_matters(data: st.DataObject) -> None:
    events = data.draw(calls.disturbed() | calls.junk())
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events)))))
    known, other = pieces(calls.rows(events)), pieces(calls.rows(again))
    assert [encode(each.told) for each in known] == [encode(each.told) for each in other]
    assert told(events) == told(again)


@settings(max_examples=200)
@given(st.data())
def test_sets_can_be_put_together_in_parts(data: st.DataObject) -> None:
    events = data.draw(calls.junk())
    cut = data.draw(st.integers(0, len(events)))
    whole = pieces(calls.rows(events))
    if cut:
        before = [value for piece in pieces(calls.rows(events[:cut])) for value in piece.told]
        in_parts = pieces(before + calls.rows(events[cut:]))
        assert [each.told for each in in_parts] == [each.told for each in whole]


@settings(max_examples=200)
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


def test_a_thousand_events_are_no_cubic_hangup() -> None:
    """Read word by word, the rule of the hangup takes a quarter of a second for as many."""
    call = Call()
    for n in range(140):
        call.hang_up(10 * n).enter(10 * n + 1, "waste")
    (contact,) = pieces(calls.rows(call.events))
    assert walk(contact).hangup != NO_ROW
