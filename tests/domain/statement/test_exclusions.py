"""What a contract leaves out: events, hours, volume above the forecast."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count
from streams.domain.instants import HOUR, MINUTE, parse
from streams.domain.plan.model import Exclusion
from streams.domain.statement.assignments import Assignment
from streams.domain.statement.exclusions import Excluding
from streams.domain.tally import Tally
from tests.statements import SERVICE, TWO_LINES, Booked, only, plan


def _excluding(exclusion: str, lines: str = '[[line]]\nid = "waste"\nvendor = "acme"\n') -> Booked:
    return Booked(plan(f"{SERVICE}\n[[contract.exclusion]]\n{exclusion}\nreason = 'agreed'", lines))


def test_a_dated_event_leaves_out_every_quarter_hour_it_touches() -> None:
    """A cable cut from 09:20 to 11:05: 09:15 to 11:15 is left out, and the statement says so."""
    booked = _excluding(
        'id = "cut"\nkind = "event"\n'
        "from = 2026-03-17T09:20:00+01:00\nuntil = 2026-03-17T11:05:00+01:00"
    )
    for clock in ("09:00", "09:15", "10:30", "11:00", "11:15"):
        booked.at("waste", parse(f"2026-03-17T{clock}:00+01:00"), late=10)
    found = booked.of("acme", "2026-03")
    result = only(found)
    assert (result.count, result.before) == (Count(0, 20), Count(0, 50))
    (effect,) = result.effects
    assert (effect.quarter_hours, effect.left_out) == (3, Count(0, 30))
    (remark,) = found.remarks
    assert remark.word == "event_widened"
    assert remark.about[1:] == (
        parse("2026-03-17T09:15:00+01:00"),
        parse("2026-03-17T11:15:00+01:00"),
    )
    assert {each.left_out for each in found.worst} == {(), (("cut", 0),)}


def test_hours_that_a_contract_leaves_out() -> None:
    hours = (
        '[[hours]]\nid = "lunch"\nmon-fri = "12:00-13:10"\n[[line]]\nid = "waste"\nvendor = "acme"'
    )
    booked = _excluding('id = "lunch"\nkind = "hours"\nhours = "lunch"', hours)
    for clock in ("11:45", "12:00", "13:00", "13:15"):
        booked.at("waste", parse(f"2026-03-17T{clock}:00+01:00"), late=10)
    booked.at("waste", parse("2026-03-21T12:00:00+01:00"), late=10)  # a Saturday
    assert only(booked.of("acme", "2026-03")).count == Count(0, 30)


EXPECTED = '[[line]]\nid = "waste"\nvendor = "acme"\nexpected_per_hour = 50\n'


def test_volume_above_the_forecast_is_left_out_by_its_share() -> None:
    """50 expected, 60 agreed, 80 came: three quarters of that hour remain. Of the hour before, in
    which 60 came, all."""
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1.2', EXPECTED)
    at_nine, at_ten = parse("2026-03-17T09:00:00+01:00"), parse("2026-03-17T10:00:00+01:00")
    booked.at("waste", at_nine, answered=50, late=10)
    booked.at("waste", at_ten, answered=20)
    booked.at("waste", at_ten + 45 * MINUTE, answered=20, late=40)
    result = only(booked.of("acme", "2026-03"))
    assert result.count == Count(50 + Fraction(3, 4) * 40, 60 + Fraction(3, 4) * 80)
    assert result.value == Fraction(80, 120)
    (effect,) = result.effects
    assert effect.value == Fraction(90, 140)
    assert effect.left_out == Count(10, 20)


def test_the_forecast_of_a_half_open_hour_is_half() -> None:
    """The line opens at 08:30: half of the 50 of that hour are expected, 30 agreed."""
    lines = '[[hours]]\nid = "office"\nmon-fri = "08:30-18:00"\n' + EXPECTED + 'hours = "office"\n'
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1.2', lines)
    booked.at("waste", parse("2026-03-17T08:45:00+01:00"), answered=30, late=30)
    assert only(booked.of("acme", "2026-03")).count == Count(15, 30)


def test_both_hours_of_the_night_back_have_a_forecast_each() -> None:
    """25 October 2026: 60 calls at each of the two two o'clocks are within what was agreed."""
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1.2', EXPECTED)
    first = parse("2026-10-25T02:00:00+02:00")
    booked.at("waste", first, answered=60).at("waste", first + HOUR, answered=60)
    assert only(booked.of("acme", "2026-10")).count == Count(120, 120)


def test_without_a_forecast_nothing_is_above_it() -> None:
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1')
    booked.day("waste", date(2026, 3, 17), late=5000)
    assert only(booked.of("acme", "2026-03")).count == Count(0, 5000)


def test_exclusions_that_overlap_leave_out_once_and_show_what_each_does_alone() -> None:
    """An event in an hour above the forecast: without the event, the volume rule takes over."""
    booked = Booked(
        plan(
            SERVICE
            + '[[contract.exclusion]]\nid = "busy"\nkind = "volume"\nabove = 1\nreason = "r"\n'
            '[[contract.exclusion]]\nid = "cut"\nkind = "event"\nreason = "r"\n'
            "from = 2026-03-17T10:00:00+01:00\nuntil = 2026-03-17T11:00:00+01:00\n",
            EXPECTED,
        )
    )
    booked.at("waste", parse("2026-03-17T10:00:00+01:00"), late=100)
    booked.at("waste", parse("2026-03-17T12:00:00+01:00"), answered=50)
    result = only(booked.of("acme", "2026-03"))
    assert result.count == Count(50, 50)
    busy, cut = result.effects
    assert (busy.exclusion.id, busy.quarter_hours, busy.left_out) == ("busy", 0, Count(0, 0))
    assert (cut.quarter_hours, cut.left_out, cut.value) == (1, Count(0, 50), Fraction(1, 2))


