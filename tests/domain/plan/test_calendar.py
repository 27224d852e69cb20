"""When a line is open: by the clock on the wall, also in the nights in which that clock is moved.

In Europe/Brussels the clocks went from 02:00 to 03:00 on 2026-03-29 and go from 03:00 back to 02:00
on 2026-10-25.

It is longer than a module should be, because it holds tables of zones, holidays and times that come
twice or never.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.plan import Plan
from tests.examples import examples

BRUSSELS = ZoneInfo("Europe/Brussels")


def at(text: str) -> int:
    return instants.parse(text)


def plan(hours: str, zone: str = "Europe/Brussels", country: str = "") -> Plan:
    return Plan.read(
        f"""
        [city]
        time_zone = "{zone}"
        {f'country = "{country}"' if country else ""}
        [[line]]
        id = "waste"
        hours = "h"
        [[hours]]
        id = "h"
        {hours}
        """
    )


def opens(of: Plan, moment: str | int) -> bool:
    terms = of.terms("waste", at(moment) if isinstance(moment, str) else moment)
    assert terms is not None
    return terms.open


def open_hours(of: Plan, day: str) -> float:
    """Hours open from noon to noon of the local days, counted by the minute."""
    noon = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=of.zone)
    end = (noon.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=of.zone)
    minutes = range(instants.of(noon), instants.of(end), MINUTE)
    return sum(opens(of, minute) for minute in minutes) / 60


# Days of 23 and 25 hours


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-11-21"])
def test_office_hours_are_wall_clock_on_days_of_any_length(day: str) -> None:
    desk = plan('daily = "08:00-18:00"')
    for hour, expected in ((7, False), (8, True), (17, True), (18, False)):
        wall = datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=BRUSSELS)
        assert opens(desk, instants.of(wall)) is expected
    eight = instants.of(datetime.fromisoformat(f"{day}T08:00:00").replace(tzinfo=BRUSSELS))
    assert not opens(desk, eight - 1)
    assert desk.opens_at("waste", eight - HOUR) == eight
    assert desk.closes_at("waste", eight) == eight + 10 * HOUR


def test_a_clock_that_changes_at_a_quarter_to_is_followed_to_the_minute() -> None:
    early = plan('daily = "02:00-04:15"', "Pacific/Chatham")
    two = at("2026-09-27T02:00:00+12:45")  # 02:45 is 03:45
    assert early.closes_at("waste", two) == two + 75 * MINUTE
    two = at("2026-04-05T02:00:00+13:45")  # 03:45 is 02:45
    assert early.closes_at("waste", two) == two + 195 * MINUTE


def test_a_night_shift_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    night = plan('daily = "22:00-06:00"')
    assert open_hours(night, "2026-03-28") == 7
    assert open_hours(night, "2026-10-24") == 9
    assert open_hours(night, "2026-11-20") == 8
    ten = at("2026-10-24T22:00:00+02:00")
    assert night.closes_at("waste", ten) == at("2026-10-25T06:00:00+01:00") == ten + 9 * HOUR


def test_all_day_is_23_and_25_hours() -> None:
    for day, length in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)):
        one = plan(f'exceptions = [{{ date = {day}, open = "00:00-24:00" }}]')
        begin = instants.of(datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=BRUSSELS))
        assert one.opens_at("waste", begin - DAY) == begin
        assert one.closes_at("waste", begin) == begin + length * HOUR
        assert one.midnight(begin + 22 * HOUR) == begin
        assert one.midnight(begin + length * HOUR) == begin + length * HOUR


def test_an_hour_that_the_clock_skips_is_never_open() -> None:
    early = plan('daily = ["02:00-02:45", "03:00-04:00"]')
    two = at("2026-03-29T02:00:00+01:00")  # the clock shows 03:00 at this instant
    assert not opens(early, two - 1)
    assert opens(early, two)
    assert early.closes_at("waste", two) == two + HOUR


def test_an_hour_that_the_clock_shows_twice_is_open_twice() -> None:
    early = plan('daily = "02:15-02:45"')
    first, second = at("2026-10-25T02:15:00+02:00"), at("2026-10-25T02:15:00+01:00")
    assert [opens(early, m) for m in (first, first + 30 * MINUTE, second)] == [True, False, True]
    assert early.opens_at("waste", first + 30 * MINUTE) == second
    assert early.closes_at("waste", second) == second + 30 * MINUTE


# Over midnight


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    friday_night = plan('fri = "22:00-06:00"')
    assert opens(friday_night, "2026-11-20T22:00:00+01:00")
    assert opens(friday_night, "2026-11-21T05:59:59+01:00")
    assert not opens(friday_night, "2026-11-21T06:00:00+01:00")
    assert not opens(friday_night, "2026-11-20T05:00:00+01:00")
    assert not opens(friday_night, "2026-11-21T22:00:00+01:00")


def test_until_midnight_can_be_written_in_two_ways() -> None:
    for written in ("18:00-24:00", "18:00-00:00"):
        evening = plan(f'mon = "{written}"')
        assert opens(evening, "2026-11-23T23:59:59+01:00")
        assert not opens(evening, "2026-11-24T00:00:00+01:00")


def test_evening_and_morning_that_touch_at_midnight_are_one_opening() -> None:
    weekend = plan('sat = "20:00-24:00"\nsun = "00:00-04:00"')
    eight = at("2026-11-21T20:00:00+01:00")
    assert weekend.closes_at("waste", eight) == eight + 8 * HOUR


def test_a_lunch_break_closes_and_opens() -> None:
    desk = plan('mon-fri = ["13:00-17:00", "09:00-12:30"]')
    morning = at("2026-11-23T10:00:00+01:00")
    lunch = at("2026-11-23T12:30:00+01:00")
    assert desk.closes_at("waste", morning) == lunch
    assert desk.opens_at("waste", morning) is None
    assert desk.opens_at("waste", lunch) == lunch + 30 * MINUTE
    assert desk.closes_at("waste", lunch) is None
    assert desk.closes_at("waste", lunch - 1) == lunch
    friday = at("2026-11-27T17:00:00+01:00")
    assert desk.opens_at("waste", friday) == at("2026-11-30T09:00:00+01:00")


# Holidays


@pytest.mark.parametrize(
    ("kept", "expected"), [("closed", False), ("as_usual", True), ("09:00-11:00", False)]
)
def test_a_public_holiday_is_kept_as_the_plan_says(kept: str, expected: bool) -> None:
    desk = plan(f'daily = "08:00-18:00"\nholidays = "{kept}"', country="BE")
    assert opens(desk, "2026-07-21T12:00:00+02:00") is expected  # Belgium's national holiday
    assert opens(desk, "2026-07-21T10:00:00+02:00") is (kept != "closed")
    assert opens(desk, "2026-07-22T12:00:00+02:00")


def test_without_a_country_there_are_no_public_holidays() -> None:
    assert opens(plan('daily = "08:00-18:00"'), "2026-07-21T12:00:00+02:00")


def test_the_night_before_a_holiday_is_worked_to_its_end() -> None:
    night = plan('daily = "22:00-06:00"', country="BE")
    assert opens(night, "2026-07-21T05:00:00+02:00")
    assert not opens(night, "2026-07-21T23:00:00+02:00")
    assert not opens(night, "2026-07-22T05:00:00+02:00")


def test_holidays_can_be_added_and_left_out() -> None:
    desk = Plan.read(
        """
        [city]
        time_zone = "Europe/Brussels"
        country = "BE"
        [holidays]
        extra = [{ date = 2026-07-10, name = "Staff day" }]
        left_out = [2026-07-21]
        [[hours]]
        id = "h"
        daily = "08:00-18:00"
        [[line]]
        id = "waste"
        hours = "h"
        """
    )
    assert not opens(desk, "2026-07-10T12:00:00+02:00")
    assert opens(desk, "2026-07-21T12:00:00+02:00")
    assert not opens(desk, "2026-12-25T12:00:00+01:00")


def test_an_exception_goes_before_a_holiday_and_before_the_week() -> None:
    desk = plan(
        """
        mon-fri = "08:00-18:00"
        exceptions = [
            { date = 2026-12-25, open = "10:00-11:00" },
            { from = 2026-12-28, until = 2026-12-31, open = "closed" },
        ]
        """,
        country="BE",
    )
    assert opens(desk, "2026-12-25T10:30:00+01:00")
    assert not opens(desk, "2026-12-30T10:30:00+01:00")
    assert opens(desk, "2026-12-31T10:30:00+01:00")
    assert desk.opens_at("waste", at("2026-12-25T11:00:00+01:00")) == at(
        "2026-12-31T08:00:00+01:00"
    )


# Changes of the plan


def test_new_opening_hours_take_over_in_the_middle_of_a_day() -> None:
    changed = Plan.read(
        """
        [[hours]]
        id = "h"
        daily = "08:00-18:00"
        valid_until = 2026-11-23T12:00:00Z
        [[hours]]
        id = "h"
        daily = "08:00-20:00"
        valid_from = 2026-11-23T12:00:00Z
        [[line]]
        id = "waste"
        hours = "h"
        """
    )
    assert not opens(changed, "2026-11-22T19:00:00Z")
    assert opens(changed, "2026-11-23T19:00:00Z")
    assert changed.closes_at("waste", at("2026-11-23T09:00:00Z")) == at("2026-11-23T20:00:00Z")


def test_a_line_that_ends_closes_then() -> None:
    ends = Plan.read('[[line]]\nid = "waste"\nvalid_until = 2026-11-23')
    assert ends.closes_at("waste", at("2026-11-01T09:00:00Z")) == at("2026-11-23T00:00:00Z")
    assert ends.opens_at("waste", at("2026-11-23T00:00:00Z")) is None


def test_a_desk_that_opens_once_a_year_is_found_and_one_that_never_does_again_is_not() -> None:
    desk = plan('exceptions = [{ date = 2026-11-23, open = "08:00-18:00" }]')
    eight = at("2026-11-23T08:00:00+01:00")
    assert desk.opens_at("waste", at("2025-12-01T00:00:00Z")) == eight
    assert desk.opens_at("waste", at("2026-11-24T00:00:00Z")) is None
    assert desk.opens_at("waste", eight - 1) == eight


# By brute force

WEEKS = {
    'daily = "08:00-18:00"': [(8 * 60, 18 * 60)],
    'daily = "22:00-06:00"': [(22 * 60, 30 * 60)],
    'daily = ["00:30-02:30", "02:45-03:15", "23:00-00:15"]': [
        (30, 150),
        (165, 195),
        (23 * 60, 24 * 60 + 15),
    ],
}
ZONES = [
    "Europe/Brussels",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Havana",  # the clock goes back at 01:00, so that midnight comes twice
    "Asia/Beirut",  # the clock goes forward at midnight, which is skipped
    "Asia/Kathmandu",
    "UTC",
]


def wall_clock_says(hours: str, of: Plan, moment: int) -> bool:
    wall = instants.to_datetime(moment).astimezone(of.zone)
    shown = wall.hour * 60 + wall.minute
    return any(
        start <= shown < end or start <= shown + 24 * 60 < end for start, end in WEEKS[hours]
    )


@settings(max_examples=examples(300), deadline=None)
@given(
    hours=st.sampled_from(sorted(WEEKS)),
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    minute=st.integers(0, 24 * 60),
)
def test_open_is_what_the_wall_clock_says(hours: str, zone: str, day: date, minute: int) -> None:
    of = plan(hours, zone)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    assert opens(of, instants.of(moment)) is wall_clock_says(hours, of, instants.of(moment))


@pytest.mark.parametrize("hours", sorted(WEEKS))
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Brussels", "2026-03-29"),
        ("Europe/Brussels", "2026-10-25"),
        ("America/Havana", "2026-11-01"),
        ("Asia/Beirut", "2026-03-29"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Pacific/Chatham", "2026-04-04"),  # from 03:45 back to 02:45
        ("Pacific/Chatham", "2026-09-26"),
    ],
)
def test_opening_and_closing_are_where_open_changes(hours: str, zone: str, day: str) -> None:
    of = plan(hours, zone)
    begin = at(f"{day}T00:00:00Z") - 20 * HOUR
    minutes = list(range(begin, begin + 2 * DAY, MINUTE))
    state = [opens(of, minute) for minute in minutes]
    assert state == [wall_clock_says(hours, of, minute) for minute in minutes]
    turn: int | None = None
    for i in range(len(minutes) - 2, -1, -1):
        if state[i] is not state[i + 1]:
            turn = minutes[i + 1]
        if turn is not None:
            found = of.closes_at if state[i] else of.opens_at
            other = of.opens_at if state[i] else of.closes_at
            assert found("waste", minutes[i]) == turn
            assert other("waste", minutes[i]) is None


@settings(max_examples=examples(200), deadline=None)
@given(zone=st.sampled_from(ZONES), moment=st.integers(0, 2 * 10**15))
def test_midnight_begins_the_local_day(zone: str, moment: int) -> None:
    of = Plan.default(zone=zone)
    midnight = of.midnight(moment)
    assert midnight <= moment < midnight + 26 * HOUR

    def local(instant: int) -> date:
        return instants.to_datetime(instant).astimezone(of.zone).date()

    assert local(midnight) == local(moment)
    assert local(midnight - 1) < local(moment)
