"""A measure judged: of one line or a pool, in its own period, with its verdict and its money."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from streams.domain.figures.measure import Count
from streams.domain.plan import Plan
from streams.domain.statement import Result
from tests.statements import SERVICE, TWO_LINES, Booked, only, plan


def _malus(result: Result) -> Decimal | None:
    return None if result.charge is None or result.earned else result.charge.amount


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
    result = only(_barnet(agreed, day).of("acme", "2014-10"))
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


def test_a_month_without_a_call_is_no_result_and_costs_nothing() -> None:
    found = Booked(plan(SERVICE)).of("acme", "2026-02")
    result = only(found)
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


def test_a_bonus_for_whole_points_above_and_none_for_just_meeting() -> None:
    agreed = plan(
        SERVICE + "[contract.measure.bonus]\nper_point = 100\ncounting = 'whole'\ncap = 500\n"
    )
    for answered, amount in ((80, 0), (82, 200), (100, 500)):
        booked = Booked(agreed).day(
            "waste", date(2026, 3, 3), answered=answered, late=100 - answered
        )
        result = only(booked.of("acme", "2026-03"))
        assert result.earned and result.charge is not None
        assert result.charge.amount == amount
