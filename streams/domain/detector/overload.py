"""Channel O, overload: too few of a vendor's callers are reached.

A long queue is all memory, so no price of a false alarm can be promised for it, and nobody is
woken: it is a notice, of all lines of a vendor together. A Bernoulli CUSUM of the contract's
reachability against a fall to 20 % gathers the evidence, and asks for 25 nats of it: what coins
would give by chance once in 7 x 10^10 decisions, and queues once in a while. And the last half hour
must be below the target, with at least 40 callers, so that a burst that is over is told to nobody.

>>> NOTICE_AT
250
"""

from collections.abc import Sequence
from typing import Any, Final

from streams.domain.detector.alert import AlertChange, Subject, overload_in_words
from streams.domain.detector.channel import Channel
from streams.domain.detector.chart import Chart
from streams.domain.detector.limits import POINTS_PER_NAT, points
from streams.domain.instants import HOUR, MINUTE

UNREACHABLE: Final = 0.20
NOTICE_AT: Final = 25 * POINTS_PER_NAT
AT_LEAST: Final = 40
OF_LATE: Final = 30 * MINUTE


class Overload(Channel):
    """Whether a vendor's callers are reached."""

    __slots__ = ("_chart", "_lately")

    kind = "overload"

    def __init__(self, subject: Subject) -> None:
        super().__init__(subject)
        self._chart = Chart(1, 1)
        self._lately: dict[int, list[int]] = {}  # by the minute: decided, and not reached

    def feed(self, at: int, reached: bool, target: float) -> list[AlertChange]:
        """Whether a caller was reached, decided now."""
        chart, lately = self._chart, self._lately
        if chart.score and at - chart.last > HOUR:
            chart.reset()
        chart.rise, chart.fall, _ = points(target, UNREACHABLE)
        chart.score = min(chart.add(at, not reached), 2 * NOTICE_AT)
        minute = at // MINUTE
        if minute not in lately:
            lately[minute] = [0, 0]
            for past in [each for each in lately if each <= minute - OF_LATE // MINUTE]:
                del lately[past]
        lately[minute][0] += 1
        lately[minute][1] += not reached
        if self.open is None and chart.score < NOTICE_AT:
            return []
        decided, bad = self._of_late()
        below = bad > (1 - target) * decided
        if self.open is None:
            if decided < AT_LEAST or not below:
                return []
            return [self._opens(at, chart.since, "notice", **self._said(target))]
        if not chart.score and not below:
            return self._resolves(at)
        # What is told is how it was when it was worst off, not how it ended.
        return self._updates(at, **self._said(target)) if below else []

    def close(self, at: int) -> list[AlertChange]:
        """The vendor's lines close."""
        self._chart.reset()
        self._lately.clear()
        return self._resolves(at)

    def _of_late(self) -> tuple[int, int]:
        """Decided, and not reached, in the last half hour."""
        counts = self._lately.values()
        return sum(decided for decided, _ in counts), sum(bad for _, bad in counts)

    def _said(self, target: float) -> dict[str, Any]:
        decided, bad = self._of_late()
        return {
            "people": bad,
            "decided": decided,
            "figure": (decided - bad) / decided,
            "target": target,
            "evidence": overload_in_words(bad, decided, target),
        }

    def state(self) -> list[Any]:
        """All that it remembers, as JSON can hold it."""
        chart = [*self._chart.state(), self._chart.last]
        return [chart, list(self._lately.items()), self._state_of_open()]

    def restore(self, state: Sequence[Any]) -> None:
        """Goes on from a ``state``."""
        (*chart, last), lately, open_ = state
        score, since, decided, climbs = chart
        self._chart.restore((score, since, decided, climbs))
        self._chart.last = last
        self._lately = {minute: list(counts) for minute, counts in lately}
        self._restore_open(open_)
