"""A format that loses a part of the time is a mistake of the mapping, not of the calls."""

from __future__ import annotations

import pytest

from streams.sources import calls
from streams.sources.mapping import Mapping, MappingError

MAPPING = """
[file]
delimiter = ";"
[time]
{time}
[call]
id = "{{id}}"
[[row]]
start = "start"
"""


def mapping(**time: str) -> Mapping:
    said = {"zone": "Europe/Brussels"} | time
    return Mapping.parse(MAPPING.format(time="\n".join(f"{k} = '{v}'" for k, v in said.items())))


def mistakes(**time: str) -> list[str]:
    with pytest.raises(MappingError) as caught:
        mapping(**time)
    return caught.value.mistakes


def started(text: str, day: str = "", **time: str) -> str:
    """When a call began whose start is written like this, or why it has none."""
    said: list[str] = []
    lines = ["id;start;day\n", f"1;{text};{day}\n"]
    found = list(calls.events(lines, mapping(**time), lambda bad: said.append(bad.reason)))
    return found[0].at if found else said[0]


@pytest.mark.parametrize(
    "time",
    [
        {"format": "%Y-%m-%d %H:%M:%S %Z"},
        {"format": "%Z %d/%m/%Y %H:%M"},
        {"format": "%H:%M:%S %Z", "date": "day"},
    ],
)
def test_the_name_of_a_zone_is_not_read_and_the_remedy_is_named(time: dict[str, str]) -> None:
    (said,) = mistakes(**time)
    assert said.startswith("time.format: %Z ")
    assert "%z" in said and "time.zone" in said


def test_the_name_of_a_zone_beside_a_day_is_none_either() -> None:
    (said,) = mistakes(format="%H:%M", date="day", date_format="%d.%m.%Y %Z")
    assert said.startswith("time.date_format: %Z ")


def test_a_per_cent_sign_and_a_capital_z_are_what_they_are() -> None:
    assert started("2026-10-05 10:00 %Z", format="%Y-%m-%d %H:%M %%Z").startswith(
        "2026-10-05T10:00"
    )


def test_an_offset_is_read_and_a_name_that_is_written_out_is_passed_over() -> None:
    assert started("2026-10-05 10:00:00 +0000", format="%Y-%m-%d %H:%M:%S %z") == (
        "2026-10-05T12:00:00+02:00"
    )
    assert started("2026-10-05 10:00:00 UTC", format="%Y-%m-%d %H:%M:%S UTC", zone="UTC") == (
        "2026-10-05T10:00:00+00:00"
    )


def test_an_offset_of_clock_times_beside_a_day_is_read_too() -> None:
    time = {"format": "%H:%M:%S%z", "date": "day"}
    assert started("10:00:00+0000", "2026-10-05", **time) == "2026-10-05T12:00:00+02:00"


LOSING = {
    "no year": ("%d/%m %H:%M:%S", "year"),
    "no month": ("%Y %d %H:%M:%S", "month"),
    "no day": ("%Y-%m %H:%M:%S", "day"),
    "a weekday for the day": ("%Y-%m %a %H:%M:%S", "day"),
    "a week without a weekday": ("%Y %U %H:%M:%S", "month, day"),
    "a Monday's week without a weekday": ("%Y %W %H:%M:%S", "month, day"),
    "the day of no year": ("%j %H:%M:%S", "year"),
    "the year alone": ("%y %H:%M", "month, day"),
    "a clock time alone": ("%H:%M:%S", "year, month, day"),
    "a day alone": ("%Y-%m-%d", "hour, minute"),
    "no minutes": ("%Y-%m-%d %H", "minute"),
    "twelve hours without a half": ("%d/%m/%Y %I:%M", "hour"),
}


@pytest.mark.parametrize(("format_", "lost"), LOSING.values(), ids=LOSING.keys())
def test_a_format_that_loses_a_part_of_the_time_is_a_mistake(format_: str, lost: str) -> None:
    assert mistakes(format=format_) == [f"time.format: {format_!r} does not say the {lost}"]


WHOLE = {
    "%Y-%m-%d %H:%M:%S": "2026-10-05 10:00:00",
    "%d/%m/%y %H:%M": "05/10/26 10:00",
    "%d %b %Y %I:%M:%S %p": "05 Oct 2026 10:00:00 AM",
    "%Y %j %H:%M": "2026 278 10:00",
    "%Y-%U-%w %H:%M": "2026-40-1 10:00",
    "%G-W%V-%u %H:%M:%S.%f": "2026-W41-1 10:00:00.000",
    "%A, %d %B %Y %X": "Monday, 05 October 2026 10:00:00",
    "%c": "Mon Oct  5 10:00:00 2026",
    "%Y%m%d%H%M%S": "20261005100000",
}


@pytest.mark.parametrize(("format_", "written"), WHOLE.items(), ids=WHOLE.keys())
def test_a_format_that_loses_nothing_is_read(format_: str, written: str) -> None:
    assert started(written, format=format_) == "2026-10-05T10:00:00+02:00"


@pytest.mark.parametrize(
    "format_",
    ["%Y-%m-%d %T", "%-d/%-m/%Y %H:%M", "%s%%", "%Y %Y-%m-%d %H:%M", "%G-%m-%d %H:%M", "100%"],
)
def test_signs_that_nobody_can_read_are_said_before_the_first_row(format_: str) -> None:
    (said,) = mistakes(format=format_)
    assert said.startswith("time.format: ") and repr(format_) in said


@pytest.mark.parametrize("date_format", ["%d/%m", "%m/%Y", "%Y %U", "%y"])
def test_the_column_of_the_day_says_a_whole_day(date_format: str) -> None:
    (said,) = mistakes(format="%H:%M:%S", date="day", date_format=date_format)
    assert said.startswith(f"time.date_format: {date_format!r} does not say the ")


def test_an_offset_of_a_day_would_be_passed_over() -> None:
    (said,) = mistakes(format="%H:%M:%S", date="day", date_format="%Y-%m-%d%z")
    assert said.startswith("time.date_format: %z ")


@pytest.mark.parametrize("format_", ["%Y-%m-%d %H:%M:%S", "%d %H:%M", "%j %H:%M"])
def test_a_day_in_both_columns_is_a_contradiction(format_: str) -> None:
    assert mistakes(format=format_, date="day") == [
        f"time.date: a time in the format {format_} has its day in it"
    ]
