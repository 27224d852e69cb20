"""A vendor's statement: by its contract, in its calendar, from the books alone."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count
from streams.domain.instants import HOUR, MINUTE, parse
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.statement import Result, Statement
from streams.domain.statement.periods import midnight
from tests.statements import Booked, plan

SERVICE = """
    [[contract.measure]]
    id = "in-time"
    figure = "service_level"
    target = 0.80
        [contract.measure.malus]
        per_point = 1000
"""
TWO_LINES = "".join(
    f'[[line]]\nid = "{line}"\nvendor = "acme"\n' for line in ("migration", "waste")
)


def _only(found: Statement) -> Result:
    (result,) = found.results
    return result


def _malus(result: Result) -> Decimal | None:
    return None if result.charge is None or result.earned else result.charge.amount


# ---------------------------------------------------------------- against the world

WINCHESTER = {
    # 2011/12: calls made, answered; None: the months whose split was not published
    5: (14195, 12274),
    6: (14766, 12973),
    7: (14315, 12747),
    8: (14639, 13573),
    9: (16108, 14150),
    10: (39228, 25370),
    11: (28652, 28195),
    12: (13801, 12795),
    1: (19025, 15581),
    2: (16668, 14334),
    3: (15445, 14515),
}


def test_winchester_s_year() -> None:
    """Eleven months that Winchester City Council published: 206,842 calls made, 176,507 answered,
    85.33 %. May was published as 89 % and comes to 86.47."""
    agreed = plan(
        """
        [[contract.measure]]
        id = "answered"
        figure = "reachability"
        target = 0.80
        """
    )
    booked = Booked(agreed)
    for month, (made, answered) in WINCHESTER.items():
        year = 2011 if month > 3 else 2012
        booked.day("waste", date(year, month, 15), answered=answered, abandoned=made - answered)
    values = {}
    part = whole = 0
    for year in ("2011", "2012"):
        found = booked.of("acme", year)
        for result in found.results:
            if result.value is not None:
                values[result.period.name] = round(float(result.value) * 100, 2)
                part, whole = part + result.count.part, whole + result.count.whole
    assert (part, whole) == (176_507, 206_842)
    assert round(100 * part / whole, 2) == 85.33
    assert values["2011-05"] == 86.47
    assert values["2011-10"] == 64.67  # the waste collection had changed
    assert values["2012-03"] == 93.98  # published as 94.2
    missed = [r.period.name for r in booked.of("acme", "2011").results if r.met is False]
    assert missed == ["2011-10"]


def test_barnet_s_pool_hides_a_line_and_the_statement_shows_it() -> None:
    """Pooled 78 % within 20 s, and one line at 37 %: the pool misses by two points, the line by
    43; the result names what is behind it."""
    agreed = plan(
        SERVICE.replace("target = 0.80", 'target = 0.80\n    scope = "pooled"'), TWO_LINES
    )
    day = date(2014, 10, 6)
    result = _only(_barnet(agreed, day).of("acme", "2014-10"))
    assert result.line is None
    assert result.value == Fraction(78, 100)
    assert _malus(result) == Decimal(2000)
    assert result.by_line == {"waste": Count(7430, 9000), "migration": Count(370, 1000)}

    lines = _barnet(plan(SERVICE, TWO_LINES), day).of("acme", "2014-10").results
    found = {result.line: result for result in lines}
    assert found["waste"].met and not found["migration"].met
    assert _malus(found["migration"]) == Decimal(43_000)


def _barnet(agreed: Plan, day: date) -> Booked:
    booked = Booked(agreed).day("waste", day, answered=7430, late=1570)
    return booked.day("migration", day, answered=370, late=630)


# ---------------------------------------------------------------- the calendar


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
    result = _only(found)
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
    assert _only(found).count == Count(1, 2)
    assert found.end - found.begin == 25 * HOUR


def test_a_month_without_a_call_is_no_result_and_costs_nothing() -> None:
    found = Booked(plan(SERVICE)).of("acme", "2026-02")
    result = _only(found)
    assert (result.value, result.met, result.charge, result.distance) == (None, None, None, None)
    assert result.due and result.final
    assert found.worst == ()


def test_a_quarter_is_judged_with_its_last_month_and_daily_measures_day_by_day() -> None:
    agreed = plan(
        SERVICE
        + """
        [[contract.measure]]
        id = "quarter"
        figure = "service_level"
        target = 0.80
        period = "quarterly"
        [[contract.measure]]
        id = "hung-up"
        figure = "abandonment"
        target = 0.03
        period = "daily"
            [contract.measure.malus]
            per_point = 10
        """
    )
    booked = Booked(agreed)
    booked.day("waste", date(2026, 10, 1), late=100)
    booked.day("waste", date(2026, 12, 1), answered=100)
    booked.day("waste", date(2026, 12, 2), answered=96, abandoned=4)

    by_id: dict[str, list[Result]] = {}
    for result in booked.of("acme", "2026-12").results:
        by_id.setdefault(result.measure.id, []).append(result)
    (month,), (quarter,) = by_id["in-time"], by_id["quarter"]
    assert month.value == Fraction(196, 200) and month.met
    assert quarter.value == Fraction(196, 300) and quarter.due and not quarter.met
    daily = by_id["hung-up"]
    assert len(daily) == 31
    assert [r.period.name for r in daily if r.met is False] == ["2026-12-02"]
    assert sum(_malus(r) or 0 for r in daily) == 10

    # In October the quarter has only begun: shown, not due.
    (begun,) = (r for r in booked.of("acme", "2026-10").results if r.measure.id == "quarter")
    assert begun.value == 0 and not begun.due and not begun.final


# ---------------------------------------------------------------- who held what

HANDED_OVER = """
[[line]]
id = "waste"
vendor = "acme"
valid_until = 2026-10-16
[[line]]
id = "waste"
vendor = "next"
valid_from = 2026-10-16
"""


def test_a_line_handed_over_within_the_month_is_two_statements() -> None:
    """Until the 15th Acme's, from the 16th on Next's: each answers for its own calls, for its share
    of the month's time."""
    booked = Booked(plan(SERVICE, HANDED_OVER))
    booked.at("waste", parse("2026-10-15T21:45:00Z"), answered=70, late=30)
    booked.at("waste", parse("2026-10-15T22:00:00Z"), answered=90, late=10)
    acme, following = _only(booked.of("acme", "2026-10")), _only(booked.of("next", "2026-10"))
    assert (acme.count, following.count) == (Count(70, 100), Count(90, 100))
    assert acme.share == Fraction(15 * 24, 745)  # the clock goes back on the 25th
    assert acme.share + following.share == 1
    assert acme.charge is not None
    assert acme.charge.whole == 10_000
    assert acme.charge.amount == Decimal("4832.21")  # 10,000 x 360 h / 745 h
    assert following.met


