"""The durations that visits add to the books: each sum is declared once, in a line of ``SUMS``.

Both ways of booking follow from it: visit by visit (``entries``), and gathered (``gathered``).
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Final, NamedTuple

from streams.domain.counts import INDEX, ONE
from streams.domain.disposition import ABANDONED, ANSWERED, SHORT_ABANDONED
from streams.domain.outcome import Visit

Duration = Callable[[Visit], int | None]
"""One of a visit's durations, in us; None where it has none. What is below 0 counts as none."""


HUNG_UP: Final = (ABANDONED, SHORT_ABANDONED)


class Sum(NamedTuple):
    """A count of microseconds, and the visits that it is of.

    Attributes:
        name: of the count. Its ``out_`` twin, where there is one, has those of visits
            out of hours besides.
        duration: what a visit adds to it.
        of: whether a visit adds to it. Asked once for all visits of a pattern: what it asks is in
            the pattern's key (``entries.amounts``).
    """

    name: str
    duration: Duration
    of: Callable[[Visit], bool]


def chosen(visit: Visit) -> bool:
    """Those that a choice in the menu began; a choice before the start is counted apart."""
    return visit.menu is not None and visit.menu >= 0


def talked(visit: Visit) -> bool:
    """Those that were answered, and are over."""
    return visit.talk is not None


def answered_in_queue(visit: Visit) -> bool:
    """Those whose wait is told: a visit can be answered without having queued."""
    return visit.disposition is ANSWERED and visit.entered is not None


def hung_up_in_queue(visit: Visit) -> bool:
    """Those who hung up, of the visits that the service level is of."""
    return visit.disposition in HUNG_UP and visit.within is not None


_WAIT: Final = attrgetter("wait")

SUMS: Final = (
    Sum("wait_sum", _WAIT, answered_in_queue),
    Sum("abandon_wait_sum", _WAIT, hung_up_in_queue),
    Sum("menu_sum", attrgetter("menu"), chosen),
    Sum("talk_sum", attrgetter("talk"), talked),
)
"""Every sum of visits."""


def added(visit: Visit) -> tuple[tuple[Duration, int], ...]:
    """The durations that visits like this one add, and what a microsecond of each counts."""
    found: dict[Duration, int] = {}
    for each in SUMS:
        if each.of(visit):
            counted = ONE[each.name]
            twin = f"out_{each.name}"
            if not visit.in_hours and twin in INDEX:
                counted += ONE[twin]
            found[each.duration] = found.get(each.duration, 0) + counted
    return tuple(found.items())
