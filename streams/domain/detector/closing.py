"""Channel C, closing: a queue that won't be empty when its line closes.

Foretold when the first caller enters who won't be served by closing,

    at + waiting / pace > closes,      pace = answers of the last hour

so that the entrance can close before the queue does; and while the oldest has waited for five
minutes, for the answers of a line with no queue are no pace. Where nobody was answered in the last
hour, nobody will be: that is foretold in the hour before closing, for until then it is another
trouble.

>>> served_by(at=0, waiting=9, answers=27) // MINUTE
20

In the last five minutes nothing is foretold: nearly every line has somebody then, and nothing can
be done any more. When the line then closes on people who wait, the alert says how many; it begins
with who has waited for five minutes. It is over an hour after, when there is nothing left to do
tonight but to know. It is a notice: nobody is woken for it.
"""

from collections.abc import Sequence
from typing import Any, Final

from streams.domain.detector.alert import AlertChange, Subject, closing_in_words
from streams.domain.detector.channel import Channel
from streams.domain.detector.queue import Queue
from streams.domain.instants import HOUR, MINUTE

_LASTS: Final = HOUR
"""For how long it is known after closing."""

FORETOLD: Final = 4 * HOUR
"""No sooner than so long before closing: a queue of a hundred at noon will be another by five."""

BACKLOG: Final = 5 * MINUTE
"""From this wait of the oldest on the answers of the last hour are the pace of a queue, and not
that of a line that nobody calls."""

TOO_LATE: Final = 5 * MINUTE
"""So long before closing nothing is foretold any more, and who came then was not kept waiting."""

CALM: Final = 15 * MINUTE
"""What was foretold is over when the whole queue could be served so long before closing."""


def served_by(at: int, waiting: int, answers: int) -> int | None:
    """When the last of those who wait now will be served, at so many answers an hour; None for
    never."""
    return at + waiting * HOUR // answers if answers else None


class Closing(Channel):
    """Whether a line will close, or has closed, on people who wait.

    Args:
        subject: the line.
        queue: who waits there.
    """

    __slots__ = ("_last", "_late", "_queue")

    kind = "closing"

    def __init__(self, subject: Subject, queue: Queue) -> None:
        super().__init__(subject)
        self._queue = queue
        self._late = 0  # whom it has closed on
        self._last = 0  # when it did

    def entered(self, at: int, closes: int) -> list[AlertChange]:
        """Somebody has come into the queue of a line that closes at an instant."""
        if self.open is not None or not TOO_LATE < closes - at <= FORETOLD:
            return []
        oldest = next(self._queue.in_sight(), None)
        if oldest is None or at - oldest.since < BACKLOG:
            return []
        waiting, left = self._waiting(), closes - at
        done = served_by(at, waiting, self._queue.answered_lately(at))
        if (done is None and left > HOUR) or (done is not None and done <= closes):
            return []
        said = {
            "people": waiting,
            "decided": waiting,
            "evidence": closing_in_words(waiting, 0, left),
        }
        self._last = closes
        return [self._opens(at, at, "notice", **said)]

    def changed(self, at: int) -> list[AlertChange]:
        """Somebody was answered or has left."""
        if self.open is None or self._late or at >= self._last:
            return []
        done = served_by(at, self._waiting(), self._queue.answered_lately(at))
        if done is not None and done + CALM <= self._last:
            return self._resolves(at)
        return []

    def closed_on(self, at: int, since: int) -> list[AlertChange]:
        """The line has closed on somebody who waited since an instant."""
        changes = self.tick(at)
        if self.open is None and at - since < TOO_LATE:
            return changes
        self._late += 1
        self._last = max(self._last, at) if self.open is not None else at
        said = {
            "people": self._late,
            "decided": self._late,
            "evidence": closing_in_words(0, self._late, 0),
        }
        if self.open is None:
            return [*changes, self._opens(at, at, "notice", **said)]
        if self._late == 1:
            self._published_at = -(2**62)  # what was foretold has come: said at once
        return changes + self._updates(at, **said)

    def tick(self, now: int) -> list[AlertChange]:
        """What the passing of time changes: it is over."""
        if self.open is None or now < self._last + _LASTS:
            return []
        at = self._last + _LASTS
        self._late = 0
        return self._resolves(at)

    def _waiting(self) -> int:
        return sum(1 for _ in self._queue.in_sight())

    def state(self) -> list[Any]:
        """All that it remembers, as JSON can hold it."""
        return [self._late, self._last, self._state_of_open()]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        self._late, self._last, open_ = state
        self._restore_open(open_)
