"""The figures, each by the calls that it is about."""

from typing import Any

import pytest
from msgspec import structs

from streams.domain.books import books
from streams.domain.figures import figures
from streams.domain.figures.service_level import service_level
from streams.domain.instants import HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, VENDOR, Tally
from tests.stories import Story, at, contacts

PLAN = Plan.read(
    """
    [city]
    name = "Testburg"

    [[vendor]]
    id = "acme"
    name = "Acme Calls"

    [[line]]
    id = "waste"
    vendor = "acme"
    callback_within = "2h"

    [[line]]
    id = "permits"
    vendor = "acme"

    [[line]]
    id = "desk"
    tier = 2

    [[line]]
    id = "archive"
    tier = 3

    [[line]]
    id = "form"
    tier = 2
    permanence = "none"
    """
)
LATE = at("23:00")


def whole(*stories: Story, now: int = LATE) -> dict[str, Tally]:
    facts = [fact for story in stories for fact in story.facts]
    found = books(contacts(facts), PLAN, now)
    assert found.imbalance() == 0
    return found.totals


def line(*stories: Story, line: str = "waste", now: int = LATE) -> dict[str, Any]:
    return figures(whole(*stories, now=now)[LINE + line])


def city(*stories: Story, now: int = LATE) -> dict[str, Any]:
    return figures(whole(*stories, now=now)[CITY], of_city=True)


def call(call_id: str, when: str = "9:00", caller: str | None = None) -> Story:
    """A call that comes to the queue of `waste` 15 s after its start."""
    start = at(when)
    story = Story(call_id, caller).start(start).choose(start + 10 * SECOND, "waste")
    return story.enter(start + 15 * SECOND, "waste")


def answered(call_id: str, when: str = "9:00", caller: str | None = None, wait: int = 5) -> Story:
    return call(call_id, when, caller).answer(at(when) + (15 + wait) * SECOND, "waste")


def in_vain(call_id: str, when: str = "9:00", caller: str | None = None) -> Story:
    return call(call_id, when, caller).hang_up(at(when) + 2 * MINUTE)


def moved(call_id: str, to: str) -> Story:
    """Answered by `waste` and transferred at 9:05."""
    return answered(call_id).leave("9:05", "waste", "transfer", to=to)


# No data is no number


def test_nobody_called() -> None:
    nothing = figures(Tally(), of_city=True)
    assert {name for name, value in nothing.items() if value != 0} == set()
    for absent in (
        "service_level",
        "reachability",
        "abandonment",
        "longest_wait",
        "wait_quantiles",
    ):
        assert absent not in nothing


def test_one_caller_waiting_is_no_service_level_yet() -> None:
    early = line(call("a"), now=at("9:00:30"))
    assert early["open"] == early["line_offered"] == 1
    assert "service_level" not in early and "reachability" not in early


def test_abandoned_in_time_alone_leaves_nothing_under_the_line_of_two_formulas() -> None:
    level = line(call("a").hang_up("9:00:30"))["service_level"]
    assert level == {"abandons_negative": 0.0, "abandons_positive": 1.0}


def test_an_unknown_formula_is_an_error() -> None:
    with pytest.raises(ValueError, match="'best'"):
        service_level(Tally(), "best")


# Reachability


def test_reachability_of_a_line_counts_all_ways_of_not_being_reached() -> None:
    stories = [
        answered("a", wait=1000),
        in_vain("b"),
        Story("c").choose("9:00", "waste").hang_up("9:00:05"),
        call("d").leave("9:01", "waste", "full"),
        call("e").leave("9:01", "waste", "closed"),
        call("f").leave("9:01", "waste", "voicemail"),
        call("g").hang_up("9:01", "error"),
        call("h"),
        call("i").leave("9:01", "waste", "callback"),
        call("j", "22:58"),
    ]
    shown = line(*stories)
    assert shown["reachability"] == 1 / 8  # the callback and the call that just came stay out
    assert shown["callback_share"] == 1 / 9


def test_reachability_of_the_city_is_of_contacts_never_a_sum_over_lines() -> None:
    twice = call("a").leave("9:01", "waste", "overflow").enter("9:01", "permits")
    shown = city(
        twice.answer("9:02", "permits"),
        Story("menu").start("9:00").hang_up("9:01"),
        Story("busy").start("9:00").hang_up("9:00:01", "busy"),
        Story("closed").start("9:00").hang_up("9:00:01", "closed"),
    )
    assert shown["line_offered"] == 2
    assert (shown["contacts"], shown["contacts_with_visit"]) == (4, 1)
    assert (shown["abandoned_in_menu"], shown["entrance_blocked"]) == (1, 1)
    assert shown["entrance_closed"] == 1
    assert shown["reachability"] == 1 / 4


