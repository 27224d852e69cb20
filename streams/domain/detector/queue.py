"""Who waits at a line now, and who talks: what three of its channels look at.

Somebody is *doubtful* who was overtaken by five later callers who were answered: a queue serves
the first one first, so an ending that was lost is likelier than a caller. Who is doubtful waits in
no channel's sight but that of the forgotten.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from streams.domain.instants import HOUR, MINUTE

OVERTAKEN: Final = 5

LONGEST_TALK: Final = 2 * HOUR
"""A conversation whose end is not told by then is taken for over: one in two thousand endings is
lost, and an agent who never hangs up would hide an outage for ever."""

MOST_WAITING: Final = 10_000
"""Who comes to a longer queue is not followed: no line of a city has one, and it bounds the
state."""


class Waiter:
    """Somebody who waits.

    Attributes:
        key: the visit.
        since: when it came into the queue.
        overtaken: later callers who were answered.
    """

    __slots__ = ("key", "overtaken", "since")

    def __init__(self, key: str, since: int, overtaken: int = 0) -> None:
        self.key = key
        self.since = since
        self.overtaken = overtaken

    @property
    def doubtful(self) -> bool:
        """Whether an ending that was lost is likelier than a caller."""
        return self.overtaken >= OVERTAKEN

    @property
    def call_id(self) -> str:
        """The contact's id."""
        return self.key.rpartition("/")[0]


class Queue:
    """Fed with who comes, is answered and leaves, in the order of time."""

    __slots__ = ("_answers", "_talks", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[str, Waiter] = {}
        self._talks: dict[str, int] = {}
        self._answers: dict[int, int] = {}  # by the minute, of the last hour

    def enter(self, at: int, key: str) -> None:
        """Somebody comes into the queue."""
        if len(self.waiting) < MOST_WAITING:
            self.waiting[key] = Waiter(key, at)

    def answer(self, at: int, key: str) -> int | None:
        """Somebody is answered; gives since when they had waited, None for who was not seen to."""
        self._talks[key] = at
        minute = at // MINUTE
        self._answers[minute] = self._answers.get(minute, 0) + 1
        found = self.waiting.pop(key, None)
        if found is None:
            return None
        for other in self.waiting.values():
            if other.since >= found.since:
                break
            other.overtaken += 1
        return found.since

    def leave(self, key: str) -> int | None:
        """Somebody leaves the queue unanswered; gives since when they had waited, None for who was
        not in it."""
        found = self.waiting.pop(key, None)
        return None if found is None else found.since

    def end(self, key: str) -> None:
        """A conversation is over."""
        self._talks.pop(key, None)

    def talking(self, at: int) -> int:
        """How many conversations there are."""
        while self._talks:
            key = next(iter(self._talks))
            if self._talks[key] > at - LONGEST_TALK:
                break
            del self._talks[key]
        return len(self._talks)

    def answered_lately(self, at: int) -> int:
        """How many were answered in the last hour, the running minute included."""
        past = at // MINUTE - 60
        for minute in [minute for minute in self._answers if minute <= past]:
            del self._answers[minute]
        return sum(self._answers.values())

    def in_sight(self) -> Iterator[Waiter]:
        """Who waits and is not doubtful, the longest first."""
        return (each for each in self.waiting.values() if not each.doubtful)

    def two(self) -> Iterator[Waiter]:
        """The two of them who have waited longest."""
        found = 0
        for each in self.waiting.values():
            if each.overtaken < OVERTAKEN:
                yield each
                found += 1
                if found == 2:
                    return

    def state(self) -> list[Any]:
        """As JSON can hold it."""
        waiting = [[each.key, each.since, each.overtaken] for each in self.waiting.values()]
        return [waiting, list(self._talks.items()), list(self._answers.items())]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        waiting, talks, answers = state
        self.waiting = {key: Waiter(key, *rest) for key, *rest in waiting}
        self._talks = dict(_pairs(talks))
        self._answers = dict(_pairs(answers))


def _pairs(items: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, int]]:
    return ((key, value) for key, value in items)
