"""Who answered which line under which contract: hand-overs and versions part a period."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from streams.domain.instants import parse
from streams.domain.plan import Plan
from streams.domain.statement.counting import Count
from streams.domain.statement.periods import midnight
from tests.statements import SERVICE, Booked, only, plan

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
