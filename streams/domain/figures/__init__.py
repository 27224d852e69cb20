"""The figures that people read: each is declared once, in the chapter that it belongs to.

Everything that shows a figure derives from ``DECLARED``: replay's JSON, table and CSV, metrics,
schemas, the table of figures in the README, and what a contract may measure.
"""

from functools import cache
from operator import attrgetter
from typing import Any, Final

from streams.domain.counts import SHOWN, SHOWN_OF_CITY, SHOWN_OF_WHOLE
from streams.domain.figures import (
    abandonment,
    durations,
    people,
    reachability,
    resolution,
    service_level,
    waits,
    whole,
)
from streams.domain.figures.declaring import checked
from streams.domain.figures.figure import Counts, Figure, Scope, Wall
from streams.domain.figures.measure import Measured

_CHAPTERS: Final = (
    service_level,
    reachability,
    abandonment,
    waits,
    durations,
    resolution,
    whole,
    people,
)

DECLARED: Final[tuple[Figure, ...]] = checked(
    sorted(
        (
            each
            for chapter in _CHAPTERS
            for each in vars(chapter).values()
            if isinstance(each, Figure)
        ),
        key=attrgetter("place"),
    )
)
"""Every figure, in the order of replay's JSON."""


@cache
def of_scope(scope: Scope) -> tuple[Figure, ...]:
    """The figures that a line, a vendor or the city has."""
    return tuple(figure for figure in DECLARED if scope in figure.scopes)


def on_the_wall(scope: Scope) -> list[tuple[Figure, Wall]]:
    """The figures that the live page shows of a scope, in their order there."""
    shown = [(each, each.wall) for each in of_scope(scope) if each.wall is not None]
    found = [(figure, wall) for figure, wall in shown if scope in wall.scopes]
    return sorted(found, key=lambda each: each[1].place)


def by_rank() -> list[Figure]:
    """Every figure, what is asked for first before the others."""
    return sorted(DECLARED, key=lambda figure: figure.rank)


@cache
def measures() -> dict[str, Figure]:
    """The figures that a contract may use as a measure, by the name that a plan has for each."""
    return {figure.called: figure for figure in by_rank() if figure.measure is not None}


def measured(name: str) -> Measured:
    """How a contract counts a figure.

    Raises:
        ValueError: no measure has this name.
    """
    figure = measures().get(name)
    if figure is None or figure.measure is None:
        raise ValueError(f"no measure is called {name!r}")
    return figure.measure


def counts_of(scope: Scope) -> tuple[str, ...]:
    """The counts that replay shows of a scope, in their order."""
    of_city = SHOWN_OF_CITY if scope == "city" else ()
    of_whole = SHOWN_OF_WHOLE if scope in whole.OF_WHOLE else ()
    return tuple(dict.fromkeys((*SHOWN, *of_city, *of_whole)))


def figures(tally: Counts, scope: Scope = "line") -> dict[str, Any]:
    """All figures of a tally by their names: every count, and each ratio that is defined; where
    contacts are counted as a whole, how many came to each outcome."""
    shown: dict[str, Any] = {name: tally[name] for name in counts_of(scope)}
    if scope in whole.OF_WHOLE:
        shown["outcomes"] = {
            outcome: tally[count] for outcome, count in whole.OUTCOME_COUNTS.items()
        }
    for figure in of_scope(scope):
        value = figure.shown(tally)
        if value is not None:
            shown[figure.name] = value
    return shown
