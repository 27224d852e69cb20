"""Stretches in which a feed was silent: those that overlap or touch are one."""

from streams.domain.books import INTERVAL
from streams.domain.statement.silences import Silence, joined


def starts(*numbers: int) -> list[int]:
    return [number * INTERVAL for number in numbers]


def test_what_touches_or_overlaps_is_one_silence() -> None:
    found = joined([starts(4, 5), starts(1, 2), starts(5, 6), starts(3)], {*starts(*range(10))})
    assert found == [Silence(INTERVAL, 7 * INTERVAL, 6)]


def test_closed_hours_in_the_middle_do_not_part_a_stretch_and_are_not_counted() -> None:
    night = joined([starts(1, 2, 8, 9)], {*starts(1, 2, 8)})
    assert night == [Silence(INTERVAL, 9 * INTERVAL, 3)]


def test_two_stretches_with_an_hour_heard_between_them_are_two() -> None:
    assert len(joined([starts(1), starts(3)], {*starts(1, 2, 3)})) == 2
    assert joined([starts(1)], set()) == []
