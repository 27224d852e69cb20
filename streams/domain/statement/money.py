"""What a distance to the target costs or earns, to the cent.

Amounts are exact until they are rounded once, at the end. A rule that was valid in part of a period
only, after a hand-over or with a new contract, counts for its share of the period's time: the plan
says what a full period costs.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Final

from streams.domain.plan.model import Adjustment

_CENT: Final = Decimal("0.01")
_OF_A_PERCENT: Final = Decimal("0.0001")
"""Of a fee; of a million, a euro."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A malus or a bonus.

    Attributes:
        distance: points from the target, 0 or more.
        counted: points that are charged, None where steps apply.
        whole: the amount of a whole period, after the cap.
        capped: whether the cap lowered it.
        share: of the period, for which it counts.
        amount: what is due, rounded.
        unit: ``money`` or ``percent_of_fee``.
        currency: of the contract.
    """

    distance: Fraction
    counted: Fraction | None
    whole: Fraction
    capped: bool
    share: Fraction
    amount: Decimal
    unit: str
    currency: str


def charge(adjustment: Adjustment, distance: Fraction, share: Fraction, currency: str) -> Charge:
    """What a distance to the target comes to.

    >>> malus = Adjustment(per_point=Decimal(2000))
    >>> charge(malus, Fraction("1.2"), Fraction(1), "USD").amount
    Decimal('4000.00')
    """
    counted: Fraction | None = None
    if adjustment.steps:
        reached = [step.amount for step in adjustment.steps if Fraction(step.points) <= distance]
        whole = Fraction(reached[-1]) if reached else Fraction(0)
    else:
        if adjustment.counting == "started":
            counted = Fraction(ceil(distance))
        elif adjustment.counting == "whole":
            counted = Fraction(floor(distance))
        else:
            counted = distance
        whole = counted * Fraction(adjustment.per_point)
    capped = adjustment.cap is not None and whole > Fraction(adjustment.cap)
    if capped:
        assert adjustment.cap is not None
        whole = Fraction(adjustment.cap)
    grain = _CENT if adjustment.unit == "money" else _OF_A_PERCENT
    amount = rounded(whole * share, grain)
    return Charge(distance, counted, whole, capped, share, amount, adjustment.unit, currency)


def rounded(exact: Fraction, grain: Decimal = _CENT) -> Decimal:
    """To the nearest grain, halves up.

    >>> rounded(Fraction(1, 8))
    Decimal('0.13')
    """
    units = floor(exact / Fraction(grain) + Fraction(1, 2))
    return (units * grain).quantize(grain, ROUND_HALF_UP)
