"""Channel E, no entry: contacts end before they come into any queue.

Every contact or visit in hours is good or bad at one instant: bad who ends before any queue
(refused, lost, hung up on the way, and at the city in the menu), good who comes into one. Whether
one of them does says next to nothing of the next one (on the bank's calls of 1999 neighbours
correlate by .016), so the price of a false page is that of coins: a Bernoulli CUSUM (``chart``), of
the usual share ``u`` of bad ones against an outage,

    q0 = min(2u, u + .10), at least .06 and at most .60        q1 = max(.7, (1 + q0) / 2)

which adds ln(q1 / q0) for a bad one and takes ln((1 - q0) / (1 - q1)) off for a good one, not
below 0. Page (Biometrika 1954); the limit is that of the exact chain (``limits``). The alternative
is deep on purpose: between q0 and q1 lies a level above which the test drifts down, so that twice
the usual wakes nobody.

>>> against(0.05)
Points(rise=19, fall=11, bad_at_target=0.1)

One caller counts once in half an hour: who redials every 20 s is one person. Where most contacts
usually have a number, those without do not count, for nobody can tell whether they are one.

It is longer than a module should be, because who counts, what pages and when it is over are asked
of one and the same evidence.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from streams.domain.detector.alert import (
    CAUSES_OF_NO_ENTRY,
    HOURS_LIKELY,
    AlertChange,
    Severity,
    Subject,
    no_entry_in_words,
)
from streams.domain.detector.channel import Channel
from streams.domain.detector.chart import Chart
from streams.domain.detector.limits import POINTS_PER_NAT, Points, points
from streams.domain.instants import HOUR, MINUTE

_WINDOW: Final = 30 * MINUTE
"""In which a caller counts once, and a line's page needs its people."""

_REMEMBERED: Final = 10_000
"""Callers who are known again within the window: ten times those of a city's busiest half hour."""

LATELY: Final = 40
LATELY_FOR: Final = 2 * HOUR
"""An alert is over when at most q0 of so many contacts, of this time at most, were bad."""

_GAP: Final = HOUR
"""After so long without a contact the evidence begins anew: what was this morning says nothing of
the afternoon."""

NAMED: Final = 0.6
"""From this share of contacts with a number on, those without one don't count."""

OF_WHOM: Final = 1_000
"""So many contacts, of late, say whether they usually have one: a day of a line."""

LEAST: Final = 5 * POINTS_PER_NAT
"""No page needs less: not even one false page in 150 contacts is put up with."""

DISTINCT: Final = 4
EXPECTED_WITHOUT_ENTRY: Final = 4
WITHOUT_HOURS: Final = 6
"""Of a scope whose hours nobody knows so many in a quarter of an hour page, and fewer never: at
night half of those who call in vain are no outage."""
WITHOUT_HOURS_IN: Final = 15 * MINUTE
NEAR_AN_EDGE: Final = 90 * MINUTE

_STEP: Final = 100  # usual shares differ by whole percents, so that few limits are computed


