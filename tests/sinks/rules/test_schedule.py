"""Prometheus knows by itself what time it is in the city, and what is open then.

Prometheus is asked the same in `tests/deploy`, on more days.
"""

from datetime import date
from functools import cache

import pytest

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE, SECOND
from streams.domain.plan import Plan
from streams.sinks.rules import schedule
from streams.sinks.rules.rule import Record
from streams.sinks.rules.schedule import HOURS_OPEN, Horizon
from tests.plans import ANTWERP, town
from tests.promql import Samples, labels

NOW = instants.parse("2026-06-01T00:00:00Z")
NIGHT = Plan.read(
    town(
        "America/New_York",
        'hours = "night"',
        """
[[hours]]
id = "night"
mon-fri = "22:00-06:00"
sun = ["08:00-12:00", "13:00-24:00"]
exceptions = [
    { date = 2026-07-06, open = "20:00-02:00" },
    { date = 2026-07-07, open = "closed" },
]
""",
    )
)


@cache
def _rules(plan: Plan) -> tuple[list[Record], list[Record]]:
    horizon = Horizon.of(plan, NOW)
    return schedule.clock(plan, horizon), schedule.opening(plan, horizon)


def _clock(plan: Plan, at: int) -> Samples:
    clock, _ = _rules(plan)
    return Samples(at / SECOND).record(clock)


@pytest.mark.parametrize(
    "zone", ["Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
)
def test_the_clock_on_the_wall_is_right_on_both_sides_of_every_change(zone: str) -> None:
    """Every day and a half through three years, and each second around what changes."""
    plan = Plan.read(town(zone))
    start, end = instants.parse("2026-01-01T12:00:00Z"), instants.parse("2028-12-31T00:00:00Z")
    moments = list(range(start, end, 36 * HOUR))
    for change, _ in schedule._clock_changes(plan, Horizon.of(plan, NOW)):
        moments += [change - SECOND, change]
    assert len(moments) > 700
    for at in moments:
        local = instants.to_datetime(at).astimezone(plan.zone)
        found = {name: {*of.values()} for name, of in _clock(plan, at).series.items()}
        assert found[schedule.SECOND_OF_DAY] == {
            local.hour * 3600 + local.minute * 60 + local.second
        }
        assert found[schedule.HOUR_OF_DAY] == {local.hour}
        assert found[schedule.WEEKDAY] == {local.weekday()}


def test_today_is_found_by_its_name() -> None:
    """Half an hour into a new year in the city, in the old one in UTC."""
    samples = _clock(ANTWERP, instants.parse("2026-12-31T23:30:00Z"))
    assert samples.series[schedule.CLOCK_TODAY] == {labels(date="20270101"): 1}


def _open(plan: Plan, at: int) -> set[str]:
    _, opening = _rules(plan)
    return {dict(key)["hours"] for key in _clock(plan, at).record(opening).series[HOURS_OPEN]}


@pytest.mark.parametrize(
    "day",
    [
        "2026-03-29",  # clocks go forward
        "2026-11-20",
        "2026-12-24",  # closes at 16:00
        "2026-12-25",
        "2027-03-29",  # Easter Monday
    ],
)
def test_hours_are_open_when_the_plan_says(day: str) -> None:
    start = instants.parse(f"{day}T00:00:00Z")
    for at in range(start, start + DAY, 15 * MINUTE):
        hours = {version.entry.id for version in ANTWERP.entries.hours}
        assert _open(ANTWERP, at) == {id_ for id_ in hours if ANTWERP.within(id_, at)}, at


def test_hours_over_midnight_end_on_the_day_after_whatever_day_that_is() -> None:
    """From Sunday 5 July, through an exception that lasts into a closed day, to Saturday."""
    start = instants.parse("2026-07-05T04:00:00Z")
    seen = set()
    for at in range(start, start + 7 * DAY, 30 * MINUTE):
        is_open = NIGHT.within("night", at)
        seen.add(is_open)
        assert (_open(NIGHT, at) == {"night"}) is is_open, instants.text(at)
    assert seen == {True, False}
    assert _open(NIGHT, instants.parse("2026-07-07T05:30:00Z")) == {"night"}  # 01:30, from Monday
    assert _open(NIGHT, instants.parse("2026-07-08T02:30:00Z")) == set()  # 22:30 of a closed day


def test_hours_that_changed_hold_from_when_the_plan_says() -> None:
    versions = """
[[hours]]
id = "desk"
daily = "08:00-10:00"
valid_until = 2026-07-01
[[hours]]
id = "desk"
daily = "09:00-11:00"
valid_from = 2026-07-01
"""
    plan = Plan.read(town(rest=versions))
    for moment, is_open in (
        ("2026-06-30T08:30:00Z", True),
        ("2026-06-30T10:30:00Z", False),
        ("2026-07-01T08:30:00Z", False),
        ("2026-07-01T10:30:00Z", True),
    ):
        assert (_open(plan, instants.parse(moment)) == {"desk"}) is is_open, moment


def test_a_line_without_hours_is_always_open() -> None:
    assert Samples(0).ask(schedule.hours_open(None)) == {labels(): 1}
    desk, other = labels(hours='the "desk"'), labels(hours="other")
    for known, found in ((desk, {labels(): 1}), (other, {})):
        samples = Samples(0, {HOURS_OPEN: {known: 1}})
        assert samples.ask(schedule.hours_open('the "desk"')) == found


def test_the_years_begin_with_the_one_that_it_is_in_the_city() -> None:
    horizon = Horizon.of(ANTWERP, instants.parse("2026-12-31T23:30:00Z"))
    assert horizon == Horizon(date(2027, 1, 1), date(2030, 1, 1))
    days = list(horizon.days())
    assert (days[0], days[-1], len(days)) == (date(2027, 1, 1), date(2029, 12, 31), 1096)


def test_what_holds_from_an_instant_holds_until_just_before_another() -> None:
    first, last = 1_790_000_000 * SECOND, 1_790_000_060 * SECOND
    assert schedule.when(None, None) == ""
    assert schedule.both("x", "") == "x"
    for at, holds in ((first - SECOND, False), (first, True), (last - SECOND, True), (last, False)):
        found = Samples(at / SECOND).ask(schedule.both("vector(7)", schedule.when(first, last)))
        assert found == ({labels(): 7} if holds else {})