# Giving up


def test_abandonment_in_three_ways() -> None:
    shown = line(
        answered("a"),
        answered("b"),
        in_vain("c"),
        call("d").hang_up("9:00:18"),
        Story("e").choose("9:00", "waste").hang_up("9:00:05"),
    )
    assert shown["abandonment"] == 2 / 4
    assert shown["abandonment_without_short"] == 1 / 3
    assert shown["abandonment_with_left_before_queue"] == 3 / 5
    assert shown["menu_abandonment"] == 1 / 5


# Durations


def test_waits() -> None:
    shown = line(*(answered(f"c{n}", wait=n) for n in range(1, 11)), in_vain("x"))
    assert shown["average_speed_of_answer"] == 5.5
    assert shown["longest_wait"] == 105
    assert shown["wait_quantiles"] == {"p50": 5, "p80": 8, "p90": 9, "p95": 10}


def test_the_longest_wait_is_of_those_who_ended() -> None:
    assert line(answered("a"), call("b"), now=at("9:30"))["longest_wait"] == 5


def test_the_time_to_abandon_is_of_those_who_hung_up_in_the_queue_in_hours() -> None:
    """After 30 s and 90 s; who was answered, overflowed, waits, or hung up at night is none."""
    shown = line(
        call("a").hang_up("9:00:45"),
        call("b").hang_up("9:01:45"),
        answered("c", wait=300),
        call("d").leave("9:09", "waste", "overflow"),
        Story("e").choose("9:00", "waste").hang_up("9:05"),
    )
    assert shown["average_time_to_abandon"] == 60.0
    assert "average_time_to_abandon" not in line(answered("a"))


def test_who_waited_longer_is_everybody_whose_threshold_passed_however_it_ended() -> None:
    """Of the 20 s: answered after 20 s, after 21 s; hung up after 3 s, after 105 s; sent elsewhere
    after 4 s; called back after 45 s, and after 5 s, which is left out; one who still waits; one
    who just came is undecided."""
    shown = line(
        answered("a", wait=20),
        answered("b", wait=21),
        call("c").hang_up("9:00:18"),
        in_vain("d"),
        call("e").leave("9:00:19", "waste", "overflow"),
        call("f").leave("9:01", "waste", "callback"),
        call("g").leave("9:00:20", "waste", "callback"),
        call("h", "10:00"),
        call("i", "10:10"),
        now=at("10:10:30"),
    )
    assert shown["service_offered"] == 7
    assert shown["waited_longer"] == 4 / 7


def test_menu_times_leave_negative_ones_out_and_count_them() -> None:
    backwards = Story("b").start("9:00").choose("8:59", "waste").hang_up("9:01")
    shown = line(answered("a"), backwards)
    assert (shown["menu_time"], shown["menu_negative"]) == (10, 1)


def test_talk_time_ends_with_the_hangup_or_the_departure() -> None:
    left = answered("a").leave("9:01:20", "waste", "transfer", to="desk").hang_up("9:30")
    assert line(left, answered("b").hang_up("9:02:20"))["talk_time"] == 90


# Answer station, not distribution station


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


# Callers, whom only all their calls together tell


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


# Scopes


def test_vendors_and_the_city_have_their_lines_together_and_contacts_once() -> None:
    both = call("a").leave("9:01", "waste", "overflow").enter("9:01", "permits")
    found = whole(both.answer("9:02", "permits"), answered("b"))
    assert found[LINE + "waste"]["contacts"] == 2
    assert found[LINE + "permits"]["contacts"] == 1
    for scope in (VENDOR + "acme", CITY):
        assert (found[scope]["contacts"], found[scope]["line_offered"]) == (2, 3)
        assert found[scope]["contacts_answered"] == 2


# What phone systems do


def test_who_chooses_again_is_neither_unreached_nor_lost_in_the_menu() -> None:
    """The menu has a key back: permits after all, and answered there in 4 s."""
    story = Story("a").start("9:00").choose("9:00:10", "waste").choose("9:00:20", "permits")
    story.enter("9:00:21", "permits").answer("9:00:25", "permits").hang_up("9:05")
    left = line(story)
    assert (left["chose_again"], left["left_before_queue"], left["line_offered"]) == (1, 0, 1)
    assert left["menu_abandonment"] == 0.0
    assert "reachability" not in left
    assert left["chose_again_share"] == 1.0
    chosen = line(story, line="permits")
    assert (chosen["reachability"], chosen["average_speed_of_answer"]) == (1.0, 4.0)
    assert (city(story)["contacts"], city(story)["reachability"]) == (1, 1.0)


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
