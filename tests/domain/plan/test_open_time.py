"""Time that runs in opening hours only, over nights, changes of the clock and lines that end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain import instants
from streams.domain.instants import DAY, HOUR, MINUTE
from streams.domain.plan import Plan, open_time
from streams.domain.plan.model import LONGEST_PROMISE

PLAN = Plan.read(
    """
    [city]
    time_zone = "Europe/Brussels"
    [[hours]]
    id = "office"
    mon-sun = "08:00-18:00"
    [[hours]]
    id = "nights"
    mon-sun = "22:00-06:00"
    [[line]]
    id = "waste"
    hours = "office"
    [[line]]
    id = "nights"
    hours = "nights"
    [[line]]
    id = "always"
    [[line]]
    id = "ends"
    hours = "office"
    valid_until = 2026-11-20
    """
)


def after(line: str, at: str, length: int) -> str:
    found = open_time.after(PLAN, line, instants.parse(at), length)
    return instants.to_datetime(found).astimezone(PLAN.zone).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("line", "at", "length", "due"),
    [
        ("always", "2026-11-19T17:50:00+01:00", 4 * HOUR, "2026-11-19T21:50+01:00"),
        ("waste", "2026-11-19T17:50:00+01:00", 4 * HOUR, "2026-11-20T11:50+01:00"),
        ("waste", "2026-11-19T14:00:00+01:00", 4 * HOUR, "2026-11-19T18:00+01:00"),
        ("waste", "2026-11-19T03:00:00+01:00", MINUTE, "2026-11-19T08:01+01:00"),
        # Nine hours are open in the night in which an hour comes twice.
        ("nights", "2026-10-24T22:00:00+02:00", 9 * HOUR, "2026-10-25T06:00+01:00"),
        ("nights", "2026-10-24T22:00:00+02:00", 9 * HOUR + MINUTE, "2026-10-25T22:01+01:00"),
        # What ends does not open again.
        ("ends", "2026-11-19T17:50:00+01:00", 4 * HOUR, "2026-12-03T17:50+01:00"),
        ("nowhere", "2026-11-19T17:50:00+01:00", 4 * HOUR, "2026-12-03T17:50+01:00"),
    ],
)
def test_when_a_line_has_been_open_for_so_long(line: str, at: str, length: int, due: str) -> None:
    assert after(line, at, length) == due


@given(
    st.sampled_from(["waste", "nights", "always", "ends"]),
    st.integers(0, 60 * DAY // MINUTE),
    st.integers(1, 7 * DAY // MINUTE),
)
def test_it_is_counted_minute_by_minute(line: str, minutes: int, length: int) -> None:
    at = instants.parse("2026-10-01T00:00:00Z") + minutes * MINUTE
    due = open_time.after(PLAN, line, at, length * MINUTE)
    assert at < due <= at + LONGEST_PROMISE
    passed = 0
    for now in range(at, due, MINUTE):
        terms = PLAN.terms(line, now)
        passed += terms is not None and terms.open
    assert passed == length or (passed < length and due == at + LONGEST_PROMISE)
