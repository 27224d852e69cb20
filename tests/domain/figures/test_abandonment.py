"""Who gave up, in three ways of counting."""

from tests.domain.figures.town import answered, call, in_vain, line
from tests.stories import Story


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
