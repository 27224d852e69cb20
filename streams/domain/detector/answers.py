"""Channel F, no answers: people wait, and nobody picks up.

A queue has a memory: whoever waits long makes the next one wait. What has none is the answers while
somebody waits, for every agent who is free takes the next caller. So answers are counted only
while the oldest caller of the line has waited beyond T (*gated* time), where ``m`` a second are
usual, beside ``U`` conversations. The sum is the log-likelihood ratio of a tenth of the answers
against all of them (a Poisson CUSUM: Lucas, Technometrics 1985),

    S += (1 - c) m dt in gated time,   S -= ln(1/c) at every answer, not below 0,     c = .1

and its limit ln(answers in gated time per quarter x n): by Ville's inequality S, being the maximum
of martingales that begin at each answer, reaches it no more than once in as many answers.

>>> round(taken_off(), 2)
2.3

An answer within T takes off as well, so that a queue that moves is no outage. A page needs two
callers who both have waited beyond T (one where fewer than 5 calls an hour are usual), and at most
U / 2 conversations: agents in long talks are no outage. At twice the limit it pages whatever the
conversations say.

Who is doubtful (``queue``) is no caller who waits.
"""

from collections.abc import Sequence
from math import log
from typing import Any, Final, NamedTuple

from streams.domain.detector.alert import AlertChange, Subject, no_answers_in_words
from streams.domain.detector.channel import Channel
from streams.domain.detector.limits import natural_limit
from streams.domain.detector.queue import Queue
from streams.domain.detector.usual import Answering, Usual
from streams.domain.instants import HOUR, SECOND

_LEFT: Final = 0.1
"""c: the share of the usual answers that is left in the outage it is best at noticing."""

FEW_CALLS: Final = 5.0
"""Calls an hour; where fewer are usual, two callers at once would never wait."""


_NOTHING: Final[list[AlertChange]] = []


def taken_off() -> float:
    """What an answer takes off, in nats."""
    return log(1 / _LEFT)


class Gated(NamedTuple):
    """A stretch of time, in which the oldest waits too long from ``since`` on."""

    since: int
    until: int


