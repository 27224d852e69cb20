"""What stands above the line and below it: whole numbers, or fractions where a share counts."""

from fractions import Fraction

from streams.domain.figures.measure import Count


def test_counts_are_added_and_taken_away_part_by_part() -> None:
    assert Count(3, 10).plus(Count(1, 5)) == Count(4, 15)
    assert Count(3, 10).minus(Count(1, 5)) == Count(2, 5)


def test_a_share_of_a_count_is_exact() -> None:
    third = Count(3, 10).times(Fraction(1, 3))
    assert third == Count(1, Fraction(10, 3))
    assert third.plus(third).plus(third) == Count(3, 10)


def test_the_whole_of_a_count_is_the_count_itself() -> None:
    count = Count(3, 10)
    assert count.times(1) is count
