"""Intervals begin by the clock on the wall, also when it is set and where it is crooked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.local_intervals import LocalIntervals
from streams.domain.plan import Plan


def plan(zone: str) -> Plan:
    return Plan.read(f'[city]\ntime_zone = "{zone}"\n[[line]]\nid = "waste"')


def start(zone: str, width: int, at: str) -> str:
    """The local time at which the interval of an instant begins, with its offset."""
    city = plan(zone)
    found = LocalIntervals(city, width).start_of(instants.parse(at))
    return instants.to_datetime(found).astimezone(city.zone).isoformat(timespec="minutes")


BRUSSELS = "Europe/Brussels"


@pytest.mark.parametrize(
    ("zone", "width", "at", "begins"),
    [
        (BRUSSELS, 24 * HOUR, "2026-11-20T00:30:00+01:00", "2026-11-20T00:00+01:00"),
        (BRUSSELS, 24 * HOUR, "2026-11-20T23:59:59+01:00", "2026-11-20T00:00+01:00"),
        ("Asia/Kathmandu", HOUR, "2026-11-20T12:30:00+05:45", "2026-11-20T12:00+05:45"),
        ("Asia/Kathmandu", 15 * MINUTE, "2026-11-20T12:31:00+05:45", "2026-11-20T12:30+05:45"),
        # A week begins on Monday, three hours at 0, 3, 6.
        (BRUSSELS, 7 * DAY, "2026-11-20T12:00:00+01:00", "2026-11-16T00:00+01:00"),
        (BRUSSELS, 3 * HOUR, "2026-11-20T11:59:00+01:00", "2026-11-20T09:00+01:00"),
        # 25 hours; the hour that comes twice is two.
        (BRUSSELS, 24 * HOUR, "2026-10-25T23:59:00+01:00", "2026-10-25T00:00+02:00"),
        (BRUSSELS, HOUR, "2026-10-25T02:30:00+02:00", "2026-10-25T02:00+02:00"),
        (BRUSSELS, HOUR, "2026-10-25T02:30:00+01:00", "2026-10-25T02:00+01:00"),
        (BRUSSELS, 6 * HOUR, "2026-10-25T06:30:00+01:00", "2026-10-25T06:00+01:00"),
        # 23 hours; two hours begin in the gap, which is its end.
        (BRUSSELS, 24 * HOUR, "2026-03-29T23:59:00+02:00", "2026-03-29T00:00+01:00"),
        (BRUSSELS, 2 * HOUR, "2026-03-29T03:30:00+02:00", "2026-03-29T03:00+02:00"),
        # The last of a day is shorter where the width does not divide it.
        (BRUSSELS, 7 * HOUR, "2026-11-20T23:30:00+01:00", "2026-11-20T21:00+01:00"),
        # Midnight itself comes twice, or never.
        ("America/Havana", 24 * HOUR, "2026-11-01T12:00:00-05:00", "2026-11-01T00:00-04:00"),
        ("Africa/Cairo", 24 * HOUR, "2026-04-24T12:00:00+03:00", "2026-04-24T01:00+03:00"),
    ],
)
def test_where_an_interval_begins(zone: str, width: int, at: str, begins: str) -> None:
    assert start(zone, width, at) == begins


@given(
    st.sampled_from([BRUSSELS, "Asia/Kathmandu", "Australia/Lord_Howe", "America/Havana", "UTC"]),
    st.sampled_from([MINUTE, 7 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, 7 * HOUR, DAY, 7 * DAY]),
    st.integers(0, 2 * 365 * DAY // MINUTE),
)
def test_an_interval_begins_in_itself_and_never_before_another(
    zone: str, width: int, minutes: int
) -> None:
    intervals = LocalIntervals(plan(zone), width)
    at = instants.parse("2025-01-01T00:00:00Z") + minutes * MINUTE
    begins = intervals.start_of(at)
    assert begins <= at < begins + width + 2 * HOUR
    assert intervals.start_of(begins) == begins
    assert intervals.start_of(at + 17 * MINUTE) >= begins


def test_a_day_and_a_half_is_no_interval() -> None:
    with pytest.raises(ValueError, match="no whole days"):
        LocalIntervals(plan("UTC"), 36 * HOUR)
