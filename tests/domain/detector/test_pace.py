"""A line without an expectation is taken for as busy as its busiest day."""

from streams.domain.detector.pace import DAYS_PER_QUARTER, Pace
from streams.domain.instants import DAY, HOUR


def days(pace: Pace, calls: int, day: int) -> int:
    """How often the line grew on a day of so many calls."""
    return sum(pace.grew(day * DAY + n) for n in range(calls))


def test_a_busier_day_doubles_it_as_often_as_that_takes() -> None:
    pace = Pace()
    assert pace.day == 200
    assert days(pace, 200, day=1) == 0
    assert days(pace, 900, day=2) == 3
    assert pace.day == 1_600
    assert pace.per_quarter == 1_600 * DAYS_PER_QUARTER


def test_a_day_is_counted_by_itself_and_quiet_ones_shrink_nothing() -> None:
    pace = Pace()
    for day in range(1, 60):
        assert days(pace, 150, day) == 0
    days(pace, 201, day=60)
    for day in range(61, 90):
        days(pace, 1, day)
    assert pace.day == 400


def test_a_days_calls_go_on_counting_after_a_restart() -> None:
    pace = Pace()
    days(pace, 200, day=1)
    assert Pace(pace.state()).grew(DAY + 23 * HOUR)
