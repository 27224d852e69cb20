"""What came of a feed, and when it usually comes: what decides whether silence is only quiet.

A feed is a set of lines whose events come the same way. Its hours are compared with its own: calls
of a Monday at nine with those of the other Mondays at nine.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from statistics import median

from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR
from streams.domain.statement.assignments import Intervals
from streams.domain.statement.exclusions import Excluding
from streams.domain.tally import CITY, LINE


def of_city(intervals: Intervals, since: int, until: int) -> dict[int, int]:
    """The quarter-hours in which anything is booked, in whatever scope, with the city's calls."""
    calls: dict[int, int] = {}
    visits: Counter[int] = Counter()
    for (scope, start), tally in intervals.items():
        if since <= start < until and tally.packed:
            calls.setdefault(start, 0)
            if scope == CITY:
                calls[start] = tally["contacts"]
            elif scope.startswith(LINE):
                visits[start] += tally["line_offered"]
    return {start: max(came, visits[start]) for start, came in calls.items()}


Slot = tuple[int, int]
"""A weekday, Monday 0, and a local hour; -1 is any."""


class Feed:
    """What came of a feed, and when it comes. Days without any call say nothing of that.

    Args:
        calls: the quarter-hours in which anything is booked, with how many calls.
        excluding: knows local time.
        since, until: from when until when the feed was listened to.
    """

    def __init__(
        self, calls: Mapping[int, int], excluding: Excluding, since: int, until: int
    ) -> None:
        self.calls = calls
        self._since, self._until = since, until
        self._excluding = excluding
        self._heard = sorted(calls)

    @cached_property
    def _hours(self) -> dict[Slot, list[tuple[int, int]]]:
        """Every hour that can be compared with others, with what came in it."""
        days = {self._excluding.day(start) for start in self.calls}
        hours: dict[int, int] = {}
        for start in range(self._since - self._since % INTERVAL, self._until, INTERVAL):
            if self._excluding.day(start) in days:
                begin = self._excluding.hour_begin(start)
                hours[begin] = hours.get(begin, 0) + self.calls.get(start, 0)
        found: dict[Slot, list[tuple[int, int]]] = {}
        for begin, came in hours.items():
            for slot in self._slots(begin):
                found.setdefault(slot, []).append((begin, came))
        return found

    def around(self, start: int) -> tuple[int, int]:
        """The stretch without anything in which a quarter-hour lies."""
        index = bisect_left(self._heard, start)
        begin = self._heard[index - 1] + INTERVAL if index else self._since
        return begin, self._heard[index] if index < len(self._heard) else self._until

    def quiet(self, opened: list[int]) -> Iterable[tuple[tuple[int, int], list[int]]]:
        """Each stretch without anything: its bounds, and those of these quarter-hours that lie in
        it."""
        stretches: dict[tuple[int, int], list[int]] = {}
        for start in opened:
            if start not in self.calls:
                stretches.setdefault(self.around(start), []).append(start)
        return stretches.items()

    def usual(self, begin: int, end: int) -> Callable[[int], float]:
        """Returns how many calls usually come in a quarter-hour of a stretch, by all that lies
        outside of it: the lesser of what comes at this hour of this weekday and of any day, for of
        a weekday a month has few. Where neither is known, what comes in any hour. Of hours that are
        alike the median: a night in which everybody called does not make the other nights silent.
        """
        known: dict[Slot, list[float]] = {}

        def of_slot(slot: Slot) -> list[float]:
            if slot not in known:
                known[slot] = self._median(slot, begin, end)
            return known[slot]

        def of(start: int) -> float:
            weekday, hour, whenever = self._slots(start)
            found = of_slot(weekday) + of_slot(hour) or of_slot(whenever)
            return min(found, default=0.0) * INTERVAL / HOUR

        return of

    def _slots(self, start: int) -> tuple[Slot, Slot, Slot]:
        """What a quarter-hour can be compared with: this hour of this weekday, this hour, any."""
        weekday, hour = self._excluding.day(start).weekday(), self._excluding.hour(start)
        return (weekday, hour), (-1, hour), (-1, -1)

    def _median(self, slot: Slot, begin: int, end: int) -> list[float]:
        """The median of the hours that begin and end outside of a stretch; none if there are
        none."""
        hours = self._hours.get(slot, ())
        outside = [came for hour, came in hours if hour + HOUR <= begin or hour >= end]
        return [median(outside)] if outside else []
