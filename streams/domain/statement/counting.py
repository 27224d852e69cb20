"""What a measure has above and below its line, counted from a tally.

Whole numbers, or fractions where an exclusion leaves out a part; never floats, so that a figure
that meets its target exactly, meets it.
"""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from streams.domain.counts import COUNTED_CAUSES
from streams.domain.disposition import ABANDONED, ANSWERED, CALLBACK, SHORT_ABANDONED
from streams.domain.instants import SECOND
from streams.domain.plan.model import Contract, Measure
from streams.domain.statement.assignments import ABANDONMENT, ASA, REACHABILITY
from streams.domain.tally import Tally

OUT_OF_HOURS: Final = "out_of_hours"

Number = int | Fraction


class Count(NamedTuple):
    """What stands above the line and below it; of the average speed of answer, us and answers."""

    part: Number = 0
    whole: Number = 0

    def plus(self, other: "Count") -> "Count":
        return Count(self.part + other.part, self.whole + other.whole)

    def minus(self, other: "Count") -> "Count":
        return Count(self.part - other.part, self.whole - other.whole)

    def times(self, share: Number) -> "Count":
        return self if share == 1 else Count(self.part * share, self.whole * share)


NOTHING: Final = Count()


def lower_is_better(figure: str) -> bool:
    """Whether a target of this figure is a most instead of a least."""
    return figure in (ABANDONMENT, ASA)


def of_queued(figure: str) -> bool:
    """Whether a figure is of visits that were queue-offered, and so of nothing where queue events
    are missing; reachability is of every visit."""
    return figure != REACHABILITY


def value(count: Count, figure: str) -> Fraction | None:
    """The figure: a ratio, or seconds; None where nothing is under the line."""
    if not count.whole:
        return None
    return Fraction(count.part) / count.whole / (SECOND if figure == ASA else 1)


def misses(count: Count, figure: str) -> Number | None:
    """How many count against the vendor; None of the average speed of answer."""
    if figure == ASA:
        return None
    return count.part if figure == ABANDONMENT else count.whole - count.part


def distance(measured: Fraction, target: Decimal, figure: str) -> Fraction:
    """Points by which the target is missed, below 0 those by which it is exceeded: percentage
    points, or seconds.

    >>> distance(Fraction(885, 1000), Decimal("0.90"), "service_level")
    Fraction(3, 2)
    """
    short = Fraction(target) - measured
    if lower_is_better(figure):
        short = -short
    return short if figure == ASA else short * 100


def count(tally: Tally, contract: Contract, measure: Measure, causes: Collection[str]) -> Count:
    """What one tally adds to a measure, visits with one of these causes left out."""
    figure = measure.figure
    if figure == REACHABILITY:
        left_out = sum(tally[f"reach_{cause}"] for cause in COUNTED_CAUSES if cause in causes)
        return Count(tally["reach_reached"], tally["reach_judged"] - left_out)
    if figure == ABANDONMENT:
        return _abandonment(tally, contract, causes)
    if figure == ASA:
        if OUT_OF_HOURS in causes:
            return Count(
                tally["wait_sum"] - tally["out_wait_sum"],
                tally[ANSWERED] - tally["out_answered"],
            )
        return Count(tally["wait_sum"], tally[ANSWERED])
    return _service_level(tally, contract, measure, causes)


def _service_level(
    tally: Tally, contract: Contract, measure: Measure, causes: Collection[str]
) -> Count:
    level = ""
    if measure.threshold != contract.threshold:
        level = f"_{2 + contract.further.index(measure.threshold)}"
    offered = tally[f"service_offered{level}"]
    for cause in COUNTED_CAUSES:
        if cause in causes:
            offered -= tally[f"service_{cause}"]
    if CALLBACK in causes:
        # A callback is under the line when it was accepted after the threshold. Those between two
        # thresholds are all that tells what is under the one from what is under the other.
        offered -= tally[f"service_offered{level}"] - tally["service_offered"]
    within = tally[f"answered_within{level}"]
    abandoned = tally[f"abandoned_within{level}"]
    formula = measure.formula
    if formula == "abandons_ignored":
        return Count(within, offered - abandoned)
    if formula == "abandons_positive":
        return Count(within + abandoned, offered)
    if formula == "answered_only":
        return Count(within, tally["service_answered"])
    return Count(within, offered)


def _abandonment(tally: Tally, contract: Contract, causes: Collection[str]) -> Count:
    """Abandoned / queue-offered; short abandons in both, or in neither by the contract."""
    part, whole = tally[ABANDONED], tally["queue_offered"]
    for cause in COUNTED_CAUSES:
        if cause in causes:
            whole -= tally[f"queue_{cause}"]
    short = tally[SHORT_ABANDONED]
    if OUT_OF_HOURS in causes:
        part -= tally["out_abandoned"]
        short -= tally["out_short_abandoned"]
        whole -= tally["out_queue_offered"]
        # Of a cause out of hours, taken away twice. In hours all of the queue-offered are in the
        # service level's count of the cause, but callbacks, which have one of their own.
        for cause in COUNTED_CAUSES:
            if cause in causes:
                in_hours = tally[f"service_{cause}"]
                if cause == CALLBACK:
                    in_hours = tally["queue_callback"] - tally["out_callback"]
                whole += tally[f"queue_{cause}"] - in_hours
    return Count(part + short, whole) if contract.short_counts else Count(part, whole - short)