def test_a_hand_over_inside_a_quarter_hour_is_noted() -> None:
    lines = HANDED_OVER.replace("2026-10-16", "2026-10-16T12:07:00+02:00")
    booked = Booked(plan(SERVICE, lines))
    booked.at("waste", parse("2026-10-16T10:00:00Z"), answered=1)
    found = booked.of("acme", "2026-10")
    assert _only(found).count == Count(1, 1)
    assert [remark.word for remark in found.remarks] == ["inside_quarter_hour"]


def _two_versions(first: str, second: str) -> Plan:
    return Plan.read(
        f"""
        [city]
        time_zone = "Europe/Brussels"
        contract = "paid"
        [[vendor]]
        id = "acme"
        name = "Acme"
        [[contract]]
        id = "paid"
        valid_until = 2026-10-16
        {first}
        [[contract]]
        id = "paid"
        valid_from = 2026-10-16
        {second}
        [[line]]
        id = "waste"
        vendor = "acme"
        """
    )


def test_each_version_of_a_contract_judges_its_own_days() -> None:
    agreed = _two_versions(SERVICE, SERVICE.replace("0.80", "0.90"))
    booked = Booked(agreed)
    booked.day("waste", date(2026, 10, 15), answered=85, late=15)
    booked.day("waste", date(2026, 10, 16), answered=85, late=15)
    before, after = booked.of("acme", "2026-10").results
    assert (before.met, after.met) == (True, False)
    assert before.until == after.since == midnight(date(2026, 10, 16), agreed.zone)
    assert after.distance == 5
    assert after.share == Fraction(385, 745)


def test_a_version_that_changes_nothing_of_a_measure_does_not_part_it() -> None:
    agreed = _two_versions(
        SERVICE,
        SERVICE + '\n[[contract.exclusion]]\nid = "x"\nkind = "cause"\n'
        'causes = ["lost"]\nreason = "telephony"\n',
    )
    booked = Booked(agreed)
    for day in (15, 16):
        booked.day(
            "waste",
            date(2026, 10, day),
            answered=85,
            late=15,
            line_offered=10,
            queue_offered=10,
            service_offered=10,
            lost=10,
            service_lost=10,
        )
    result = _only(booked.of("acme", "2026-10"))
    assert result.count == Count(170, 210)  # the first ten lost calls count, the second do not
    assert result.before == Count(170, 220)
    (effect,) = result.effects
    assert (effect.quarter_hours, effect.left_out) == (1, Count(0, 10))
    assert result.share == 1