class Answers(Channel):
    """Whether people who wait are answered.

    Args:
        subject: the line.
        queue: who waits there.
        usual: what is usual there.
    """

    __slots__ = ("_answered", "_at", "_closed", "_expected", "_queue", "_score", "_since", "_usual")

    kind = "no_answers"

    def __init__(self, subject: Subject, queue: Queue, usual: Usual) -> None:
        super().__init__(subject)
        self._queue = queue
        self._usual = usual
        self._at = -(2**62)  # everything up to here is added
        self._closed = False
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._score = self._expected = 0.0
        self._since = self._answered = 0

    def advance(self, at: int, threshold: int, n: float) -> list[AlertChange]:
        """Time has passed until a fact, and nothing has happened.

        Args:
            threshold: T, in us.
            n: how many times rarer than one a quarter false pages must be.
        """
        gated = self._gated(at, threshold)
        changes: list[AlertChange] = []
        if gated is not None:
            changes = self._cross(gated, threshold, n)
            talking = self._queue.talking(at)
            for part in _by_hours(gated):
                if usual := self._usual.answering(part.since):
                    if not self._score:
                        self._since = part.since
                    grown = _grown(part, usual)
                    self._score += grown
                    self._expected += grown / (1 - _LEFT)
                self._usual.waited(part.since, part.until, talking)
            if self._score:
                self._score = min(self._score, 2 * self._limit(n))
        self._at = at
        return changes

    def tick(self, now: int, threshold: int, n: float) -> list[AlertChange]:
        """Whether it pages by now. Nothing else is changed, so that it does not matter how often
        this is asked."""
        gated = self._gated(now, threshold)
        return [] if gated is None else self._cross(gated, threshold, n)

    def answer(self, at: int) -> list[AlertChange]:
        """Somebody was answered, within T or not; ``advance`` has been called for the instant."""
        if not self._score and self.open is None:
            return _NOTHING
        self._answered += 1
        if self._score > taken_off():
            self._score -= taken_off()
            return self._with_numbers(at) if self.open else []
        self._begin_anew()
        return self._resolves(at)

    def close(self, at: int) -> list[AlertChange]:
        """The line closes: evidence never runs across that."""
        self._begin_anew()
        self._at, self._closed = max(self._at, at), True
        return self._resolves(at)

    def reopen(self, at: int) -> None:
        """The line opens: who has waited since before is waited for from now on."""
        self._at, self._closed = max(self._at, at), False

    def gated(self, at: int, threshold: int) -> bool:
        """Whether the oldest waits too long."""
        oldest = next(self._queue.two(), None)
        return oldest is not None and at - oldest.since > threshold

    def _gated(self, at: int, threshold: int) -> Gated | None:
        oldest = None if self._closed else next(self._queue.two(), None)
        if oldest is None:
            return None
        since = max(self._at, oldest.since + threshold)
        return Gated(since, at) if since < at else None

    def _limit(self, n: float) -> float:
        return natural_limit(self._usual.answers_a_day(), n)

    def _cross(self, gated: Gated, threshold: int, n: float) -> list[AlertChange]:
        """Whether it pages within a stretch in which nothing happens, and when."""
        if self.open is not None:
            return []
        limit = self._limit(n)
        waiting = list(self._queue.two())
        seldom = (self._usual.rate(gated.since) or 0.0) < FEW_CALLS
        needed = 1 if seldom else 2
        if len(waiting) < needed:
            return []
        both = waiting[needed - 1].since + threshold
        usual = self._usual.answering(gated.since)
        busy = usual is not None and self._queue.talking(gated.since) > usual.talking / 2
        crossed = self._crosses(gated, 2 * limit if busy else limit)
        if crossed is None or max(crossed, both) > gated.until:
            return []
        return [self._page(max(crossed, both), threshold)]

    def _crosses(self, gated: Gated, limit: float) -> int | None:
        score = self._score
        if score >= limit - 1e-9:
            return gated.since
        for part in _by_hours(gated):
            usual = self._usual.answering(part.since)
            if usual is None:
                continue
            grown = _grown(part, usual)
            if score + grown >= limit:
                seconds = (limit - score) / ((1 - _LEFT) * usual.per_second)
                return min(part.until, part.since + int(seconds * SECOND) + 1)
            score += grown
        return None

    def _page(self, at: int, threshold: int) -> AlertChange:
        oldest = next(self._queue.two())
        since = self._since if self._score else oldest.since + threshold
        said = self._said(at, since, threshold)
        return self._opens(at, since, "page", **said)

    def _with_numbers(self, at: int) -> list[AlertChange]:
        assert self.open is not None
        waiting = max(self.open.people, len(self._queue.waiting))
        return self._updates(at, people=waiting, decided=waiting + self._answered)

    def _said(self, at: int, since: int, threshold: int) -> dict[str, Any]:
        waiting = sum(at - each.since >= threshold for each in self._queue.in_sight())
        usual = self._usual.answering(at)
        expected = (at - since) / SECOND * (usual.per_second if usual else 0.0)
        return {
            "people": waiting,
            "decided": waiting + self._answered,
            "figure": self._answered / (waiting + self._answered),
            "evidence": no_answers_in_words(waiting, self._answered, at - since, expected),
        }

    def state(self) -> list[Any]:
        """All that it remembers, as JSON can hold it."""
        evidence = [self._score, self._expected, self._since, self._answered]
        return [self._at, self._closed, *evidence, self._state_of_open()]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        self._at, self._closed, *evidence, open_ = state
        self._score, self._expected, self._since, self._answered = evidence
        self._restore_open(open_)


def _by_hours(gated: Gated) -> list[Gated]:
    """Parted at full hours, at which what is usual changes."""
    if gated.since // HOUR == gated.until // HOUR:
        return [gated]
    found, since = [], gated.since
    while since < gated.until:
        until = min(gated.until, since - since % HOUR + HOUR)
        found.append(Gated(since, until))
        since = until
    return found


def _grown(part: Gated, usual: Answering) -> float:
    return (1 - _LEFT) * usual.per_second * (part.until - part.since) / SECOND
