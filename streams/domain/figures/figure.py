"""What a figure is: declared once, with all that any page says of it.

A ratio with nothing under the line is None: no data is no number, never 0 and never 100 %.
Ratios are fractions of one, durations are seconds.
"""

from collections.abc import Callable, Mapping
from inspect import cleandoc
from typing import Final, Literal, NamedTuple, Protocol

from streams.domain.figures.measure import Measured
from streams.domain.histogram import Histogram
from streams.domain.instants import SECOND

Unit = Literal["ratio", "seconds"]
Better = Literal["higher", "lower", "neither"]
Scope = Literal["line", "vendor", "city"]
Window = Literal["5m", "15m", "30m", "60m", "today", "all"]
"""What a tally is summed over: the names of ``domain.windows``."""

FIRST: Final = 0
USUAL_RANK: Final = 1
LEFT_OUT: Final = 2
LAST: Final = 3
"""Ranks: what is asked for first, what comes behind it, what figures leave out and whether it was
kept, and what is looked at by itself, behind all counts."""

LAST_PLACE: Final = 1_000
"""Behind the places of all figures that have one."""

EVERYWHERE: Final[tuple[Scope, ...]] = ("line", "vendor", "city")


class Counts(Protocol):
    """What a figure is made of: a tally.

    Attributes:
        longest: the longest ended wait in us; -1 if there is none.
    """

    longest: int

    @property
    def histogram(self) -> Histogram:
        """Answered visits per wait bucket, in seconds."""
        ...

    @property
    def whole_histogram(self) -> Histogram:
        """Contacts per bucket of their whole wait, in seconds."""
        ...

    def __getitem__(self, name: str) -> int: ...


Value = Callable[[Counts], float | None]


class Variant(NamedTuple):
    """One of several values that a figure has.

    Attributes:
        key: of it, in JSON.
        label: what the metric's label says; None: it is no series.
        formula: how it is computed.
        value: of a tally.
    """

    key: str
    label: str | None
    formula: str
    value: Value


class Parts(NamedTuple):
    """Counts that are published beside a figure, for who adds up before dividing.

    Attributes:
        metric: without the prefix of its scope.
        help: of the metric.
        counts: the count of each value of its label ``part``.
        windows: of a part, those over which anything of ours reads it of a line.
    """

    metric: str
    help: str
    counts: Mapping[str, str]
    windows: Mapping[str, tuple[Window, ...]] = {}


class Wall(NamedTuple):
    """Where the live page shows a figure: of the last half hour and of today, or of today alone.

    Attributes:
        place: smaller ones come first.
        heading: in the demo's table.
        of: the count that it rests on, of the last half hour, beside the target that every contract
            has for it; empty: it is shown of today alone.
        left_out: the share that a contract's switches leave out of it, shown where there is any.
        scopes: those that show it.
    """

    place: int
    heading: str
    of: str = ""
    left_out: Value | None = None
    scopes: tuple[Scope, ...] = ("line", "city")


class Figure(NamedTuple):
    """A figure that people read.

    Attributes:
        name: its place in JSON, and what a plan's measure calls it.
        title: what people call it.
        formula: numerator and denominator, or how it is computed, in counts of visits or contacts.
        unit: a fraction of one, or seconds.
        better: in which direction.
        value: of a tally; its docstring is the definition, with a worked example.
        source: where the definition comes from.
        scopes: which scopes have it.
        variants: where it has several values; then none of its own.
        label: of the metric, by which variants are told apart.
        metric: without the prefix of its scope; empty: it is in JSON and in tables only.
        help: of the metric; without it, the formula.
        windows: those over which anything of ours reads the metric of a line. No other is exported
            of a line or a vendor, unless a setting asks for all; of the city, all are.
        parts: counts that are published beside it.
        column: its heading in replay's table; empty: it has none.
        wall: where the live page shows it; None: nowhere.
        place: by which figures stand in JSON; one that has none of its own stands behind those that
            have, with its chapter.
        rank: what is asked for first has a lower one: the order of metrics, of columns
            and of lists for people.
        measure: how a contract counts it; None: no contract may use it as a measure.
    """

    name: str
    title: str
    formula: str
    unit: Unit
    better: Better
    value: Callable[..., float | None]
    source: str
    scopes: tuple[Scope, ...] = EVERYWHERE
    variants: tuple[Variant, ...] = ()
    label: str = ""
    metric: str = ""
    help: str = ""
    windows: tuple[Window, ...] = ("today",)
    parts: Parts | None = None
    column: str = ""
    wall: Wall | None = None
    place: int = LAST_PLACE
    rank: int = USUAL_RANK
    measure: Measured | None = None

    @property
    def called(self) -> str:
        """What plans and catalogues call it: its name, unless JSON has a count of that name."""
        return self.measure.name if self.measure and self.measure.name else self.name

    @property
    def definition(self) -> str:
        """What it means, in sentences."""
        return self._said()[0].strip()

    @property
    def example(self) -> str:
        """Its worked example, as it is typed and answered."""
        return "".join(self._said()[1:]).strip() + "\n"

    def _said(self) -> tuple[str, str, str]:
        return cleandoc(self.value.__doc__ or "").partition(">>>")

    def shown(self, tally: Counts) -> float | dict[str, float] | None:
        """Its value, or those of its variants that are defined; None where there is none."""
        if not self.variants:
            return self.value(tally)
        found = {each.key: each.value(tally) for each in self.variants}
        return {key: value for key, value in found.items() if value is not None} or None


def ratio(part: int, whole: int) -> float | None:
    """``part / whole``; None where there is nothing under the line."""
    return part / whole if whole > 0 else None


def seconds(total: int, count: int) -> float | None:
    """The mean of so many us, in seconds; None where there is nothing under the line."""
    return total / count / SECOND if count else None
