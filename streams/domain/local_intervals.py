"""Where an interval begins by the clock on the wall.

Quarter-hours are the same in every time zone that is used. Wider intervals are not: an hour of a
zone of five hours and three quarters begins at a quarter past in UTC, and a day begins at another
hour in summer than in winter. So they are cut at local times: hours at full hours, days at
midnight, weeks on Mondays. A day on which the clock is set has 23 or 25 hours, and the interval in
which that happens is as much shorter or longer; an hour that comes twice is two.
"""

from datetime import datetime, time, timedelta
from math import gcd
from typing import Final

from streams.domain import instants
from streams.domain.instants import DAY, MINUTE
from streams.domain.plan import Plan

_STEADY: Final = 15 * MINUTE
"""All offsets from UTC are multiples of it, so what lies in one of these is on one local day, at
one offset."""

_STARTS_KEPT: Final = 100_000
"""Quarter-hours of three years. A memory that has grown to this is emptied."""


class LocalIntervals:
    """The intervals of one width in the time zone of a plan.

    Args:
        width: in us; a divisor of the day, or whole days. Of any other width below a day the last
            of each day is shorter.

    Raises:
        ValueError: longer than a day, and no whole days.
    """

    def __init__(self, plan: Plan, width: int) -> None:
        if width > DAY and width % DAY:
            raise ValueError("longer than a day, and no whole days")
        self._plan = plan
        self._width = width
        self._grid = gcd(width, _STEADY)
        self._starts: dict[int, int] = {}

    def start_of(self, at: int) -> int:
        """Where the interval begins that an instant falls into."""
        if not _STEADY % self._width:
            return at - at % self._width
        part = at // self._grid
        start = self._starts.get(part)
        if start is None:
            if len(self._starts) >= _STARTS_KEPT:
                self._starts.clear()
            start = self._starts[part] = self._find(at)
        return start

    def _find(self, at: int) -> int:
        local = instants.to_datetime(at).astimezone(self._plan.zone)
        day = local.date()
        if self._width >= DAY:
            days = self._width // DAY
            back = timedelta(days=(day.toordinal() - 1) % days)
            return instants.of(datetime.combine(day - back, time(), self._plan.zone))
        since = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        passed = since // timedelta(microseconds=1) // self._width * self._width
        begin = datetime.combine(day, time(), self._plan.zone) + timedelta(microseconds=passed)
        # Local arithmetic: of a time that comes twice, the last one that is not after the instant.
        both = [instants.of(begin.replace(fold=fold)) for fold in (0, 1)]
        return max([each for each in both if each <= at], default=min(both))
