"""Channel S, silence: nobody calls where somebody should have by now.

What is counted is the contacts that are usual since the last one came; that many without one has a
probability of exp(-x), and the limit is ln(contacts per quarter x n), for every contact may be the
last one before a silence.

>>> round(natural_limit(500, 3), 1)
11.8

A quiet day is no silence: what is usual is scaled by min(1, (15 + so far today) / (15 + usual by
then)) as it was at the last contact, and by 1 before the day's first. It pages after ten minutes at
the earliest. A silence that is older than two hours when it is found is a ticket: it can't be the
trunk that went just now; so is a day without a call, at its close.

Time is counted while the scope is open; evidence does run across a closing, for who is silent from
the opening on was not heard since yesterday.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from streams.domain.detector.alert import AlertChange, Severity, Subject, silence_in_words
from streams.domain.detector.channel import Channel
from streams.domain.detector.limits import natural_limit
from streams.domain.detector.usual import Usual, so_far
from streams.domain.instants import DAY, HOUR, MINUTE

_EARLIEST: Final = 10 * MINUTE
SHORTEST_DAY: Final = 23 * HOUR
OLD: Final = 2 * HOUR
_ADDED: Final = 15
"""Contacts, usual and come, that a day's scale begins with: one quiet quarter of an hour is not yet
a quiet day."""

SILENT_DAY: Final = 5.0
"""Usual contacts from which on a day without one is told of: one ordinary day of 150 has none."""

FOLLOWED: Final = 4 * DAY
"""For how long a silence is followed: over a weekend with a holiday."""


class Hours(NamedTuple):
    """When a scope is open.

    Attributes:
        is_open: whether it is at an instant.
        turns: the next instant after one at which that changes; None if it never does.
        midnight: the local midnight at or before an instant.
    """

    is_open: Callable[[int], bool]
    turns: Callable[[int], int | None]
    midnight: Callable[[int], int]


class Silence(Channel):
    """Whether anybody calls."""

    __slots__ = ("_day", "_due", "_due_since", "_hours", "_told", "_usual", "last", "today")

    kind = "silence"

    def __init__(self, subject: Subject, usual: Usual, hours: Hours) -> None:
        super().__init__(subject)
        self._usual = usual
        self._hours = hours
        self.last: int | None = None  # when somebody called
        self._day = self.today = 0
        self._due = 0, 0.0  # when a silence is found, and what was usual by then
        self._due_since: int | None = None  # the silence that this is of
        self._told: int | None = None  # the silence that was told of

    def passes(self, at: int) -> bool:
        """Takes a contact that comes soon after the one before, as nearly all do. False where it
        does not, and is still to be fed."""
        last = self.last
        if last is None or at - last > _EARLIEST or at - self._day >= SHORTEST_DAY or self.open:
            return False
        self.today += 1
        self.last = at
        return True

    def feed(self, at: int, n: float) -> list[AlertChange]:
        """A contact came."""
        last = self.last
        changes = self.tick(at, n) if last is not None and at - last > _EARLIEST else []
        if self.open is not None:
            changes += self._resolves(at)
        if at >= self._day + SHORTEST_DAY or last is None:
            midnight = self._hours.midnight(at)
            if midnight != self._day:
                self._day, self.today = midnight, 0
        self.today += 1
        self.last = at
        return changes

    def tick(self, now: int, n: float) -> list[AlertChange]:
        """Whether it has been silent for too long by now."""
        last = self.last
        if last is None or now < last + _EARLIEST or self._told == last:
            return []
        if self._due_since != last:
            self._due, self._due_since = self._find(last, n), last
        at, expected = self._due
        if now < at:
            return []
        self._told = last
        evidence = silence_in_words(at - last, expected)
        first = self._hours.midnight(at) > last
        begun = self._begun(at) if first else last
        severity: Severity = "ticket" if at - begun > OLD or not self._hours.is_open(at) else "page"
        said = {"people": 0, "decided": 0, "usual": None, "evidence": evidence}
        return [self._opens(at, last, severity, **said)]

    def _begun(self, at: int) -> int:
        """When the scope opened on the day of an instant."""
        begun = self._hours.midnight(at)
        while not self._hours.is_open(begun):
            turns = self._hours.turns(begun)
            if turns is None or turns > at:
                return at
            begun = turns
        return begun

    def _find(self, last: int, n: float) -> tuple[int, float]:
        """When a silence since the last contact is found, and what is usual by then."""
        usual, hours = self._usual, self._hours
        per_day = usual.per_day() or _expected_per_day(usual, hours, last)
        if not per_day:
            return 2**62, 0.0
        limit = natural_limit(per_day, n)
        by_then = so_far(usual, self._day, last) if usual.rate(last) is not None else 0.0
        scale = min(1.0, (_ADDED + self.today) / (_ADDED + by_then))
        found, since = 0.0, last
        midnight = hours.midnight(last)
        tomorrow = hours.midnight(midnight + DAY + 2 * HOUR)
        opened = last
        while since < last + FOLLOWED:
            if since >= tomorrow:  # nobody has come today, and what was yesterday is over
                midnight, tomorrow = tomorrow, hours.midnight(tomorrow + DAY + 2 * HOUR)
                scale, opened = 1.0, since
            turns = hours.turns(since)
            until = min(since - since % HOUR + HOUR, tomorrow)
            if turns is not None:
                until = min(until, turns)
            if hours.is_open(since):
                rate = scale * (usual.rate(since) or 0.0) / HOUR
                if rate and found + rate * (until - since) >= limit:
                    at = since + int((limit - found) / rate) + 1
                    return max(at, last + _EARLIEST), limit
                found += rate * (until - since)
                closes = turns is not None and until == turns
                if closes and found >= SILENT_DAY and opened > last:
                    return until, found  # a day without a call, at its close
            since = until
        return 2**62, 0.0

    def state(self) -> list[Any]:
        """All that it remembers, as JSON can hold it."""
        return [self.last, self._day, self.today, self._told, self._state_of_open()]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        self.last, self._day, self.today, self._told, open_ = state
        self._due_since = None
        self._restore_open(open_)


def _expected_per_day(usual: Usual, hours: Hours, at: int) -> float:
    """What the plan expects of the day, where nothing is learnt."""
    midnight = hours.midnight(at)
    instants = range(midnight, midnight + DAY, HOUR)
    return sum(usual.rate(each) or 0.0 for each in instants if hours.is_open(each))
