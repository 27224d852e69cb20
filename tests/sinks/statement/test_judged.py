"""What the domain judged, as numbers that JSON can hold: six decimals, and money as it is due."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from msgspec import UNSET

from streams.domain.figures.measure import Count
from streams.domain.instants import SECOND
from streams.domain.statement.heard import Hours
from streams.domain.statement.periods import midnight
from streams.sinks.statement import judged
from streams.sinks.statement.objects import Amounts
from streams.sinks.statement.result_objects import Charge, Part, Result
from tests.sinks.statement import march, october
from tests.statements import Booked, plan


def _of(measure: str, line: str | None, results: list[Result]) -> Result:
    return next(each for each in results if (each.measure, each.line) == (measure, line))


OCTOBER = october.made(october.booked()).object
IN_TIME = _of("in-time", None, OCTOBER.results)
HUNG_UP = _of("hung-up", "waste", OCTOBER.results)


@pytest.mark.parametrize(
    ("exact", "written"),
    [
        (Fraction(3), 3),
        (Fraction(2, 3), 0.666667),
        (Fraction(1, 3), 0.333333),
        (Fraction(2_999_999_9, 10_000_000), 3),
        (7, 7),
    ],
)
def test_a_number_is_whole_or_has_six_decimals(exact: Fraction | int, written: float) -> None:
    number = judged.number(exact)
    assert number == written and type(number) is type(written)


def test_spans_are_seconds_and_quarter_hours_are_hours() -> None:
    assert judged.seconds(90 * SECOND) == 90
    assert judged.seconds(SECOND // 2) == 0.5
    assert judged.hours(Hours(open=7, heard=6, visited=4)) == judged.Hours(
        open=1.75, heard=1.5, with_visit=1
    )


def test_a_count_comes_to_a_ratio_or_to_seconds() -> None:
    ratio = judged.count(Count(2, 3), "service_level")
    assert (ratio.part, ratio.whole, ratio.value) == (2, 3, 0.666667)
    mean = judged.count(Count(50 * SECOND, 4), "average_speed_of_answer")
    assert (mean.part, mean.whole, mean.value) == (50, 4, 12.5)
    assert judged.count(Count(), "service_level").value is None


def test_a_pool_says_its_lines_and_what_each_counts() -> None:
    assert IN_TIME.lines == ["migration", "waste"]
    assert isinstance(IN_TIME.by_line, dict)
    assert {line: of.value for line, of in IN_TIME.by_line.items()} == {
        "migration": 0.909091,
        "waste": 0.601746,
    }
    assert sum(of.part for of in IN_TIME.by_line.values()) == pytest.approx(IN_TIME.part)
    assert HUNG_UP.by_line is UNSET and HUNG_UP.lines == ["waste"]


def test_the_rule_says_what_its_figure_needs_and_no_more() -> None:
    assert (IN_TIME.formula, IN_TIME.threshold) == ("abandons_negative", 20)
    assert (IN_TIME.boundary, IN_TIME.clock) == ("<=", "queue")
    assert IN_TIME.reach_limit is UNSET and IN_TIME.callbacks is UNSET
    reached = _of("reached", "waste", OCTOBER.results)
    assert (reached.reach_limit, reached.callbacks) == (180, "left_out")
    assert reached.formula is UNSET and reached.clock is UNSET
    assert HUNG_UP.formula is UNSET and HUNG_UP.reach_limit is UNSET
    assert (HUNG_UP.short_abandon_limit, HUNG_UP.short_abandons) == (5, "counted")


@pytest.mark.parametrize(
    ("terms", "figure", "field", "value"),
    [
        ('boundary = "<"', "service_level", "boundary", "<"),
        ('clock = "choice"', "service_level", "clock", "choice"),
        ("threshold = 12.5", "service_level", "threshold", 12.5),
        ('short_abandons = "excluded"', "abandonment", "short_abandons", "excluded"),
        ('callbacks = "not_reached"', "reachability", "callbacks", "not_reached"),
        ("reach_limit = 60", "reachability", "reach_limit", 60),
    ],
)
def test_what_a_contract_says_otherwise_is_said(
    terms: str, figure: str, field: str, value: object
) -> None:
    measure = f'[[contract.measure]]\nid = "m"\nfigure = "{figure}"\ntarget = 0.5\n'
    booked = Booked(plan(f"{terms}\n{measure}")).day("waste", date(2026, 10, 6), answered=1)
    (found,) = october.made(booked).object.results
    assert getattr(found, field) == value


def test_what_an_exclusion_leaves_out_is_said_with_the_plans_words() -> None:
    busy, down = IN_TIME.exclusions
    assert (busy.id, busy.kind, busy.above, busy.causes) == ("busy", "volume", "1.2", [])
    assert busy.quarter_hours == 28 and busy.value_without_it == 0.600858
    assert busy.left_out == Part(part=670.371457, whole=1276.168675)
    assert (down.kind, down.above, down.causes) == ("cause", None, ["lost", "blocked"])
    assert IN_TIME.before_exclusions.whole == 3265
    assert IN_TIME.whole == pytest.approx(3265 - busy.left_out.whole - down.left_out.whole, abs=2)


def test_a_malus_is_charged_and_a_bonus_is_earned() -> None:
    assert IN_TIME.met is False and IN_TIME.bonus is None
    assert IN_TIME.malus == Charge(
        points=15.058505,
        points_counted=16,
        of_a_whole_period="6000.0000",
        capped=True,
        amount="6000.00",
        unit="money",
        currency="EUR",
    )
    assert HUNG_UP.met is True and HUNG_UP.malus is None
    assert HUNG_UP.bonus is not None and HUNG_UP.bonus.amount == "1.5000"
    assert HUNG_UP.points_missed == -2.994179
    asa = _of("asa", "migration", OCTOBER.results)
    assert asa.met is False and asa.malus is None and asa.points_missed == 10


def test_half_a_period_costs_its_share() -> None:
    first = march.made(march.booked()).object.results[0]
    assert first.malus is not None
    assert (first.share_of_period, first.malus.amount) == (0.484522, "9690.44")
    assert first.malus.of_a_whole_period == "20000.0000"


def test_a_verdict_on_too_little_stands_apart() -> None:
    """A program that knows nothing of it reads no verdict and pays nothing."""
    results = march.made(march.booked("2026-03-27T12:00:00+01:00")).object.results
    enough, little = (each for each in results if each.measure == "op-tijd")
    assert enough.complete and enough.by_hours_heard is UNSET and enough.malus is not None
    assert not little.complete
    assert (little.met, little.points_missed, little.malus, little.bonus) == (None,) * 4
    assert little.by_hours_heard is not UNSET
    assert (little.by_hours_heard.met, little.by_hours_heard.points_missed) == (False, 20)


def test_while_a_month_runs_it_is_said_where_it_is_likely_to_end() -> None:
    booked = october.booked()
    as_of = midnight(date(2026, 10, 20), booked.plan.zone)
    running = _of("in-time", None, october.made(booked, as_of).object.results)
    outlook = running.outlook
    assert outlook is not UNSET
    assert (outlook.low, outlook.mid, outlook.high) == (0.6262, 0.6494, 0.6727)
    assert (outlook.expected_whole, outlook.misses_left) == (2926.488269, -111)
    assert (outlook.confidence, running.due, running.final) == (0.9, True, False)
    assert IN_TIME.outlook is UNSET and IN_TIME.final


def test_what_is_due_is_added_up_per_unit() -> None:
    booked = october.booked()
    found = booked.of("acme", "2026-10").results
    assert judged.amounts(found) == [
        Amounts(unit="money", currency="EUR", malus="6000.00", bonus="0.00", balance="-6000.00"),
        Amounts(
            unit="percent_of_fee", currency="EUR", malus="0.00", bonus="4.0000", balance="4.0000"
        ),
    ]
    met = [each for each in found if each.rule.measure.id == "in-time"]
    assert judged.amounts([replace(each, charge=None) for each in met]) == [
        Amounts(unit="money", currency="EUR", malus="0.00", bonus="0.00", balance="0.00")
    ], "what could have been due is there with nothing"
    assert judged.amounts([each for each in found if each.rule.measure.id == "asa"]) == []