def test_the_city_s_own_lines_are_a_statement_too() -> None:
    booked = Booked(plan(SERVICE, '[[line]]\nid = "waste"\n'))
    booked.day("waste", date(2026, 10, 5), answered=1)
    assert _only(booked.of("city", "2026-10")).met
    assert booked.of("acme", "2026-10").results == ()


def test_a_contract_without_measures_is_held_to_its_targets() -> None:
    booked = Booked(plan("service_level_target = 0.7\nreachability_target = 0.9"))
    booked.day("waste", date(2026, 10, 5), answered=7, late=1, abandoned=2)
    level, reached = booked.of("acme", "2026-10").results
    assert (level.value, level.met) == (Fraction(7, 10), True)
    assert (reached.value, reached.met) == (Fraction(8, 10), False)
    assert level.charge is None


# ---------------------------------------------------------------- what is left out


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
    result = _only(found)
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
    assert _only(booked.of("acme", "2026-03")).count == Count(0, 30)


EXPECTED = '[[line]]\nid = "waste"\nvendor = "acme"\nexpected_per_hour = 50\n'


def test_volume_above_the_forecast_is_left_out_by_its_share() -> None:
    """50 expected, 60 agreed, 80 came: three quarters of that hour remain. Of the hour before, in
    which 60 came, all."""
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1.2', EXPECTED)
    at_nine, at_ten = parse("2026-03-17T09:00:00+01:00"), parse("2026-03-17T10:00:00+01:00")
    booked.at("waste", at_nine, answered=50, late=10)
    booked.at("waste", at_ten, answered=20)
    booked.at("waste", at_ten + 45 * MINUTE, answered=20, late=40)
    result = _only(booked.of("acme", "2026-03"))
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
    assert _only(booked.of("acme", "2026-03")).count == Count(15, 30)


def test_both_hours_of_the_night_back_have_a_forecast_each() -> None:
    """25 October 2026: 60 calls at each of the two two o'clocks are within what was agreed."""
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1.2', EXPECTED)
    first = parse("2026-10-25T02:00:00+02:00")
    booked.at("waste", first, answered=60).at("waste", first + HOUR, answered=60)
    assert _only(booked.of("acme", "2026-10")).count == Count(120, 120)


def test_without_a_forecast_nothing_is_above_it() -> None:
    booked = _excluding('id = "busy"\nkind = "volume"\nabove = 1')
    booked.day("waste", date(2026, 3, 17), late=5000)
    assert _only(booked.of("acme", "2026-03")).count == Count(0, 5000)


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
    result = _only(booked.of("acme", "2026-03"))
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


# ---------------------------------------------------------------- bonus, worst, provisional


def test_a_bonus_for_whole_points_above_and_none_for_just_meeting() -> None:
    agreed = plan(
        SERVICE + "[contract.measure.bonus]\nper_point = 100\ncounting = 'whole'\ncap = 500\n"
    )
    for answered, amount in ((80, 0), (82, 200), (100, 500)):
        booked = Booked(agreed).day(
            "waste", date(2026, 3, 3), answered=answered, late=100 - answered
        )
        result = _only(booked.of("acme", "2026-03"))
        assert result.earned and result.charge is not None
        assert result.charge.amount == amount


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
        assert found.as_of == early and not _only(found).final
    opened = booked.of("acme", "2026-03", end + HOUR, frozenset({("line:waste", start)}))
    assert opened.as_of == end + HOUR and opened.provisional == (1, 10)
    assert _only(opened).open_count == Count(9, 10)
    done = booked.of("acme", "2026-03", as_of=end + GRACE)
    assert done.as_of is None and _only(done).final


def test_visits_that_the_vendor_has_and_its_lines_have_not_are_told() -> None:
    booked = Booked(plan(SERVICE)).day("waste", date(2026, 3, 3), answered=5)
    for (scope, _), tally in booked.intervals.items():
        if scope == "vendor:acme":
            tally.plus(tally)
    found = booked.of("acme", "2026-03")
    assert found.unattributed == 5
    assert [remark.word for remark in found.remarks] == ["unattributed"]
