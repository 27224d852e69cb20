"""What a measure has above and below its line, counted from a tally.

Which way is better and what is counted is the figure's declaration (``figures``); here is what all
measures have alike. Whole numbers, or fractions where an exclusion leaves out a part.
"""

from collections.abc import Collection
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Final

from streams.domain.counts import FURTHER
from streams.domain.figures import measured, measures
from streams.domain.figures.measure import Count, Judgement, Number
from streams.domain.figures.service_level import FORMULAS
from streams.domain.instants import SECOND
from streams.domain.plan.model import CAUSES, Contract, Measure
from streams.domain.tally import Tally

NOTHING: Final = Count()


def lower_is_better(figure: str) -> bool:
    """Whether a target of this figure is a most instead of a least."""
    return measures()[figure].better == "lower"


def in_seconds(figure: str) -> bool:
    """Whether the figure is a mean duration instead of a share."""
    return measures()[figure].unit == "seconds"


def of_queued(figure: str) -> bool:
    """Whether a figure is of visits that were queue-offered, and so of nothing where queue events
    are missing."""
    return measured(figure).of_queued


@cache
def counts_of(figure: str) -> frozenset[str]:
    """The counts that a measure of this figure rests on, whatever its contract says."""
    reads = _Reads()
    for formula, further, short, causes in product(FORMULAS, ("", *FURTHER), (True, False), _ALL):
        level = f"_{further}" if further else ""
        measured(figure).adds(reads, Judgement(formula, level, short, causes))
    return frozenset(reads.names)


_ALL: Final = ((), CAUSES)


class _Reads:
    """A tally without anything, which remembers what it is asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> int:
        self.names.add(name)
        return 0


def value(count: Count, figure: str) -> Fraction | None:
    """The figure: a ratio, or seconds; None where nothing is under the line."""
    if not count.whole:
        return None
    return Fraction(count.part) / count.whole / (SECOND if in_seconds(figure) else 1)


def misses(count: Count, figure: str) -> Number | None:
    """How many count against the vendor; None of a mean duration."""
    if in_seconds(figure):
        return None
    return count.part if lower_is_better(figure) else count.whole - count.part


def distance(value: Fraction, target: Decimal, figure: str) -> Fraction:
    """Points by which the target is missed, below 0 those by which it is exceeded: percentage
    points, or seconds.

    >>> distance(Fraction(885, 1000), Decimal("0.90"), "service_level")
    Fraction(3, 2)
    """
    short = Fraction(target) - value
    if lower_is_better(figure):
        short = -short
    return short if in_seconds(figure) else short * 100


def count(tally: Tally, contract: Contract, measure: Measure, causes: Collection[str]) -> Count:
    """What one tally adds to a measure, visits with one of these causes left out."""
    level = ""
    if measure.threshold != contract.threshold:
        level = f"_{2 + contract.further.index(measure.threshold)}"
    how = Judgement(measure.formula, level, contract.short_counts, causes)
    return measured(measure.figure).adds(tally, how)