def test_an_exclusion_for_one_measure_and_one_line_leaves_the_others_alone() -> None:
    booked = _excluding(
        'id = "cut"\nkind = "event"\nlines = ["waste"]\nmeasures = ["in-time"]\n'
        "from = 2026-03-17T00:00:00+01:00\nuntil = 2026-03-18T00:00:00+01:00",
        TWO_LINES,
    )
    booked.day("waste", date(2026, 3, 17), late=10).day("migration", date(2026, 3, 17), late=10)
    wholes = {r.line: r.count.whole for r in booked.of("acme", "2026-03").results}
    assert wholes == {"waste": 0, "migration": 10}


# ---------------------------------------------------------------- a quarter-hour

TEN = parse("2026-03-17T10:00:00+01:00")


def _exclusion(text: str) -> tuple[Booked, Exclusion, Assignment]:
    booked = _excluding(text, EXPECTED)
    contract = booked.plan.contract("paid", TEN)
    (exclusion,) = contract.exclusions
    return booked, exclusion, Assignment("waste", contract, TEN, TEN + 24 * HOUR)


def test_an_event_touches_no_quarter_hour_that_only_borders_on_it() -> None:
    booked, cut, _ = _exclusion(
        'id = "cut"\nkind = "event"\n'
        "from = 2026-03-17T10:15:00+01:00\nuntil = 2026-03-17T10:45:00+01:00"
    )
    excluding = Excluding(booked.plan, {})
    quarters = [TEN + n * INTERVAL for n in range(5)]
    assert [excluding.touches(cut, at) for at in quarters] == [False, True, True, False, False]


def test_a_volume_or_a_cause_touches_no_quarter_hour_as_such() -> None:
    for text in (
        'id = "busy"\nkind = "volume"\nabove = 1',
        'id = "down"\nkind = "cause"\ncauses = ["lost"]',
    ):
        booked, exclusion, _ = _exclusion(text)
        assert not Excluding(booked.plan, {}).touches(exclusion, TEN)


@pytest.mark.parametrize(
    ("offered", "out_of_hours", "share"),
    [(50, 0, 1), (51, 0, Fraction(50, 51)), (100, 0, Fraction(1, 2)), (100, 50, 1), (0, 0, 1)],
)
def test_what_came_in_opening_hours_is_shared_by_what_was_agreed(
    offered: int, out_of_hours: int, share: Fraction | int
) -> None:
    booked, busy, of = _exclusion('id = "busy"\nkind = "volume"\nabove = 1')
    tally = Tally.of(line_offered=offered, out_of_hours=out_of_hours)
    excluding = Excluding(booked.plan, {"waste": [(TEN, tally)]})
    for quarter in range(4):
        assert excluding.share(busy, TEN + quarter * INTERVAL, of) == share
    assert excluding.concerns(busy, tally, TEN, of) is (share != 1)
    assert excluding.share(busy, TEN + HOUR, of) == 1


def test_a_line_that_is_handed_over_within_the_hour_is_agreed_its_part_of_it() -> None:
    booked, busy, of = _exclusion('id = "busy"\nkind = "volume"\nabove = 1')
    half = replace(of, since=TEN + 30 * MINUTE)
    tally = Tally.of(line_offered=50)
    excluding = Excluding(booked.plan, {"waste": [(TEN + 30 * MINUTE, tally)]})
    assert excluding.share(busy, TEN + 30 * MINUTE, half) == Fraction(1, 2)
    assert excluding.share(busy, TEN + 30 * MINUTE, of) == 1


def test_of_two_volumes_the_stricter_holds() -> None:
    two = "".join(
        f'[[contract.exclusion]]\nid = "v{above}"\nkind = "volume"\nabove = {above}\n'
        "reason = 'agreed'\n"
        for above in (1, 2)
    )
    booked = Booked(plan(SERVICE + two, EXPECTED)).at("waste", TEN, answered=200)
    assert only(booked.of("acme", "2026-03")).count == Count(50, 50)


def test_little_is_expected_and_more_came_than_that() -> None:
    """Half a call in an hour is agreed: of two that came a quarter remains."""
    booked = _excluding(
        'id = "busy"\nkind = "volume"\nabove = 1', EXPECTED.replace("= 50", "= 0.5")
    )
    booked.at("waste", TEN, answered=2)
    assert only(booked.of("acme", "2026-03")).count == Count(Fraction(1, 2), Fraction(1, 2))


def test_days_and_hours_are_local() -> None:
    excluding = Excluding(plan(SERVICE), {})
    last = parse("2026-10-25T00:45:00Z")  # 02:45, before the clock goes back
    assert (excluding.day(last), excluding.hour(last)) == (date(2026, 10, 25), 2)
    assert excluding.hour_begin(last) == last - 45 * MINUTE
    again = last + INTERVAL
    assert (excluding.hour(again), excluding.hour_begin(again)) == (2, again)
