"""What is to happen, and when: the heart of a simulation in which time jumps from event to event.

Whoever does something begins a new chapter, and what was to happen to them in an earlier one is
passed over: a caller who is answered no longer loses patience.
"""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Any


class Agenda:
    """Things to come, the next first.

    Whom they happen to is anything with a ``chapter``.
    """

    def __init__(self) -> None:
        self._coming: list[tuple[int, int, Callable[[int, Any], None], Any, int]] = []
        self._planned = 0

    def happen(self) -> Iterator[None]:
        """Lets one thing happen after the other, until nothing is to come."""
        coming = self._coming
        while coming:
            at, _, action, who, chapter = heappop(coming)
            if who.chapter == chapter:
                action(at, who)
                yield

    def _at(self, when: int, action: Callable[[int, Any], None], who: Any) -> None:
        """Lets something happen at an instant."""
        self._planned += 1
        heappush(self._coming, (when, self._planned, action, who, who.chapter))

    def _after(self, at: int, seconds: float, action: Callable[[int, Any], None], who: Any) -> None:
        """Lets something happen later: whole milliseconds later, and at least one, so that nobody
        does two things at once."""
        self._at(at + (int(seconds * 1_000) or 1) * 1_000, action, who)
