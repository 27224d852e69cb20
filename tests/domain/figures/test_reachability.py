"""Reachability of a line and of the city, by the calls that it is about."""

from tests.domain.figures.town import answered, call, city, in_vain, line
from tests.stories import Story


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
