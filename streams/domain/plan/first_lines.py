"""When any first line is open: what a caller who came to none of them is judged by.

Asked of every contact that ends in the menu. With a thousand lines it took a quarter of a
millisecond each time to ask them one after another, so it is found once for a day.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Final

from streams.domain.instants import DAY
from streams.domain.plan.model import Terms

FIRST_LINE_DAYS_KEPT: Final = 4_000
"""Days that are kept ready: ten years, in less than a megabyte. A cache that has grown to this is
emptied."""

DayOfTerms = tuple[list[int], list[Terms | None]]
"""The instants of a UTC day at which a line's terms change; the terms before, between and after."""


class FirstLines:
    """The first lines of a plan, together.

    Args:
        lines: gives every line of the plan.
        day_of: gives a line's terms on a day.
    """

    def __init__(
        self, lines: Callable[[], Iterable[str]], day_of: Callable[[str, int], DayOfTerms]
    ) -> None:
        self._lines = lines
        self._day_of = day_of
        self._days: dict[int, tuple[list[int], list[bool]]] = {}

    def open_at(self, at: int) -> bool:
        """Whether one of them is open at the instant; where there is none, nothing is closed."""
        day = at // DAY
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= FIRST_LINE_DAYS_KEPT:
                self._days.clear()
            found = self._days[day] = self._find(day)
        edges, is_open = found
        return is_open[bisect_right(edges, at)]

    def _find(self, day: int) -> tuple[list[int], list[bool]]:
        days = [self._day_of(line, day) for line in self._lines()]
        edges = sorted({edge for changes, _ in days for edge in changes})
        return edges, [_any_open(days, at) for at in (day * DAY, *edges)]


def _any_open(days: list[DayOfTerms], at: int) -> bool:
    valid = (terms[bisect_right(edges, at)] for edges, terms in days)
    first = [terms.open for terms in valid if terms is not None and terms.tier == 1]
    return any(first) or not first
