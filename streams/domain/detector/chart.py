"""One sequential test: a Bernoulli CUSUM with its change point.

Page (Biometrika 1954): add up the log-likelihood ratio of every decision, "collapsed" against "at
target", and begin again from 0 whenever the sum falls below it. When the sum reaches its limit the
line has collapsed. Of all tests with the same time between false alarms none notices the worst case
sooner (Lorden 1971, Moustakides 1986); for yes-or-no observations see Reynolds & Stoumbos 1999.
Compared here, at equal false pages, with Shiryaev-Roberts sums, mixtures over several alternatives
and a pair of charts for a deep and a shallow fall: within one call of each other at a fall to 30 %,
one call of eight sooner at most at a fall to 0. So the plainest one stands, whose price is exact.

The points are whole numbers, so a score is the same on every machine, live and in replay, and its
state is four integers. The decision after the last 0 is the likeliest begin of the change.
"""

from streams.domain.detector.limits import Points

ChartState = tuple[int, int, int, int]


class Chart:
    """A score that climbs with decisions of one sort and sinks, not below 0, with the other.

    `since` is the instant of the first decision after the score was last 0, `decided` how many have
    come from then on, `climbs` how many of them made it climb; `last` is when the newest of all
    came.
    """

    __slots__ = ("climbs", "decided", "fall", "last", "rise", "score", "since")

    def __init__(self, rise: int, fall: int) -> None:
        self.rise = rise
        self.fall = fall
        self.reset()

    @classmethod
    def of_a_fall(cls, points: Points) -> "Chart":
        """Climbs with bad decisions: has the line collapsed?"""
        return cls(points.rise, points.fall)

    @classmethod
    def of_a_recovery(cls, points: Points) -> "Chart":
        """The same ratio the other way round, climbs with good decisions: is it back?"""
        return cls(points.fall, points.rise)

    def add(self, at: int, climb: bool) -> int:
        """Takes one decision and returns the score."""
        self.last = at
        if climb:
            if not self.score:
                self.since = at
            self.score += self.rise
            self.decided += 1
            self.climbs += 1
        elif self.score > self.fall:
            self.score -= self.fall
            self.decided += 1
        elif self.score:
            self.reset()
        return self.score

    def reset(self) -> None:
        self.score = self.since = self.decided = self.climbs = 0
        self.last = 0

    def state(self) -> ChartState:
        return self.score, self.since, self.decided, self.climbs

    def restore(self, state: ChartState) -> None:
        self.score, self.since, self.decided, self.climbs = state
