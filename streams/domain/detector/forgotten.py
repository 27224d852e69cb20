"""Channel W, somebody forgotten: one caller waits very long, whatever the figures say.

Told of is who has waited as long as the plan's ``forgotten_after``, or as the line's learnt 99.5 %
wait where that is longer, and again at 2 and 4 times that. It is a notice with the call's id. It
becomes a page when a second one has waited so long, or when it is still so ten minutes later; never
when the caller is doubtful (`queue`), which is said instead.

    waits since 9:00:14, forgotten_after = 15 min: told of at 9:15:14, a page at 9:25:14

>>> told_at(since=14, limit=900, times=2), told_at(since=14, limit=900, times=4)
(1814, 3614)
"""

from collections.abc import Sequence
from typing import Any, Final

from streams.domain.detector.alert import (
    DOUBTFUL,
    AlertChange,
    Severity,
    Subject,
    forgotten_in_words,
)
from streams.domain.detector.channel import Channel
from streams.domain.detector.queue import Queue, Waiter
from streams.domain.instants import MINUTE

AGAIN_AT: Final = (1, 2, 4)
STILL: Final = 10 * MINUTE
"""After so long a notice that nobody has acted on becomes a page."""


def told_at(since: int, limit: int, times: int) -> int:
    """When somebody is told of who has waited since an instant, for the first or another time."""
    return since + times * limit


class Forgotten(Channel):
    """Whether somebody waits very long.

    Args:
        subject: the line.
        queue: who waits there.
    """

    __slots__ = ("_next", "_queue", "_whom")

    kind = "forgotten"

    def __init__(self, subject: Subject, queue: Queue) -> None:
        super().__init__(subject)
        self._queue = queue
        self._whom = ""  # the visit that the open alert names
        self._next = 0  # how often they were told of

    def look(self, now: int, limit: int) -> list[AlertChange]:
        """What is so by now, of a queue in which nothing has changed since this was asked last.

        Args:
            limit: how long is very long, in us.
        """
        changes: list[AlertChange] = []
        if self.open is None:
            oldest = next(iter(self._queue.waiting.values()), None)
            if oldest is None or now - oldest.since < limit:
                return []
            self._whom, self._next = oldest.key, 1
            at = oldest.since + limit
            changes.append(self._opens(at, oldest.since, "notice", **self._said(oldest, at, limit)))
        return changes + self._follow(now, limit)

    def _follow(self, now: int, limit: int) -> list[AlertChange]:
        """The steps that time alone brings, each at its own instant."""
        assert self.open is not None
        named = self._queue.waiting.get(self._whom)
        if named is None:
            return []
        changes: list[AlertChange] = []
        second = self._second(limit)
        while True:
            due = [(told_at(named.since, limit, times), False) for times in self._times()]
            if self.open.severity == "notice" and not named.doubtful:
                # Who stopped being alone, or is still there: whichever comes first.
                due.append((self.open.opened_at + STILL, True))
                if second is not None:
                    due.append((max(second, self.open.opened_at), True))
            due = [each for each in due if each[0] <= now]
            if not due:
                return changes
            at, woken = min(due)
            severity: Severity = "page" if woken else self.open.severity
            if not woken:
                self._next += 1
                self._published_at = -(2**62)  # said again whatever was said a minute ago
            said = self._said(named, at, limit)
            changes += self._updates(at, severity=severity, **said)

    def _times(self) -> tuple[int, ...]:
        return AGAIN_AT[self._next : self._next + 1]

    def _second(self, limit: int) -> int | None:
        """When the second of those in sight has waited so long."""
        both = list(self._queue.two())
        return both[1].since + limit if len(both) == 2 else None

    def changed(self, at: int, limit: int) -> list[AlertChange]:
        """Somebody was answered or has left; ``look`` has been asked up to that instant."""
        if self.open is None:
            return []
        waiting = self._queue.waiting
        named = waiting.get(self._whom)
        if named is None:
            left = next(iter(waiting.values()), None)
            if left is None or at - left.since < limit:
                return self._resolves(at)
            self._whom, named = left.key, left
        if named.doubtful and self.open.cause != DOUBTFUL:
            return self._updates(at, **self._said(named, at, limit))
        return []

    def _said(self, named: Waiter, at: int, limit: int) -> dict[str, Any]:
        others = sum(
            at - each.since >= limit for each in self._queue.in_sight() if each is not named
        )
        overtaken = named.overtaken if named.doubtful else 0
        waited = at - named.since
        return {
            "cause": DOUBTFUL if overtaken else "",
            "people": 1 + others,
            "decided": len(self._queue.waiting),
            "evidence": forgotten_in_words(named.call_id, waited, overtaken, others),
            "call_id": named.call_id,
        }

    def state(self) -> list[Any]:
        """All that it remembers, as JSON can hold it."""
        return [self._whom, self._next, self._state_of_open()]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        self._whom, self._next, open_ = state
        self._restore_open(open_)
