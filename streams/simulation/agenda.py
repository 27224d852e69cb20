"""What is to happen, and when: the heart of a simulation in which time jumps from event to event.

Whatever a caller or a line does begins a new chapter for it. An action that was planned in an
earlier chapter is skipped: a caller who was answered no longer loses patience.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any, NamedTuple


class _Planned(NamedTuple):
    at: int
    number: int
    """In the order of planning; it keeps actions of one instant in that order."""
    action: Callable[[int, Any], None]
    who: Any
    chapter: int


class Agenda:
    """The planned actions, the next one first.

    An action happens to somebody or something that has a ``chapter``.
    """

    def __init__(self) -> None:
        self._coming: list[_Planned] = []
        self._planned = 0

    def run(self) -> Iterator[None]:
        """Does one action after the other until none is left."""
        coming = self._coming
        while coming:
            at, _, action, who, chapter = heappop(coming)
            if who.chapter == chapter:
                action(at, who)
                yield

    def _at(self, when: int, action: Callable[[int, Any], None], who: Any) -> None:
        """Plans an action for an instant."""
        self._planned += 1
        heappush(self._coming, _Planned(when, self._planned, action, who, who.chapter))

    def _after(self, at: int, seconds: float, action: Callable[[int, Any], None], who: Any) -> None:
        """Plans an action for later: a number of full milliseconds later, and at least one, so that
        nobody does two things at once."""
        self._at(at + (int(seconds * 1_000) or 1) * 1_000, action, who)
