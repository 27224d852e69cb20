"""Opening hours and expected calls, as a plan writes them and as they are read."""

from typing import Any

import pytest

from streams.domain.plan.fields import Reported, Table
from streams.domain.plan.week import expected, hours, intervals


def table(**values: Any) -> tuple[Table, Reported]:
    reported: Reported = []
    return Table(values, ("hours", 0), reported), reported


def test_a_week_is_written_by_days_and_spans_of_days() -> None:
    asked, reported = table(id="office", **{"mon-thu": "08:00-18:00", "fri": "08:00-12:00"})
    week = hours(asked).week
    assert week[:4] == (((480, 1080),),) * 4
    assert week[4:] == (((480, 720),), (), ())
    assert not reported


def test_a_night_goes_over_midnight() -> None:
    asked, reported = table(night="22:00-06:00", day=["13:00-18:00", "08:00-12:00"], none="closed")
    assert intervals(asked, "night") == ((22 * 60, 30 * 60),)
    assert intervals(asked, "day") == ((480, 720), (780, 1080)), "in the order of time"
    assert intervals(asked, "none") == ()
    assert not reported


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("8-18", "no opening time"),
        ("08:00-25:00", "no time of day"),
        ("08:00-08:00", 'write "00:00-24:00" for all day'),
        (["08:00-12:00", "11:00-13:00"], "overlap: write them as one"),
    ],
)
def test_what_is_no_time_is_told_with_what_to_write(written: Any, said: str) -> None:
    asked, reported = table(mon=written)
    intervals(asked, "mon")
    ((path, message),) = reported
    assert path == ("hours", 0, "mon")
    assert said in message


def test_hours_that_never_open_are_a_mistake() -> None:
    asked, reported = table(id="office")
    hours(asked)
    assert any("never opens" in message for _, message in reported)


def test_expected_calls_are_one_number_or_numbers_by_day_and_hour() -> None:
    asked, reported = table(flat=12, by_day={"mon-fri": {"08-10": 40, "10": 5}, "sat": 3})
    assert expected(asked, "flat") == ((12.0,) * 24,) * 7
    week = expected(asked, "by_day")
    assert week is not None
    assert week[0][7:12] == (0.0, 40.0, 40.0, 5.0, 0.0)
    assert week[5] == (3.0,) * 24
    assert week[6] == (0.0,) * 24
    assert expected(asked, "none") is None
    assert not reported
