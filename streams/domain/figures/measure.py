"""What a contract needs to know of a figure that it pays by.

Whole numbers, or fractions where an exclusion leaves out a part; never floats, so that a figure
that meets its target exactly, meets it.
"""

from collections.abc import Callable, Collection
from fractions import Fraction
from typing import Final, NamedTuple, Protocol

OUT_OF_HOURS: Final = "out_of_hours"
"""The cause by which a contract leaves out what happens out of hours."""

Number = int | Fraction


class Count(NamedTuple):
    """What stands above the line and below it; of a mean duration, us and how many."""

    part: Number = 0
    whole: Number = 0

    def plus(self, other: "Count") -> "Count":
        return Count(self.part + other.part, self.whole + other.whole)

    def minus(self, other: "Count") -> "Count":
        return Count(self.part - other.part, self.whole - other.whole)

    def times(self, share: Number) -> "Count":
        return self if share == 1 else Count(self.part * share, self.whole * share)


class Judgement(NamedTuple):
    """How a contract wants a figure counted.

    Attributes:
        formula: of the service level.
        level: what the names of counts end with at the measure's threshold; empty at the
            contract's own.
        short_counts: whether a short abandon counts.
        causes: visits with one of these are left out.
    """

    formula: str
    level: str
    short_counts: bool
    causes: Collection[str]


class Counted(Protocol):
    """A tally, by the names of its counts."""

    def __getitem__(self, name: str) -> int: ...


class Judged(NamedTuple):
    """What is known of one visit when it is asked how it counts.

    Attributes:
        disposition: how it ended; ``open`` if it has not.
        in_hours: it began in opening hours.
        queued: it was offered to the queue.
        within: whether it ended within the measure's threshold; None: the service level is not,
            or not yet, of it.
        reached: whether somebody was reached; None: reachability is not, or not yet, of it.
        short_counts: whether a short abandon counts.
        formula: of the service level.
    """

    disposition: str
    in_hours: bool
    queued: bool
    within: bool | None
    reached: bool | None
    short_counts: bool
    formula: str


HIT: Final = "hit"
MISS: Final = "miss"
OUTSIDE: Final = "outside"
UNDECIDED: Final = "undecided"

Verdict = tuple[str, str]
"""``hit``, ``miss``, ``outside`` or ``undecided``, and a word for the rule that decided it."""


class Measured(NamedTuple):
    """How a contract counts a figure. Where more is better, a hit is above the line and all are
    below it; where less is, a miss is above it; of a duration, each hit adds its wait.

    Attributes:
        adds: what one tally adds.
        verdict: how one visit counts.
        of_queued: it is of visits that were queue-offered, and so of nothing where queue events
            are missing.
    """

    adds: Callable[[Counted, Judgement], Count]
    verdict: Callable[[Judged], Verdict]
    of_queued: bool = True