def against(usual: float) -> Points:
    """What a bad and a good contact count for where this share is usually bad."""
    usual = round(usual * _STEP) / _STEP
    q0 = min(max(min(2 * usual, usual + 0.10), 0.06), 0.60)
    q1 = max(0.7, (1 + q0) / 2)
    return points(1 - q0, 1 - q1)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a page of a scope needs besides; without it the alert is a ticket.

    Attributes:
        people: distinct people in half an hour; 0 for vendors and the city, whose pages need none.
        has_hours: whether the plan says when the scope is open.
    """

    people: int = 0
    has_hours: bool = True


class Entry(Channel):
    """Whether contacts come into a queue."""

    __slots__ = (
        "_callers",
        "_causes",
        "_chart",
        "_entered_at",
        "_lately",
        "_named",
        "_seen",
        "_window",
    )

    kind = "no_entry"

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self._chart = Chart(1, 1)
        self._callers: dict[str, int] = {}  # bad ones of the window, the newest last
        self._window: deque[tuple[int, str]] = deque()
        self._causes: dict[str, int] = {}
        self._lately: deque[tuple[int, bool]] = deque(maxlen=LATELY)
        self._entered_at = 0
        self._named = self._seen = 0

    def passes(self, at: int, caller: str) -> bool:
        """Takes a contact that came into a queue, where it is no evidence: nearly all are none.
        False where it is, and is still to be fed."""
        if self._chart.score or self.open is not None:
            return False
        self._seen += 1
        if caller:
            self._named += 1
            self._entered_at = at
        elif self._named <= NAMED * self._seen:
            self._entered_at = at
        if self._seen >= OF_WHOM:
            self._halve()
        return True

    def feed(
        self,
        at: int,
        cause: str,
        caller: str,
        usual: float,
        limit: Callable[[], int],
        rate: float | None,
        gate: Gate,
        near_edge: Callable[[int], bool],
    ) -> list[AlertChange]:
        """A contact, and whether it came into a queue.

        Args:
            cause: why not, a letter of ``CAUSES_OF_NO_ENTRY``; ``""`` when it did.
            caller: who; ``""`` when withheld.
            usual: the usual share of those who don't.
            limit: gives the points that page; asked of few, for it is dear to compute.
            rate: contacts per hour that are usual.
            gate: what a page needs besides.
            near_edge: whether the plan's hours begin or end near an instant.
        """
        chart = self._chart
        self._seen += 1
        self._named += bool(caller)
        if self._seen >= OF_WHOM:
            self._halve()
        if not caller and self._named > NAMED * self._seen:
            return []
        if self.open is None and chart.score and at - chart.last > _GAP:
            self._begin_anew()
        if cause and not self._counts(at, caller):
            return []
        if not cause:
            self._entered_at = at
        chart.rise, chart.fall, _ = points_ = against(usual)
        score = chart.add(at, bool(cause))
        if not score and self.open is None:
            self._causes.clear()
        if cause:
            self._causes[cause] = self._causes.get(cause, 0) + 1
        if score >= LEAST:
            least = limit()
            score = chart.score = min(score, 2 * least)
        if self.open is not None:
            return self._follow(at, bool(cause), usual, points_, rate, gate)
        if score < LEAST or score < least:
            return []
        likeliest = HOURS_LIKELY if near_edge(chart.since) else ""
        severity: Severity = "page" if self._pages(at, rate, gate) else "ticket"
        self._lately.clear()
        return [
            self._opens(
                at,
                chart.since,
                severity,
                **self._said(chart.climbs, chart.decided, at - chart.since, usual, likeliest),
            )
        ]

    def _halve(self) -> None:
        """What was is half of what counts: how many have a number is of late."""
        self._named //= 2
        self._seen //= 2

    def reopen(self, at: int) -> None:
        """The scope opens: nobody could enter before."""
        self._entered_at = at

    def close(self, at: int) -> list[AlertChange]:
        """The scope closes: evidence never runs across that."""
        self._begin_anew()
        return self._resolves(at)

    def _begin_anew(self) -> None:
        self._chart.reset()
        self._causes.clear()
        self._window.clear()
        self._callers.clear()

    def _counts(self, at: int, caller: str) -> bool:
        """Whether a bad contact counts: its caller did not within the window."""
        while self._window and self._window[0][0] <= at - _WINDOW:
            _, known = self._window.popleft()
            self._callers.pop(known, None)
        if caller and caller in self._callers:
            return False
        who = caller or f"?{at}"
        if len(self._window) < _REMEMBERED:
            self._window.append((at, who))
            self._callers[who] = at
        return True

    def _pages(self, at: int, rate: float | None, gate: Gate) -> bool:
        if not gate.has_hours:
            lately = sum(since > at - WITHOUT_HOURS_IN for since, _ in self._window)
            if lately < WITHOUT_HOURS:
                return False
        if not gate.people:
            return True
        if len(self._window) >= gate.people:
            return True
        alone = at - self._entered_at
        return (
            bool(rate)
            and self._chart.climbs >= DISTINCT
            and alone >= EXPECTED_WITHOUT_ENTRY * HOUR / (rate or 1.0)
        )

    def _follow(
        self,
        at: int,
        bad: bool,
        usual: float,
        counted: Points,
        rate: float | None,
        gate: Gate,
    ) -> list[AlertChange]:
        assert self.open is not None
        lately = self._lately
        lately.append((at, bad))
        of_late = [was for since, was in lately if since > at - LATELY_FOR]
        q0 = counted.bad_at_target
        if (
            not self._chart.score
            and not bad
            and len(of_late) >= min(LATELY, 10)
            and sum(of_late) <= q0 * len(of_late)
        ):
            self._begin_anew()
            return self._resolves(at)
        was = self.open
        severity = was.severity
        if severity != "page" and self._pages(at, rate, gate):
            severity = "page"
        cause = was.cause if was.cause == HOURS_LIKELY else ""
        said = self._said(was.people + bad, was.decided + 1, at - was.since, usual, cause)
        return self._updates(at, severity=severity, **said)

    def _said(
        self, people: int, decided: int, length: int, usual: float, cause: str
    ) -> dict[str, Any]:
        most = max(self._causes, key=lambda each: (self._causes[each], each), default="")
        why = cause or CAUSES_OF_NO_ENTRY.get(most, "")
        return {
            "cause": why,
            "people": people,
            "decided": decided,
            "figure": (decided - people) / decided,
            "usual": 1 - usual,
            "evidence": no_entry_in_words(
                people, decided, length, usual, CAUSES_OF_NO_ENTRY.get(most, "")
            ),
        }

    def state(self) -> list[Any]:
        """All that it remembers, as JSON can hold it."""
        return [
            self._chart.state(),
            self._chart.last,
            list(self._window),
            self._causes,
            list(self._lately),
            self._entered_at,
            self._named,
            self._seen,
            self._state_of_open(),
        ]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        chart, last, window, causes, lately, self._entered_at, *named, open_ = state
        self._named, self._seen = named
        self._chart.restore(chart)
        self._chart.last = last
        self._window = deque((at, who) for at, who in window)
        self._callers = {who: at for at, who in self._window}
        self._causes = dict(causes)
        self._lately = deque(((at, bad) for at, bad in lately), maxlen=LATELY)
        self._restore_open(open_)
