"""A vendor's statement: by its contract, in its calendar, from the books alone."""

from datetime import date, timedelta

import pytest

from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count
from streams.domain.instants import HOUR, parse
from streams.domain.ledger import GRACE
from streams.domain.statement.periods import midnight
from tests.statements import SERVICE, Booked, only, plan


@pytest.mark.parametrize(("month", "days"), [("2026-03", 31), ("2026-10", 31), ("2028-02", 29)])
def test_every_day_of_a_month_is_a_day(month: str, days: int) -> None:
    """Ten calls on each day, a quarter to midnight: daylight saving and leap days included."""
    booked = Booked(plan(SERVICE))
    first = date.fromisoformat(f"{month}-01")
    for n in range(days):
        after = midnight(first + timedelta(days=n + 1), booked.plan.zone)
        booked.at("waste", after - INTERVAL, answered=9, late=1)
    # The last quarter-hour before the month and the first after it are other months'.
    booked.at("waste", midnight(first, booked.plan.zone) - INTERVAL, late=1000)
    booked.day("waste", first + timedelta(days=days), hour=0, late=1000)
    found = booked.of("acme", month)
    result = only(found)
    assert result.count == Count(9 * days, 10 * days)
    assert len(result.days) == len(found.days) == days
    assert {tally["line_offered"] for tally in found.days.values()} == {10}
    assert result.share == 1


def test_the_hour_that_comes_twice_is_one_day_s_and_counted_twice() -> None:
    """25 October 2026, 02:30 summer time and an hour later 02:30 winter time."""
    booked = Booked(plan(SERVICE))
    first = parse("2026-10-25T02:30:00+02:00")
    booked.at("waste", first, answered=1).at("waste", first + HOUR, late=1)
    found = booked.of("acme", "2026-10-25")
    assert only(found).count == Count(1, 2)
    assert found.end - found.begin == 25 * HOUR


def test_the_worst_quarter_hours_are_those_with_most_misses() -> None:
    booked = Booked(plan(SERVICE))
    for n in range(30):
        booked.day("waste", date(2026, 3, n + 1), answered=100, late=n)
    worst = booked.of("acme", "2026-03").worst
    assert [each.misses for each in worst] == list(range(29, 17, -1))


def test_a_running_month_is_provisional_until_all_of_it_is_final() -> None:
    booked = Booked(plan(SERVICE)).day("waste", date(2026, 3, 31), hour=20, answered=9, late=1)
    (start,) = (start for scope, start in booked.intervals if scope == "line:waste")
    end = midnight(date(2026, 4, 1), booked.plan.zone)
    for early in (end - 1, end + GRACE - 1):  # in which an event may still come, and is not late
        found = booked.of("acme", "2026-03", as_of=early)
        assert found.as_of == early and not only(found).final
    opened = booked.of("acme", "2026-03", end + HOUR, frozenset({("line:waste", start)}))
    assert opened.as_of == end + HOUR and opened.provisional == (1, 10)
    assert only(opened).open_count == Count(9, 10)
    done = booked.of("acme", "2026-03", as_of=end + GRACE)
    assert done.as_of is None and only(done).final


def test_visits_that_the_vendor_has_and_its_lines_have_not_are_told() -> None:
    booked = Booked(plan(SERVICE)).day("waste", date(2026, 3, 3), answered=5)
    for (scope, _), tally in booked.intervals.items():
        if scope == "vendor:acme":
            tally.plus(tally)
    found = booked.of("acme", "2026-03")
    assert found.unattributed == 5
    assert [remark.word for remark in found.remarks] == ["unattributed"]
