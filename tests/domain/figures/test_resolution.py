"""Who is helped where they asked; and callers, whom only all their calls together tell."""

import pytest
from msgspec import structs

from streams.domain.instants import HOUR
from streams.domain.tally import CITY, LINE, VENDOR
from tests.domain.figures.town import answered, call, city, in_vain, line, moved, whole
from tests.stories import Story, at


def test_first_line_resolution() -> None:
    shown = line(answered("a"), answered("b"), moved("c", "desk"), in_vain("d"))
    assert shown["first_line_resolution"] == 2 / 3


def test_wrong_choice_is_a_transfer_from_first_line_to_another_first_line() -> None:
    stories = answered("a"), moved("b", "permits"), moved("c", "desk"), moved("d", "waste")
    assert line(*stories)["wrong_choice"] == 1 / 4


def test_an_overflow_by_transfer_before_an_answer_is_no_wrong_choice() -> None:
    gone = call("a").leave("9:01", "waste", "transfer", to="permits")
    shown = line(gone, answered("b"))
    assert (shown["overflowed"], shown["wrong_choice"]) == (1, 0.0)


def test_second_line_availability_is_of_transfers_answered_within_that_lines_threshold() -> None:
    stories = [
        moved("a", "desk").enter("9:05:10", "desk").answer("9:05:30", "desk"),
        moved("b", "desk").enter("9:05:10", "desk").answer("9:05:31", "desk"),
        moved("c", "desk").enter("9:05:10", "desk").hang_up("9:05:20"),
        moved("d", "desk").hang_up("9:05:20"),
        Story("direct").enter("9:05", "desk").answer("9:05:01", "desk"),
    ]
    assert line(*stories, line="desk")["second_line_availability"] == 1 / 4


def test_a_transfer_to_the_third_line_is_one_to_an_expert_too() -> None:
    found = moved("a", "archive").enter("9:05:10", "archive").answer("9:05:30", "archive")
    assert line(found, line="archive")["second_line_availability"] == 1.0


def test_a_transfer_that_is_still_waited_for_is_left_out_until_it_is_decided() -> None:
    waiting = moved("a", "desk").enter("9:05:10", "desk")
    assert "second_line_availability" not in line(waiting, line="desk", now=at("9:05:30"))
    missed = line(waiting, line="desk", now=at("9:05:30") + 1)
    assert missed["second_line_availability"] == 0.0


def test_where_there_is_no_permanence_a_form_counts_instead() -> None:
    shown = line(moved("a", "form").hang_up("9:06"), line="form")
    assert (shown["form"], shown["left_before_queue"]) == (1, 0)
    assert "second_line_availability" not in shown


@pytest.mark.parametrize(
    ("second", "by", "cut"),
    [(30, "agent", 1), (31, "agent", 0), (30, "caller", 0), (30, "system", 0), (30, None, 0)],
)
def test_who_is_hung_up_on_within_ten_seconds_is_cut_off(second: int, by: str, cut: int) -> None:
    """Answered at 9:00:20."""
    stories = answered("a").hang_up(f"9:00:{second}", by=by), answered("b").hang_up("9:05")
    assert line(*stories)["cut_off"] == cut / 2


def test_who_was_passed_on_or_gone_before_the_agent_hung_up_is_not_cut_off() -> None:
    passed_on = answered("a").leave("9:00:22", "waste", "transfer", to="desk")
    passed_on.hang_up("9:00:25", by="agent")
    assert line(passed_on)["cut_off"] == 0.0
    assert "cut_off" not in line(call("b").hang_up("9:00:30", by="agent"))


def test_a_repeat_caller_called_in_vain_within_a_day() -> None:
    shown = city(in_vain("a", "9:00", "ann"), answered("b", "10:00", "ann"))
    assert (shown["repeat_callers"], shown["repeat_caller_share"]) == (1, 1 / 2)


