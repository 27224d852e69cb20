"""What each event does to a contact, row by row of the table.

Calls are told in seconds since their beginning.
"""

from typing import Any

import pytest

from streams.domain.walked import NO_ROW
from tests.calls import Call
from tests.domain.walked_calls import visits, waits, walked

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
