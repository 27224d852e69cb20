"""Hours open against hours heard: a silent feed is told, a quiet line is left in peace.

A working week of a line that is open from 9 to 17; ``#`` is a quarter-hour with calls, ``.`` one
without, and each row an hour of the same days::

    09  ####      living: eight hours heard
    10  ####
    11  ..##      the feed stops for half an hour: 20 calls should have come
"""

from datetime import date, timedelta

import pytest

from streams.domain.books import INTERVAL
from streams.domain.instants import DAY, HOUR, parse
from streams.domain.plan import Plan
from streams.domain.statement import Statement
from streams.domain.statement.heard import Hours
from streams.domain.statement.periods import midnight
from streams.domain.statement.silences import Silence
from streams.domain.tally import CITY, Tally
from tests.statements import Booked, plan

SERVICE = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
"""
OFFICE = """
[[hours]]
id = "office"
mon-fri = "09:00-17:00"
"""
LINE = '[[line]]\nid = "waste"\nvendor = "acme"\nhours = "office"\n'
FORECAST = "expected_per_hour = 40\n"
OTHER = '[[line]]\nid = "other"\nvendor = "next"\nhours = "office"\n'

"""March 2026 has 22 working days: 176 open hours, 704 quarter-hours."""


def _living(agreed: Plan, line: str = "waste", per_quarter: int = 10) -> Booked:
    """A March in which that many calls come in every open quarter-hour, 7 of 10 in time."""
    booked = Booked(agreed)
    for n in range(31):
        begin = midnight(date(2026, 3, 1) + timedelta(days=n), agreed.zone)
        for start in range(begin, begin + 24 * HOUR, INTERVAL):
            terms = agreed.terms(line, start)
            if terms is not None and terms.open:
                late = per_quarter * 3 // 10
                booked.at(line, start, answered=per_quarter - late, late=late)
    return booked


def _silent(booked: Booked, since: str, until: str, only: str | None = None) -> Booked:
    """The same, as if nothing had been heard from one instant to another."""
    for scope, start in list(booked.intervals):
        if parse(since) <= start < parse(until) and only in (None, scope):
            del booked.intervals[scope, start]
    return booked


def _hours(found: Statement) -> Hours:
    (result,) = found.results
    assert result.hours == found.heard.lines["waste"]
    return found.heard.total


@pytest.mark.parametrize("forecast", ["", FORECAST])
def test_a_feed_that_lives_is_heard_in_all_open_hours(forecast: str) -> None:
    found = _living(plan(SERVICE, OFFICE + LINE + forecast)).of("acme", "2026-03")
    assert _hours(found) == Hours(704, 704, 704)
    assert found.heard.silences == () and found.complete


@pytest.mark.parametrize("forecast", ["", FORECAST])
def test_half_an_hour_without_a_call_is_a_silence_where_twenty_should_have_come(
    forecast: str,
) -> None:
    booked = _living(plan(SERVICE, OFFICE + LINE + forecast))
    begin, end = "2026-03-10T11:00:00+01:00", "2026-03-10T11:30:00+01:00"
    found = _silent(booked, begin, end).of("acme", "2026-03")
    assert _hours(found) == Hours(704, 702, 702)
    assert found.heard.silences == (Silence(parse(begin), parse(end), 2),)
    assert found.complete  # two quarter-hours of a month move no verdict


@pytest.mark.parametrize("forecast", ["", FORECAST])
def test_a_feed_that_is_dead_for_two_days_makes_no_whole_statement(forecast: str) -> None:
    """Over a night and with the weekend in it: Friday noon to Tuesday noon."""
    booked = _living(plan(SERVICE, OFFICE + LINE + forecast))
    _silent(booked, "2026-03-13T12:00:00+01:00", "2026-03-17T12:00:00+01:00")
    found = booked.of("acme", "2026-03")
    assert _hours(found) == Hours(704, 704 - 64, 704 - 64)
    (silence,) = found.heard.silences
    assert silence.begin == parse("2026-03-13T12:00:00+01:00")
    assert silence.end == parse("2026-03-17T12:00:00+01:00")
    assert silence.quarter_hours == 64
    (result,) = found.results
    assert not result.hours.enough and not found.complete


def test_one_working_day_of_a_month_may_be_missing_and_two_may_not() -> None:
    for days, enough in ((1, True), (2, False)):
        booked = _living(plan(SERVICE, OFFICE + LINE))
        _silent(booked, "2026-03-10T00:00:00+01:00", f"2026-03-{10 + days}T00:00:00+01:00")
        assert booked.of("acme", "2026-03").complete is enough


@pytest.mark.parametrize("forecast", ["", FORECAST])
def test_a_month_of_which_nothing_was_heard_is_open_and_silent(forecast: str) -> None:
    found = Booked(plan(SERVICE, OFFICE + LINE + forecast)).of("acme", "2026-03")
    assert _hours(found) == Hours(704, 0, 0)
    assert not found.complete


def test_a_feed_that_died_on_the_first_morning_is_silent_for_all_that_follows() -> None:
    booked = _living(plan(SERVICE, OFFICE + LINE))
    _silent(booked, "2026-03-02T12:00:00+01:00", "2026-04-01T00:00:00+02:00")
    assert _hours(booked.of("acme", "2026-03")) == Hours(704, 12, 12)


def test_two_dead_fortnights_do_not_pass_each_other_off_as_quiet() -> None:
    booked = _living(plan(SERVICE, OFFICE + LINE))
    _silent(booked, "2026-03-03T00:00:00+01:00", "2026-03-16T00:00:00+01:00")
    _silent(booked, "2026-03-17T00:00:00+01:00", "2026-03-31T00:00:00+02:00")
    heard = _hours(booked.of("acme", "2026-03"))
    assert heard == Hours(704, 96, 96)


def test_a_night_line_without_a_call_is_no_dead_feed() -> None:
    """Always open, no forecast: calls by day, one at four in the morning now and then, and a night
    in which the whole city called."""
    booked = Booked(plan(SERVICE))
    first = parse("2026-02-01T00:00:00+01:00")
    for day in range(28):
        for quarter in range(36, 68):
            booked.at("waste", first + day * DAY + quarter * INTERVAL, answered=10)
        if day % 3 == 0:
            booked.at("waste", first + day * DAY + 4 * HOUR, answered=1)
    booked.at("waste", first + 10 * DAY + 3 * HOUR, late=500)
    found = booked.of("acme", "2026-02")
    assert _hours(found) == Hours(28 * 96, 28 * 96, 28 * 32 + 10 + 1)
    assert found.complete and found.heard.silences == ()


def test_a_line_that_few_call_is_heard_while_the_city_is() -> None:
    """Two calls a week, and a city whose telephone never stands still."""
    booked = _living(plan(SERVICE, OFFICE + LINE + OTHER), "other")
    for day in (3, 5, 10, 12, 17, 19, 24, 26):
        booked.day("waste", date(2026, 3, day), answered=1)
    assert _hours(booked.of("acme", "2026-03")) == Hours(704, 704, 8)


def test_a_vendor_whose_own_lines_fall_silent_is_told_though_the_city_is_heard() -> None:
    booked = _living(plan(SERVICE, OFFICE + LINE + OTHER))
    for (_, start), tally in list(booked.intervals.items()):
        booked.intervals[CITY, start] = Tally.of(contacts=tally["contacts"] + 5)
    for scope in ("line:waste", "vendor:acme"):
        _silent(booked, "2026-03-10T00:00:00+01:00", "2026-03-12T00:00:00+01:00", scope)
    assert _hours(booked.of("acme", "2026-03")) == Hours(704, 640, 640)


def test_menu_hangups_alone_are_a_living_feed() -> None:
    """Of a line without a forecast, in whose quarter-hour only the city has a contact."""
    booked = _living(plan(SERVICE, OFFICE + LINE), per_quarter=1)
    start = parse("2026-03-10T11:00:00+01:00")
    for scope in ("line:waste", "vendor:acme"):
        del booked.intervals[scope, start]
    booked.intervals[CITY, start] = Tally.of(contacts=1, abandoned_in_menu=1)
    assert _hours(booked.of("acme", "2026-03")) == Hours(704, 704, 703)


def test_what_the_contract_leaves_out_is_not_open_and_maintenance_is() -> None:
    """A cable cut, agreed upon, on the 10th; announced maintenance on the 12th; both silent."""
    cut = (
        '[[contract.exclusion]]\nid = "cut"\nkind = "event"\nreason = "agreed"\n'
        "from = 2026-03-10T09:00:00+01:00\nuntil = 2026-03-10T17:00:00+01:00\n"
    )
    windows = (
        "[[maintenance]]\nfrom = 2026-03-12T09:00:00+01:00\n"
        'until = 2026-03-12T17:00:00+01:00\nreason = "new exchange"\n'
    )
    booked = _living(plan(SERVICE + cut, OFFICE + LINE + windows))
    for day in (10, 12):
        _silent(booked, f"2026-03-{day}T00:00:00+01:00", f"2026-03-{day + 1}T00:00:00+01:00")
    found = booked.of("acme", "2026-03")
    assert _hours(found) == Hours(704 - 32, 704 - 64, 704 - 64)
    (silence,) = found.heard.silences
    assert silence.begin == parse("2026-03-12T09:00:00+01:00")


def test_each_day_of_a_daily_measure_has_its_own_hours() -> None:
    booked = _living(plan(SERVICE.replace("target", 'period = "daily"\n    target'), OFFICE + LINE))
    _silent(booked, "2026-03-10T09:00:00+01:00", "2026-03-10T10:00:00+01:00")
    found = booked.of("acme", "2026-03")
    few = {r.period.name: r.hours for r in found.results if not r.hours.enough}
    assert few == {"2026-03-10": Hours(32, 28, 28)}
    assert found.heard.total.enough and not found.complete


def test_a_running_month_is_heard_up_to_now() -> None:
    booked = _living(plan(SERVICE, OFFICE + LINE))
    now = parse("2026-03-04T12:00:00+01:00")
    _silent(booked, "2026-03-04T12:00:00+01:00", "2026-04-01T00:00:00+02:00")
    assert booked.of("acme", "2026-03", as_of=now).heard.total == Hours(76, 76, 76)


def test_pooled_lines_have_their_hours_together() -> None:
    lines = OFFICE + LINE + LINE.replace("waste", "moving").replace('hours = "office"\n', "")
    booked = _living(plan(SERVICE.replace("target", 'scope = "pooled"\n    target'), lines))
    found = booked.of("acme", "2026-03")
    (result,) = found.results
    assert result.hours.open == 704 + 743 * 4
    assert found.heard.total.open == 743 * 4
    assert found.heard.lines["waste"] == Hours(704, 704, 704)
    assert found.heard.lines["moving"].visited == 0