@pytest.mark.parametrize(("second", "repeats"), [(24 * HOUR, 1), (24 * HOUR + 1, 0)])
def test_a_day_is_24_hours(second: int, repeats: int) -> None:
    later = Story("b", "ann").start(at("9:00") + second).hang_up(at("9:01") + second)
    now = at("9:00") + 48 * HOUR
    assert city(in_vain("a", "9:00", "ann"), later, now=now)["repeat_callers"] == repeats


def test_who_was_answered_then_or_is_somebody_else_does_not_repeat() -> None:
    assert city(answered("a", "9:00", "ann"), in_vain("b", "10:00", "ann"))["repeat_callers"] == 0
    assert city(in_vain("a", "9:00", "ann"), in_vain("b", "10:00", "bob"))["repeat_callers"] == 0
    assert city(in_vain("a", "9:00"), in_vain("b", "10:00"))["repeat_callers"] == 0


def test_an_answer_in_between_does_not_undo_the_call_in_vain() -> None:
    stories = (
        in_vain("a", "9:00", "ann"),
        answered("b", "10:00", "ann"),
        answered("c", "11:00", "ann"),
    )
    assert city(*stories)["repeat_callers"] == 2


def test_repeats_are_booked_on_the_lines_of_the_later_call() -> None:
    menu = Story("a", "ann").start("9:00").hang_up("9:01")
    found = whole(menu, in_vain("b", "10:00", "ann"))
    assert found[LINE + "waste"]["repeat_callers"] == found[CITY]["repeat_callers"] == 1
    assert found[VENDOR + "acme"]["repeat_callers"] == 1


@pytest.mark.parametrize(("late", "kept"), [(0, 1), (1, 0)])
def test_a_callback_is_kept_when_the_caller_is_answered_within_the_plans_time(
    late: int, kept: int
) -> None:
    """Accepted at 9:01, to be kept within two hours; on whatever line."""
    asked = call("a", "9:00", "ann").leave("9:01", "waste", "callback").hang_up("9:01:05")
    back = Story("b", "ann").start("9:30").enter("9:31", "permits")
    back.answer(at("11:01") + late, "permits")
    shown = line(asked, back)
    assert (shown["callbacks_kept"], shown["callbacks_kept_share"]) == (kept, float(kept))


def test_another_callers_answer_or_a_call_in_vain_does_not_keep_a_callback() -> None:
    asked = call("a", "9:00", "ann").leave("9:01", "waste", "callback")
    assert line(asked, answered("b", "9:30", "bob"))["callbacks_kept"] == 0
    assert line(asked, in_vain("b", "9:30", "ann"))["callbacks_kept"] == 0


def test_an_answer_before_the_callback_or_of_the_same_call_does_not_keep_it() -> None:
    asked = call("a", "9:00", "ann").leave("9:01", "waste", "callback")
    assert line(asked, answered("b", "8:00", "ann"))["callbacks_kept"] == 0
    asked.enter("9:02", "permits").answer("9:03", "permits")
    assert line(asked)["callbacks_kept"] == 0


def test_the_citys_own_call_keeps_a_callback_and_is_no_call_of_the_citizen() -> None:
    """It is dialled at the instant at which the callback is accepted, and answered 2 min later."""
    asked = call("a", "9:00", "ann").leave("9:01", "waste", "callback").hang_up("9:01:05")
    dialled = Story("b", "ann").start("9:01").enter("9:02:40", "waste").answer("9:03", "waste")
    event, instant = dialled.facts[0]
    dialled.facts[0] = (structs.replace(event, direction="outbound"), instant)
    shown = city(asked, dialled.hang_up("9:09"))
    assert (shown["contacts"], shown["callbacks_kept"], shown["repeat_callers"]) == (1, 1, 0)
    assert (shown["outgoing"], shown["outgoing_answered"]) == (1, 1)
    assert (shown["line_offered"], shown["answered"]) == (1, 0)
    assert "reachability" not in shown
