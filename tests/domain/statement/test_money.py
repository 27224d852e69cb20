"""What a vendor owes, to the cent."""

from decimal import Decimal
from fractions import Fraction

import pytest

from streams.domain.figures.measure import Count
from streams.domain.plan.model import Adjustment, Step
from streams.domain.statement.counting import distance, value
from streams.domain.statement.money import charge, rounded

PER_POINT_OR_FRACTION = Adjustment(per_point=Decimal(2000))
WHOLE = Fraction(1)


@pytest.mark.parametrize(
    ("answered", "offered", "amount"),
    [
        (900, 1000, "0.00"),  # 90.0 exactly: met, not one dollar
        (899_999, 1_000_000, "2000.00"),  # the smallest fraction is a point
        (890, 1000, "2000.00"),  # one point exactly is one point
        (889, 1000, "4000.00"),
        (885, 1000, "4000.00"),
        (0, 1000, "180000.00"),
        (2, 3, "48000.00"),  # 23.33 points: 24 begun
    ],
)
def test_two_thousand_dollars_per_point_or_fraction_below_ninety(
    answered: int, offered: int, amount: str
) -> None:
    """A published contract: $2,000 per percentage point or fraction below 90.0."""
    measured = value(Count(answered, offered), "service_level")
    assert measured is not None
    missed = distance(measured, Decimal("0.90"), "service_level")
    assert missed >= 0
    found = charge(PER_POINT_OR_FRACTION, missed, WHOLE, "USD")
    assert str(found.amount) == amount


def test_a_tenth_of_a_point_is_not_lost_to_floats() -> None:
    """0.9 - 0.8 is 0.09999999999999998 in floats, and would be 10 points begun or 9 whole."""
    missed = distance(Fraction(8, 10), Decimal("0.9"), "service_level")
    for counting in ("started", "whole", "proportional"):
        of = Adjustment(per_point=Decimal("100.10"), counting=counting)
        assert charge(of, missed, WHOLE, "EUR").amount == Decimal("1001.00")


def test_parts_of_a_point_by_the_contracts_word() -> None:
    missed = Fraction("2.6")
    amounts = {
        counting: charge(Adjustment(Decimal(100), counting), missed, WHOLE, "EUR").amount
        for counting in ("started", "whole", "proportional")
    }
    assert amounts == {
        "started": Decimal(300),
        "whole": Decimal(200),
        "proportional": Decimal(260),
    }


def test_steps_the_furthest_that_is_reached_applies() -> None:
    """5 % abandonment exceeded costs 1,000; from 8 % on, 4,000."""
    steps = Adjustment(steps=(Step(Decimal(0), Decimal(1000)), Step(Decimal(3), Decimal(4000))))
    for abandoned, amount in ((501, 1000), (799, 1000), (800, 4000), (2000, 4000)):
        measured = Fraction(abandoned, 10_000)
        missed = distance(measured, Decimal("0.05"), "abandonment")
        assert charge(steps, missed, WHOLE, "EUR").amount == amount


def test_a_cap_bounds_the_amount_and_says_so() -> None:
    capped = charge(Adjustment(Decimal(750), cap=Decimal(6000)), Fraction(20), WHOLE, "EUR")
    assert (capped.amount, capped.capped) == (Decimal(6000), True)
    below = charge(Adjustment(Decimal(750), cap=Decimal(6000)), Fraction(8), WHOLE, "EUR")
    assert (below.amount, below.capped) == (Decimal(6000), False)


def test_half_a_period_costs_half_and_is_rounded_once() -> None:
    half = charge(Adjustment(Decimal("33.33")), Fraction(1), Fraction(1, 2), "EUR")
    assert half.amount == Decimal("16.67")
    assert half.whole == Fraction("33.33")


def test_the_average_speed_of_answer_is_charged_by_the_second() -> None:
    """Target 30 s, 34.4 s: five seconds begun."""
    missed = distance(Fraction("34.4"), Decimal(30), "average_speed_of_answer")
    assert charge(Adjustment(Decimal(10)), missed, WHOLE, "EUR").amount == Decimal(50)


def test_a_percentage_of_the_fee_keeps_more_than_cents() -> None:
    part = Adjustment(Decimal("0.125"), counting="proportional", unit="percent_of_fee")
    found = charge(part, Fraction("0.3"), WHOLE, "EUR")
    assert (found.amount, found.unit) == (Decimal("0.0375"), "percent_of_fee")


@pytest.mark.parametrize(
    ("exact", "shown"), [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("7", "7.00")]
)
def test_halves_of_a_cent_go_up(exact: str, shown: str) -> None:
    assert str(rounded(Fraction(exact))) == shown
