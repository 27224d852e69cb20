"""What was decided of a contact, and when: the first decision stands."""

import pytest
from hypothesis import given, settings

from streams.domain.contact import pieces
from streams.domain.decided import NO_LINE, decisions
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.plan import Plan
from tests import calls
from tests.calls import Call, Told
from tests.domain.judged_calls import END, PLAN, decided, read, visit_of, waiting
from tests.examples import examples


def test_an_answer_taken_back_was_a_decision_all_the_same() -> None:
    call = waiting().answer(15, "waste").give_back(20, "waste").hang_up(100)
    assert visit_of(call).disposition == "abandoned"
    assert (15, "waste", "s", "") in decided(call)
    assert visit_of(call).within is False


def test_a_queue_of_which_only_the_answer_is_told_is_decided_by_then() -> None:
    call = Call().start(0).choose(0, "waste").answer(30, "waste")
    assert (30, "waste", "s", "") in decided(call)


def test_who_was_overdue_in_the_menu_before_choosing_again_was_a_decision() -> None:
    call = Call().choose(0, "waste").choose(200, "desk").enter(201, "desk").answer(202, "desk")
    assert decided(call)[0] == (180, "waste", "r", "0")
    assert read(call).visits[0].reached is None


@settings(max_examples=examples(300))
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


def test_who_comes_in_waits_talks_and_is_gone() -> None:
    call = waiting().answer(60, "waste").hang_up(100)
    assert decided(call) == [
        (12, "waste", "E", ""),
        (60, "waste", "r", "1"),
        (60, "waste", "s", ""),
        (100, "waste", "t", ""),
    ]


def test_who_gives_up_and_who_is_overdue_before() -> None:
    assert decided(waiting().hang_up(60))[1:] == [(60, "waste", "r", "0"), (60, "waste", "u", ".")]
    late = decided(waiting().hang_up(600))
    assert late[1:] == [(190, "waste", "r", "0"), (600, "waste", "u", ".")]


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        (Call().start(0).choose(10, "waste").hang_up(11), "h"),
        (Call().start(0).choose(10, "waste").hang_up(11, "busy"), "b"),
        (Call().start(0).choose(10, "waste").hang_up(11, "closed"), "c"),
        (Call().start(0).choose(10, "waste").hang_up(11, "error"), "l"),
        (Call().start(0).choose(10, "waste").enter(11, "waste").leave(11, "waste", "full"), "b"),
    ],
)
def test_who_comes_into_no_queue_and_why(call: Call, cause: str) -> None:
    assert (11, "waste", "N", cause) in decided(call)
    assert not [each for each in decided(call) if each[2] == "E"]


@pytest.mark.parametrize(("reason", "cause"), [(None, "m"), ("busy", "b"), ("closed", "c")])
def test_who_comes_to_no_line_at_all(reason: str | None, cause: str) -> None:
    assert decided(Call().start(0).hang_up(20, reason)) == [(20, NO_LINE, "N", cause)]


def test_a_contact_comes_in_once_whatever_its_further_visits() -> None:
    call = waiting().answer(20, "waste").leave(60, "waste", "transfer", to="desk")
    call.enter(61, "desk").answer(70, "desk").hang_up(100)
    entries = [(line, kind) for _, line, kind, _ in decided(call) if kind in "EeNn"]
    assert entries == [("waste", "E"), ("desk", "e")]


def test_who_chose_again_is_judged_by_where_they_came_to() -> None:
    call = Call().start(0).choose(5, "waste").choose(9, "desk").enter(10, "desk").hang_up(20)
    assert [each for each in decided(call) if each[2] in "EN"] == [(10, "desk", "E", "")]


def test_who_is_closed_on_is_said_so() -> None:
    assert (50, "waste", "u", "c") in decided(waiting().leave(50, "waste", "closed"))


def test_a_lost_ending_is_told_when_it_is_given_up() -> None:
    left = [each for each in decided(waiting()) if each[2] == "u"]
    assert [each[0] for each in left] == [pytest.approx(12 + 4 * 3600, abs=1)]


# Nuisance, stations on the way, announcements

SPOKEN = Plan.read(
    """
    [city]
    nuisance_seconds = 40
    [[announcement]]
    id = "strike"
    [[line]]
    id = "waste"
    [[line]]
    id = "no-collection"
    kind = "announcement"
    """
)


@pytest.mark.parametrize(
    "call",
    [
        Call().start(0).hang_up(2),
        Call().start(0).choose(1, "waste").hang_up(2),
        Call().start(0).choose(1, "waste").enter(2, "waste").hang_up(30),
        Call().start(0).enter(2, "waste").leave(9, "waste", "full").hang_up(30),
    ],
)
def test_of_a_nuisance_nothing_is_told(call: Call) -> None:
    assert decided(call, SPOKEN) == []


def test_of_a_nuisance_that_was_told_of_before_it_was_one_that_stands() -> None:
    """What was sealed half a minute after it happened can't be taken back."""
    call = Call().start(0).choose(1, "waste").enter(2, "waste").hang_up(31)
    assert decided(call, SPOKEN) == [(2, "waste", "E", ""), (31, "waste", "u", ".")]
    assert decided(call, SPOKEN, 10) == [(2, "waste", "E", "")]


@pytest.mark.parametrize(
    "call",
    [
        Call().start(0).hang_up(60, informed="strike"),
        Call().start(0).choose(10, "waste").hang_up(60, informed="strike"),
        Call().start(0).choose(10, "no-collection").enter(11, "no-collection"),
    ],
)
def test_who_heard_all_that_they_called_for_came_in(call: Call) -> None:
    told = call if call.events[-1]["event"] == "hangup" else call.hang_up(60, informed="strike")
    found = [each for each in decided(told, SPOKEN) if each[2] in "EeNn"]
    assert found == [(60, NO_LINE, "E", "")]


def test_a_station_on_the_way_is_no_queue() -> None:
    heard = Call().start(0).choose(5, "no-collection").enter(5, "no-collection")
    assert decided(heard.hang_up(60), SPOKEN) == [(60, NO_LINE, "N", "m")]
    on = Call().start(0).enter(5, "no-collection").leave(60, "no-collection", "overflow")
    assert decided(on.enter(61, "waste").hang_up(90), SPOKEN)[0] == (61, "waste", "E", "")
