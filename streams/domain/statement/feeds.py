"""What came of a feed, and when it comes: by what it is told whether silence is quiet.

A feed is a set of lines whose events come the same way. Its hours are compared with its own: calls
of a Monday at nine with those of the other Mondays at nine.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from statistics import median

from streams.domain.books import INTERVAL
from streams.domain.instants import HOUR
from streams.domain.statement.exclusions import Excluding
from streams.domain.statement.holdings import Intervals
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
    """What came of a feed, and when it comes. Days without any call tell nothing of that.

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
        days = {excluding.day(start) for start in calls}
        hours: dict[int, int] = {}
        for start in range(since - since % INTERVAL, until, INTERVAL):
            if excluding.day(start) in days:
                begin = excluding.hour_begin(start)
                hours[begin] = hours.get(begin, 0) + calls.get(start, 0)
        self._hours: dict[Slot, list[tuple[int, int]]] = {}
        for begin, came in hours.items():
            for slot in self._slots(begin):
                self._hours.setdefault(slot, []).append((begin, came))

    def around(self, start: int) -> tuple[int, int]:
        """The stretch without anything in which a quarter-hour lies."""
        place = bisect_left(self._heard, start)
        begin = self._heard[place - 1] + INTERVAL if place else self._since
        return begin, self._heard[place] if place < len(self._heard) else self._until

    def usual(self, stretch: list[int], begin: int, end: int) -> list[float]:
        """Calls that usually come in each quarter-hour of a stretch, told by all that lies outside
        of it: the lesser of what comes at this hour of this weekday and of any day, for of a
        weekday a month has few. Where neither is known, what comes in any hour. Of hours that are
        alike the median: a night in which everybody called does not make the other nights silent.
        """
        known: dict[Slot, list[float]] = {}
        found = []
        for start in stretch:
            slots = self._slots(start)
            for slot in slots:
                if slot not in known:
                    known[slot] = self._median(slot, begin, end)
            of_weekday, of_hour, of_any = (known[slot] for slot in slots)
            usual = min(of_weekday + of_hour or of_any, default=0.0)
            found.append(usual * INTERVAL / HOUR)
        return found

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
