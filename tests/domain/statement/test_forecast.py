"""Where a running period ends: how surely, and what it still bears."""

import random
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from streams.domain.instants import HOUR
from streams.domain.statement.forecast import Outlook
from streams.domain.statement.periods import midnight
from tests.statements import Booked, plan

BRUSSELS = ZoneInfo("Europe/Brussels")
OPEN = '[[hours]]\nid = "office"\nmon-fri = "08:00-18:00"\n'
LINE = OPEN + '[[line]]\nid = "waste"\nvendor = "acme"\nhours = "office"\n'
FORECAST = LINE + "    [line.expected_per_hour]\n    mon-fri = 10\n"


def _measure(figure: str = "service_level", target: str = "0.80") -> str:
    return f'[[contract.measure]]\nid = "m"\nfigure = "{figure}"\ntarget = {target}\n'


def _ahead(booked: Booked, day: date, period: str = "2026-06") -> Outlook | None:
    """The outlook in the morning of a day."""
    found = booked.of("acme", period, as_of=midnight(day, BRUSSELS))
    return found.outlooks.get(0)


def test_misses_left_of_the_calls_still_to_come() -> None:
    """June 2026 has 22 working days of 100 expected calls. After eleven of them with 100 calls and
    10 misses each, 2,200 are expected; the target bears 440 misses, and 110 have been made."""
    booked = Booked(plan(_measure(), FORECAST))
    for day in _working_days(11):
        booked.day("waste", day, answered=90, late=10)
    ahead = _ahead(booked, date(2026, 6, 16))
    assert ahead is not None
    assert ahead.expected == 2200
    assert ahead.misses_left == 330
    assert ahead.mid == pytest.approx(0.9)


def test_more_calls_than_expected_are_expected_to_go_on() -> None:
    """Twice the forecast so far: twice the forecast still to come."""
    booked = Booked(plan(_measure(), FORECAST))
    for day in _working_days(11):
        booked.day("waste", day, answered=200)
    ahead = _ahead(booked, date(2026, 6, 16))
    assert ahead is not None and ahead.expected == 4400


def test_without_a_forecast_the_pace_of_the_open_hours_goes_on() -> None:
    booked = Booked(plan(_measure(), LINE))
    for day in _working_days(11):
        booked.day("waste", day, answered=90, late=10)
    ahead = _ahead(booked, date(2026, 6, 16))
    assert ahead is not None and ahead.expected == 2200


def test_out_of_reach_when_even_perfect_days_do_not_help() -> None:
    """Twenty of 22 days at 50 %: 1,000 misses made, 440 borne."""
    booked = Booked(plan(_measure(), FORECAST))
    for day in _working_days(20):
        booked.day("waste", day, answered=50, late=50)
    ahead = _ahead(booked, date(2026, 6, 29))
    assert ahead is not None and ahead.misses_left is not None
    assert ahead.misses_left == 440 - 1000
    assert ahead.high is not None and ahead.high < 0.8
    # The past is certain: 1,000 hits of 2,200 are made, and 200 more can be.
    assert ahead.high <= 1200 / 2200 and ahead.low is not None and ahead.low >= 1000 / 2200


def test_abandonment_bears_abandons() -> None:
    booked = Booked(plan(_measure("abandonment", "0.05"), FORECAST))
    for day in _working_days(11):
        booked.day("waste", day, answered=98, abandoned=2)
    ahead = _ahead(booked, date(2026, 6, 16))
    assert ahead is not None and ahead.misses_left == 110 - 22


def test_the_average_speed_of_answer_has_a_forecast_and_no_misses() -> None:
    booked = Booked(plan(_measure("average_speed_of_answer", "30"), FORECAST))
    for n, day in enumerate(_working_days(11)):
        booked.day("waste", day, answered=100, wait_sum=100 * (20 + n % 3) * 1_000_000)
    ahead = _ahead(booked, date(2026, 6, 16))
    assert ahead is not None and ahead.misses_left is None
    assert ahead.low is not None and ahead.mid is not None and ahead.high is not None
    assert 20 < ahead.low < ahead.mid < ahead.high < 22


def test_before_the_first_call_the_forecast_of_calls_is_all_there_is() -> None:
    ahead = _ahead(Booked(plan(_measure(), FORECAST)), date(2026, 6, 1))
    assert ahead is not None
    assert (ahead.expected, ahead.misses_left, ahead.mid) == (2200, 440, None)


def test_of_a_period_that_is_over_nothing_is_foretold() -> None:
    booked = Booked(plan(_measure(), FORECAST)).day("waste", date(2026, 6, 1), answered=1)
    assert _ahead(booked, date(2026, 7, 1)) is None


def test_on_the_first_day_the_range_is_wide() -> None:
    """One day says nothing of how days differ: as much is assumed as of real days is known."""
    booked = Booked(plan(_measure(), FORECAST)).day("waste", date(2026, 6, 1), answered=85, late=15)
    ahead = _ahead(booked, date(2026, 6, 2))
    assert ahead is not None and ahead.low is not None and ahead.high is not None
    assert ahead.high - ahead.low > 0.2


@pytest.mark.parametrize(
    "after", [3, *(pytest.param(days, marks=pytest.mark.slow) for days in (8, 15))]
)
def test_nine_months_in_ten_end_where_it_was_said(after: int) -> None:
    """400 months of days that differ by more than chance (a day's own level has a standard
    deviation of 8 points), each foretold after some working days. The share that ends between low
    and high must be near nine in ten: 400 draws have a standard error of 1.5 points."""
    chance = random.Random(20261122 + after)
    agreed = plan(_measure(), FORECAST)
    inside = 0
    for _ in range(400):
        booked = Booked(agreed)
        days = _working_days(22)
        hits = total = 0
        for n, day in enumerate(days):
            level = min(1.0, max(0.0, chance.gauss(0.8, 0.08)))
            offered = chance.randint(70, 130)
            answered = sum(chance.random() < level for _ in range(offered))
            hits, total = hits + answered, total + offered
            if n < after:
                booked.day("waste", day, answered=answered, late=offered - answered)
        ahead = _ahead(booked, days[after])
        assert ahead is not None and ahead.low is not None and ahead.high is not None
        inside += ahead.low <= hits / total <= ahead.high
    assert 0.85 <= inside / 400 <= 0.95


def _working_days(count: int) -> list[date]:
    days = (date(2026, 6, 1) + timedelta(days=n) for n in range(30))
    return [day for day in days if day.weekday() < 5][:count]


def test_a_day_in_its_course_counts_what_is_left_of_it() -> None:
    """Monday noon: six of ten open hours are left of it."""
    booked = Booked(plan(_measure(), FORECAST))
    booked.day("waste", date(2026, 6, 1), hour=9, answered=40)
    as_of = midnight(date(2026, 6, 1), BRUSSELS) + 12 * HOUR
    ahead = booked.of("acme", "2026-06-01", as_of=as_of).outlooks
    assert ahead == {}  # a monthly measure is not due with a day
    ahead = booked.of("acme", "2026-06", as_of=as_of).outlooks
    assert ahead[0].expected == 40 + 60 + 21 * 100
