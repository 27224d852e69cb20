"""Who answered which line under which contract: hand-overs and versions part a period."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count
from streams.domain.instants import HOUR, MINUTE, parse
from streams.domain.plan import Plan
from streams.domain.statement.assignments import (
    assignments,
    measures,
    of_lines,
    rule,
    unaligned,
    versions,
    within,
)
from streams.domain.statement.periods import midnight
from streams.domain.tally import Tally
from tests.statements import SERVICE, TWO_LINES, Booked, only, plan

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
    acme, following = only(booked.of("acme", "2026-10")), only(booked.of("next", "2026-10"))
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
    assert only(found).count == Count(1, 1)
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
    result = only(booked.of("acme", "2026-10"))
    assert result.count == Count(170, 210)  # the first ten lost calls count, the second do not
    assert result.before == Count(170, 220)
    (effect,) = result.effects
    assert (effect.quarter_hours, effect.left_out) == (1, Count(0, 10))
    assert result.share == 1


def test_the_city_s_own_lines_are_a_statement_too() -> None:
    booked = Booked(plan(SERVICE, '[[line]]\nid = "waste"\n'))
    booked.day("waste", date(2026, 10, 5), answered=1)
    assert only(booked.of("city", "2026-10")).met
    assert booked.of("acme", "2026-10").results == ()


def test_a_contract_without_measures_is_held_to_its_targets() -> None:
    booked = Booked(plan("service_level_target = 0.7\nreachability_target = 0.9"))
    booked.day("waste", date(2026, 10, 5), answered=7, late=1, abandoned=2)
    level, reached = booked.of("acme", "2026-10").results
    assert (level.value, level.met) == (Fraction(7, 10), True)
    assert (reached.value, reached.met) == (Fraction(8, 10), False)
    assert level.charge is None


# ---------------------------------------------------------------- what is found of a plan

MONTH = parse("2026-09-30T22:00:00Z"), parse("2026-10-31T23:00:00Z")
CHANGED = parse("2026-10-15T22:00:00Z")
"""The first instant of 16 October in Brussels."""


def test_a_part_ends_with_the_line_the_contract_or_the_period() -> None:
    agreed = _two_versions(SERVICE, SERVICE.replace("0.80", "0.90"))
    before, after = assignments(agreed, "acme", {}, *MONTH)
    assert (before.line, before.since, before.until) == ("waste", MONTH[0], CHANGED)
    assert (after.line, after.since, after.until) == ("waste", CHANGED, MONTH[1])
    (only_after,) = assignments(agreed, "acme", {}, CHANGED, MONTH[1])
    assert only_after == after


def test_the_same_contract_in_another_version_of_the_line_is_one_part() -> None:
    lines = HANDED_OVER.replace('"next"', '"acme"')
    (part,) = assignments(plan(SERVICE, lines), "acme", {}, *MONTH)
    assert (part.since, part.until) == MONTH


def test_a_line_that_the_plan_does_not_know_counts_where_visits_were_booked_on_it() -> None:
    lines = HANDED_OVER[: HANDED_OVER.rindex("[[line]]")]
    agreed = plan(SERVICE, lines)
    (known,) = assignments(agreed, "acme", {}, *MONTH)
    assert known.until == CHANGED
    cells = {"waste": [(CHANGED + HOUR, Tally.of(answered=1))]}
    (later,) = assignments(agreed, "acme", cells, *MONTH)
    assert (later.since, later.until) == MONTH, "by the terms that are nearest"


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (*MONTH, ["until", "since"]),
        (MONTH[0], CHANGED, ["until"]),
        (CHANGED, MONTH[1], ["since"]),
    ],
)
def test_the_versions_of_contracts_are_those_of_the_time(
    since: int, until: int, found: list[str]
) -> None:
    agreed = _two_versions(SERVICE, SERVICE.replace("0.80", "0.90"))
    known = versions(agreed, assignments(agreed, "acme", {}, since, until))
    assert [lines for _, lines in known] == [("waste",)] * len(found)
    assert [
        "until" if version.until == CHANGED else "since" if version.since == CHANGED else ""
        for version, _ in known
    ] == found


def test_lines_under_one_contract_are_named_together_and_other_contracts_are_not() -> None:
    other = (
        '[[contract]]\nid = "other"\n[[line]]\nid = "desk"\nvendor = "next"\ncontract = "other"\n'
    )
    agreed = plan(SERVICE, TWO_LINES + other)
    ((version, lines),) = versions(agreed, assignments(agreed, "acme", {}, *MONTH))
    assert (version.entry.id, lines) == ("paid", ("migration", "waste"))


def test_a_contract_that_the_plan_does_not_have_has_no_dates() -> None:
    agreed = Plan.read('[[line]]\nid = "waste"')
    ((version, lines),) = versions(agreed, assignments(agreed, "city", {}, *MONTH))
    assert (version.since, version.until, lines) == (None, None, ("waste",))


def test_quarter_hours_of_lines_are_in_the_order_of_time_without_the_empty_ones() -> None:
    one, two = Tally.of(answered=1), Tally.of(answered=2)
    first, last = MONTH[0], MONTH[1] - INTERVAL
    intervals = {
        ("line:waste", last): two,
        ("line:waste", first): one,
        ("line:waste", first - INTERVAL): one,
        ("line:waste", MONTH[1]): one,
        ("line:desk", first): Tally(),
        ("vendor:acme", first): one,
    }
    cells = of_lines(intervals, *MONTH)
    assert cells == {"waste": [(first, one), (last, two)]}
    assert within(cells["waste"], first, last) == [(first, one)]
    assert within(cells["waste"], first + 1, last + 1) == [(last, two)]


def test_a_rule_is_all_that_decides_a_measure() -> None:
    agreed = plan(SERVICE).contract("paid", MONTH[0])
    (measure,) = measures(agreed)
    assert rule(agreed, measure) == rule(replace(agreed, target=0.1, false_pages=9.0), measure)
    for changed in (
        {"inclusive": False},
        {"short_limit": 1},
        {"short_counts": False},
        {"clock": "choice"},
        {"reach_limit": 1},
        {"callbacks_not_reached": True},
        {"lost_after": 1},
        {"currency": "SEK"},
    ):
        assert rule(agreed, measure) != rule(replace(agreed, **changed), measure)


def test_an_instant_between_two_quarter_hours_is_aligned() -> None:
    assert not unaligned(CHANGED)
    assert unaligned(CHANGED + 7 * MINUTE)
