"""What a contract needs to know of a figure that it pays by.

Whole numbers, or fractions where an exclusion leaves out a part; never floats, so that a figure
that meets its target exactly, meets it.
"""

from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from operator import attrgetter
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


class Seen(Protocol):
    """A visit (``outcome.Visit``), as far as figures ask; every attribute is read only."""

    @property
    def disposition(self) -> str: ...
    @property
    def in_hours(self) -> bool: ...
    @property
    def entered(self) -> int | None: ...
    @property
    def in_time(self) -> bool | None: ...
    @property
    def reached(self) -> bool | None: ...
    @property
    def by_transfer(self) -> bool: ...
    @property
    def transferred_to(self) -> int: ...
    @property
    def cut_off(self) -> bool: ...
    @property
    def wait(self) -> int | None: ...
    @property
    def menu(self) -> int | None: ...
    @property
    def way(self) -> int | None: ...
    @property
    def talk(self) -> int | None: ...


class OfContact(NamedTuple):
    """What is known of a visit's contact.

    Attributes:
        first: the visit is its first at this line, where the line has the contact booked.
        answered: it was answered at this line.
        transferred: it was passed on, from whatever line.
    """

    first: bool
    answered: bool
    transferred: bool


class Judged(NamedTuple):
    """What is known of one visit when it is asked how it counts.

    Attributes:
        visit: itself.
        tier: of its line.
        contact: whose it is.
        within: whether it ended within the measure's threshold; None: the service level is not,
            or not yet, of it.
        left_within: it left the queue within the threshold, neither answered nor hung up.
        short_counts: whether a short abandon counts.
        formula: of the service level.
        kept: of a callback, whether it was kept in time; None while it still can be, and where
            nobody can tell.
    """

    visit: Seen
    tier: int
    contact: OfContact
    within: bool | None
    left_within: bool
    short_counts: bool
    formula: str
    kept: bool | None

    @property
    def disposition(self) -> str:
        """How it ended; ``open`` if it has not."""
        return self.visit.disposition

    @property
    def in_hours(self) -> bool:
        """It began in opening hours."""
        return self.visit.in_hours

    @property
    def queued(self) -> bool:
        """It was offered to the queue."""
        return self.visit.entered is not None

    @property
    def reached(self) -> bool | None:
        """Whether somebody was reached; None: reachability is not, or not yet, of it."""
        return self.visit.reached


HIT: Final = "hit"
MISS: Final = "miss"
OUTSIDE: Final = "outside"
UNDECIDED: Final = "undecided"

Verdict = tuple[str, str]
"""``hit``, ``miss``, ``outside`` or ``undecided``, and a word for the rule that decided it."""


class Amount(NamedTuple):
    """Which duration of a visit a mean is of.

    Attributes:
        name: of it.
        words: how a visit counts that adds it.
        of: how much a visit adds, in us; None where it has none.
    """

    name: str
    words: str
    of: Callable[[Seen], int | None]


WAIT: Final = Amount("wait", "counts with its wait", attrgetter("wait"))


class Measured(NamedTuple):
    """How a contract counts a figure. Where more is better, a hit is above the line and all are
    below it; where less is, a miss is above it; of a mean duration, a hit adds its amount.

    Attributes:
        adds: what one tally adds.
        verdict: how one visit counts.
        amount: of a mean duration, that which a hit adds; None of a share.
        of_queued: it is of visits that were queue-offered, and so of nothing where queue events
            are missing.
        of_contacts: it is of contacts, each at its first visit to the line, whose own disposition
            leaves nothing out.
        causes: those by which a contract may leave something out of it; None: any.
        keys: what a measure of the plan may say of it besides: ``formula``, ``threshold``.
        rules: of the contract's rules those that decide it (``judged`` shows them).
        name: what a plan calls it; empty: as the figure.
        definition: in words, for statements, with the fields of its rules; empty: the formula.
        sentences: what statements say to define it, by the paths of these texts; empty: the
            definition alone. Fields of a path are filled in from the rules.
        why: the words that its verdicts have for their rules, and what people read for each.
    """

    adds: Callable[[Counted, Judgement], Count]
    verdict: Callable[[Judged], Verdict]
    amount: Amount | None = None
    of_queued: bool = True
    of_contacts: bool = False
    causes: Collection[str] | None = None
    keys: Collection[str] = ()
    rules: Collection[str] = ()
    name: str = ""
    definition: str = ""
    sentences: tuple[str, ...] = ()
    why: Mapping[str, str] = {}
