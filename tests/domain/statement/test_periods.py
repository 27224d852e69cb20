"""Periods by the clock on the wall."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from streams.domain.instants import HOUR
from streams.domain.statement.periods import overlapping, parse

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("2026-01", 744),
        ("2026-03", 743),  # the clocks go forward on the 29th
        ("2026-10", 745),  # and back on the 25th
        ("2026-02", 672),
        ("2028-02", 696),  # a leap year
        ("2026-03-29", 23),
        ("2026-10-25", 25),
        ("2026-Q1", 24 * 90 - 1),
        ("2026", 8760),
        ("2028", 8784),
    ],
)
def test_hours_of_a_period(name: str, hours: int) -> None:
    period = parse(name)
    assert (period.end(BRUSSELS) - period.begin(BRUSSELS)) / HOUR == hours
    assert period.name == name


def test_the_hour_that_is_twice_belongs_to_one_month() -> None:
    """In Brussels October's last hours are 745; the next month begins where it ends."""
    october, november = parse("2026-10"), parse("2026-11")
    assert october.end(BRUSSELS) == november.begin(BRUSSELS)


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-Q5", "2026-02-30", "26-10", "", "2026-1", "0000"]
)
def test_no_period(name: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        parse(name)


def test_periods_of_a_kind_within_another() -> None:
    assert [each.name for each in overlapping("monthly", parse("2026-Q4"))] == [
        "2026-10",
        "2026-11",
        "2026-12",
    ]
    assert [each.name for each in overlapping("quarterly", parse("2026-12"))] == ["2026-Q4"]
    assert len(list(overlapping("daily", parse("2028-02")))) == 29


def test_the_last_month_of_the_last_year_that_there_is() -> None:
    assert parse("9998-12").after == date(9999, 1, 1)
    for beyond in ("0001", "9999-11"):
        with pytest.raises(ValueError, match="is no period"):
            parse(beyond)
