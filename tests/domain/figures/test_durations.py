"""Time in the menu and time talked."""

from tests.domain.figures.town import answered, line
from tests.stories import Story


def test_menu_times_leave_negative_ones_out_and_count_them() -> None:
    backwards = Story("b").start("9:00").choose("8:59", "waste").hang_up("9:01")
    shown = line(answered("a"), backwards)
    assert (shown["menu_time"], shown["menu_negative"]) == (10, 1)


def test_talk_time_ends_with_the_hangup_or_the_departure() -> None:
    left = answered("a").leave("9:01:20", "waste", "transfer", to="desk").hang_up("9:30")
    assert line(left, answered("b").hang_up("9:02:20"))["talk_time"] == 90
