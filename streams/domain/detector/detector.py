"""The detector of one scope: its channels, fed with what happens there.

A line has E (``entry``), F (``answers``), S (``silence``), W (``forgotten``) and C (``closing``); a
vendor has E and S of all its lines, and O (``overload``); the city has E and S of all contacts,
those who never came to a line included.

It is longer than a module should be, because every fact takes one way through it.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil, log
from typing import Any, Final, NamedTuple

from streams.domain.detector.alert import Alert, AlertChange, Subject
from streams.domain.detector.answers import Answers
from streams.domain.detector.channel import Channel
from streams.domain.detector.closing import FORETOLD, Closing
from streams.domain.detector.entry import NEAR_AN_EDGE, Entry, Gate, against
from streams.domain.detector.forgotten import Forgotten
from streams.domain.detector.limits import DAYS_PER_QUARTER, limit
from streams.domain.detector.overload import Overload
from streams.domain.detector.queue import Queue
from streams.domain.detector.silence import Hours, Silence
from streams.domain.detector.usual import Usual
from streams.domain.instants import DAY, MINUTE, SECOND

ENTERS: Final = "e"
NO_ENTRY: Final = "n"
REACH: Final = "r"
SPEAKS: Final = "s"
TALKED: Final = "t"
UNANSWERED: Final = "u"
"""What happens: a contact comes into a queue, or into none (with the letter of its cause); whether
a caller was reached is decided (``1`` or ``0``); somebody is answered; a conversation is over;
somebody leaves the queue unanswered (``c`` for it closed, else ``.``). Their order is that of what
happens to one visit at one instant."""

LEFT_OTHERWISE: Final = "."
LEFT_CLOSED: Final = "c"
"""Who hears that a line is closed, in hours, has come to one that knows its own hours better: that
is no trouble of the line's, but it is one of the city's."""

Fact = tuple[int, str, str, str, str]
"""What happens, when, to whom: the instant, the visit, one of the letters above, what goes with it,
and the caller (``""`` when withheld). Facts are fed in their order as tuples, which is that of time
and the same every time."""

_NOTHING: Final[list[AlertChange]] = []
"""What nearly every fact changes."""

_CONDITIONS_FOR: Final = 15 * MINUTE
_GRID: Final = 1.05
"""Decisions a quarter are rounded up to a power of this, so that limits are computed now and then
and not every day; at 20 calls an hour a grid of 1.25 made pages wait for one caller more."""


class Conditions(NamedTuple):
    """What holds for a scope at an instant.

    Attributes:
        threshold: T, in us.
        reach_target: the promised reachability.
        n: how many times rarer than one a quarter the false pages of a channel must be.
        forgotten_after: how long is very long to wait, in us.
        gate: what a page of E needs besides.
    """

    threshold: int = 20 * SECOND
    reach_target: float = 0.6
    n: float = 3.0
    forgotten_after: int = 15 * MINUTE
    gate: Gate = Gate()


@lru_cache(maxsize=4_096)
def _rounded(decisions: float) -> float:
    return float(_GRID ** ceil(log(max(decisions, 1.0)) / log(_GRID) - 1e-9))


LONG_CLOSED: Final = 8 * DAY
"""Of hours that passed without anything happening the first day matters, which ends what is open,
and the last week. Those between are passed over: to walk through each of 27 years, between calls of
long ago and now, held a worker up for a minute."""


class Detector:
    """Fed with a scope's facts in their order, asks nothing else.

    A fact that is not after the last one fed is passed over and counted (``passed_over``): one that
    is told again after a crash changes nothing. ``tick`` it with the clock that seals the facts,
    never ahead of it: how often makes no difference to what is found, only to how soon it is
    published.

    Args:
        subject: what it watches.
        usual: what is usual there, which it teaches.
        hours: when it is open.
        conditions: what holds at an instant.
    """

    __slots__ = (
        "_answers",
        "_closing",
        "_conditions",
        "_entry",
        "_forgotten",
        "_hours",
        "_is_line",
        "_last",
        "_overload",
        "_period",
        "_queue",
        "_silence",
        "_turns",
        "_until",
        "passed_over",
        "subject",
        "terms",
        "usual",
    )

    def __init__(
        self,
        subject: Subject,
        usual: Usual,
        hours: Hours,
        conditions: Callable[[int], Conditions] = lambda at: Conditions(),
    ) -> None:
        self.subject = subject
        self._is_line = subject.line is not None
        self.usual = usual
        self.passed_over = 0
        self.terms = Conditions()
        self._hours = hours
        self._conditions = conditions
        self._period = -1
        self._until = -(2**62)  # up to here nothing changes but by facts
        self._last: Fact | None = None
        self._turns: int | None = None  # when it opens or closes next, once that is asked
        self._entry = Entry(subject)
        self._silence = Silence(subject, usual, hours)
        self._queue = Queue()
        self._answers = Answers(subject, self._queue, usual)
        self._forgotten = Forgotten(subject, self._queue)
        self._closing = Closing(subject, self._queue)
        self._overload = Overload(subject)

    def _channels(self) -> tuple[Channel, ...]:
        both = self._entry, self._silence
        if self.subject.line is not None:
            return (*both, self._answers, self._forgotten, self._closing)
        return (*both, self._overload)

    def feed(self, fact: Fact) -> list[AlertChange]:
        """What a fact changes; almost always nothing."""
        last = self._last
        if last is not None and fact <= last:
            self.passed_over += 1
            return _NOTHING
        self._last = fact
        at, key, kind, mark, caller = fact
        changes = _NOTHING
        if at >= self._until:
            changes = self._move_to(at)
        if self._is_line:
            if self._closing.open is not None:
                changes = changes + self._closing.tick(at)
            if kind == TALKED and not self._queue.waiting and changes is _NOTHING:
                self._queue.end(key)
                return changes
            if kind != NO_ENTRY:
                changes = changes + self._of_a_line(at, key, kind, mark)
        elif kind == REACH:
            changes = changes + self._overload.feed(at, mark == "1", self.terms.reach_target)
        if kind == ENTERS:
            if self._silence.passes(at) and self._entry.passes(at, caller):
                self.usual.came(at, False)
            else:
                changes = changes + self._came(at, "", caller)
        elif kind == NO_ENTRY:
            if mark == LEFT_CLOSED and self._is_line:
                # It came, to a closed door.
                changes = changes + self._silence.feed(at, self.terms.n)
            else:
                changes = changes + self._came(at, mark, caller)
        if changes and any(
            change.change != "resolved" and change.alert.severity == "page" for change in changes
        ):
            self.usual.page(at)
        return changes

    def _move_to(self, at: int) -> list[AlertChange]:
        """Time has come to another quarter of an hour, or to an edge of the hours."""
        if at // _CONDITIONS_FOR != self._period:
            self._agree(at)
        changes = self._turn(at) if self._turns is not None and at >= self._turns else []
        self._until = (self._period + 1) * _CONDITIONS_FOR
        if self._turns is not None:
            self._until = min(self._until, self._turns)
        return changes

    def _came(self, at: int, cause: str, caller: str) -> list[AlertChange]:
        usual = self.usual
        silence = self._silence
        # The one before may have taken it already.
        passed = silence.last == at or silence.passes(at)
        changes = _NOTHING if passed else silence.feed(at, self.terms.n)
        usual.came(at, bool(cause))
        if cause or not self._entry.passes(at, caller):
            share = usual.share(at)
            changes = changes + self._entry.feed(
                at,
                cause,
                caller,
                share,
                lambda: limit(against(share), self._decisions()),
                usual.rate(at),
                self.terms.gate,
                self._near_edge,
            )
        return changes

    def _decisions(self) -> float:
        """How many decisions of E are as far apart as its false pages must be."""
        return _rounded(self.usual.busy_day() * DAYS_PER_QUARTER * self.terms.n)

    def _of_a_line(self, at: int, key: str, kind: str, mark: str) -> list[AlertChange]:
        queue = self._queue
        waiting = queue.waiting
        changes = _NOTHING
        gated = False
        if waiting:
            oldest = next(iter(waiting.values()))
            if at - oldest.since > self.terms.threshold:  # else no time is to be counted
                gated = self._answers.gated(at, self.terms.threshold)
                changes = self._waited(at)
        if kind == ENTERS:
            queue.enter(at, key)
            if (
                self._turns is not None
                and self._turns - at <= FORETOLD
                and len(waiting) > 1
                and self._hours.is_open(at)
            ):
                changes = changes + self._closing.entered(at, self._turns)
            return changes
        if kind == TALKED:
            queue.end(key)
            return changes
        if kind == SPEAKS:
            since = queue.answer(at, key)
            self.usual.answered(at, 0 if since is None else at - since, gated)
            changes = changes + self._answers.answer(at)
        else:
            since = queue.leave(key)
            if since is not None and mark == LEFT_CLOSED:
                changes = changes + self._closing.closed_on(at, since)
        if self._forgotten.open is not None:
            changes = changes + self._forgotten.changed(at, self._very_long())
        if self._closing.open is not None:
            changes = changes + self._closing.changed(at)
        return changes

    def _waited(self, at: int) -> list[AlertChange]:
        """Somebody has waited beyond T until a fact."""
        found = self._forgotten.look(at, self._very_long())
        return found + self._answers.advance(at, self.terms.threshold, self.terms.n)

    def tick(self, now: int) -> list[AlertChange]:
        """What the passing of time changes."""
        if self._last is None:
            return []
        changes = self._move_to(now) if now >= self._until else []
        changes += self._silence.tick(now, self.terms.n)
        if self.subject.line is not None:
            if self._queue.waiting:
                changes += self._forgotten.look(now, self._very_long())
                changes += self._answers.tick(now, self.terms.threshold, self.terms.n)
            changes += self._closing.tick(now)
        return changes

    def _very_long(self) -> int:
        return max(self.terms.forgotten_after, self.usual.longest_wait or 0)

    def _agree(self, at: int) -> None:
        self._period = at // _CONDITIONS_FOR
        self.terms = self._conditions(self._period * _CONDITIONS_FOR)
        if self._turns is None:
            self._turns = self._hours.turns(at)

    def _turn(self, now: int) -> list[AlertChange]:
        """The scope has opened or closed, perhaps several times."""
        changes: list[AlertChange] = []
        passed = 0
        while self._turns is not None and self._turns <= now:
            if passed > 1 and self._turns < now - LONG_CLOSED:
                self._turns = now - LONG_CLOSED
            passed += 1
            at = self._turns
            if not self._hours.is_open(at):
                if self.subject.line is not None:
                    changes += self._answers.advance(at, self.terms.threshold, self.terms.n)
                    changes += self._answers.close(at)
                changes += self._entry.close(at)
                changes += self._overload.close(at)
            else:
                self._answers.reopen(at)
                self._entry.reopen(at)
            self._turns = self._hours.turns(at)
        return changes

    def _near_edge(self, at: int) -> bool:
        """Whether the scope's hours begin or end near an instant."""
        hours = self._hours
        turns = hours.turns(at - NEAR_AN_EDGE)
        return turns is not None and turns <= at + NEAR_AN_EDGE

    def alerts(self) -> list[Alert]:
        """The open ones, with their numbers of now."""
        return [each.open for each in self._channels() if each.open is not None]

    def state(self) -> list[Any]:
        """All that the detector remembers, as JSON can hold it; of what is usual, today's part."""
        return [
            self._last,
            self.passed_over,
            self._turns,
            self._queue.state(),
            self.usual.today(),
            [self._entry.state(), self._silence.state(), self._answers.state()],
            [self._forgotten.state(), self._closing.state(), self._overload.state()],
        ]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        last, self.passed_over, self._turns, queue, today, first, others = state
        self._last = None if last is None else tuple(last)
        self._queue.restore(queue)
        self.usual.restore_today(today)
        entry, silence, answers = first
        self._entry.restore(entry)
        self._silence.restore(silence)
        self._answers.restore(answers)
        forgotten, closing, overload = others
        self._forgotten.restore(forgotten)
        self._closing.restore(closing)
        self._overload.restore(overload)
        if self._last is not None:
            # The plan may be another by now: what it no longer has can't be waited for.
            self._turns = self._hours.turns(self._last[0])
            self._move_to(self._last[0])
