"""Where a running period will end, how surely, and how many misses it can still bear.

How many calls are still to come is what the plan expects of the hours that are left, scaled by how
many came so far of those expected; without a forecast in the plan, the pace so far per open
quarter-hour. What is still to come is taken to be like the days so far. Days differ by more than
chance does, so the uncertainty is that between whole days: the ratio estimator's variance over days
(Cochran, Sampling Techniques, 1977, 6.3), for the mean so far and for the days to come, on
Student's t; chance alone is the least that is ever claimed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor, sqrt
from typing import Final

from streams.domain import instants
from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.domain.statement import counting
from streams.domain.statement.judging import Result
from streams.domain.statement.periods import midnight

CONFIDENCE: Final = 0.90
"""Nine periods in ten end between ``low`` and ``high``."""

# Student's t for 5 % on each side, by degrees of freedom; from 31 on the normal's.
_T: Final = (
    *(6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812),
    *(1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725),
    *(1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697),
)
_NORMAL: Final = 1.645

_DAYS_DIFFER: Final = 0.12
_DURATION_DIFFERS: Final = 0.4
"""With a single day nothing is known of how days differ. Those of the fortnight of real calls in
``tests/data`` have a standard deviation of 12 points of service level, and of two fifths of the
average speed of answer."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How a running period may end.

    Attributes:
        expected: what will be under the line at the end.
        misses_left: how many more misses the target bears at that number of calls, below 0 when
            it is out of reach; None of a mean duration, and while no call is known of.
        low, mid, high: the figure at the end; None before the first call.
    """

    expected: Fraction | None
    misses_left: int | None
    low: float | None
    mid: float | None
    high: float | None


class Remaining:
    """What the plan expects of lines: keeps the days that it has looked up."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._days: dict[tuple[str, date], tuple[int, Fraction | None]] = {}

    def between(self, line: str, since: int, until: int) -> tuple[int, Fraction | None]:
        """Open quarter-hours, and calls expected in them; None: the plan does not say."""
        quarters, calls = 0, Fraction(0)
        known = True
        at = since - since % INTERVAL
        while at < until:
            day = instants.to_datetime(at).astimezone(self.plan.zone).date()
            begin = midnight(day, self.plan.zone)
            end = midnight(day + timedelta(days=1), self.plan.zone)
            if at <= begin and end <= until:
                more, expected = self._day(line, day, begin, end)
            else:
                more, expected = self._count(line, at, min(end, until))
            quarters += more
            known = known and expected is not None
            calls += expected or 0
            at = max(end, at + INTERVAL)
        return quarters, calls if known else None

    def _day(self, line: str, day: date, begin: int, end: int) -> tuple[int, Fraction | None]:
        if (line, day) not in self._days:
            self._days[line, day] = self._count(line, begin, end)
        return self._days[line, day]

    def _count(self, line: str, since: int, until: int) -> tuple[int, Fraction | None]:
        quarters, calls = 0, 0.0
        known = True
        for start in range(since, until, INTERVAL):
            terms = self.plan.terms(line, start)
            if terms is None or not terms.open:
                continue
            quarters += 1
            rate = self.plan.expected_per_hour(line, start)
            known = known and rate is not None
            calls += rate or 0.0
        return quarters, Fraction(calls) * INTERVAL / HOUR if known else None


def outlook(result: Result, remaining: Remaining, as_of: int) -> Outlook | None:
    """How a result's period may end; None if it has ended, or ends after the statement's."""
    if not result.due or as_of >= result.until:
        return None
    done = done_expected = Fraction(0)
    left = left_expected = Fraction(0)
    known = True
    for line in result.lines:
        past, came = remaining.between(line, result.since, max(as_of, result.since))
        coming, expected = remaining.between(line, max(as_of, result.since), result.until)
        done, left = done + past, left + coming
        known = known and came is not None and expected is not None
        done_expected += came or 0
        left_expected += expected or 0
    whole = Fraction(result.count.whole)
    more: Fraction | None = None
    if known and done_expected and whole:
        more = left_expected * whole / done_expected
    elif known and left_expected and not whole:
        more = left_expected
    elif done and whole:
        more = left * whole / done
    if more is None:
        return Outlook(None, None, None, None, None)
    figure = result.measure.figure
    low, mid, high = _bounds(result.count, result.days, more, figure)
    return Outlook(whole + more, _misses_left(result, whole + more), low, mid, high)


def _misses_left(result: Result, whole: Fraction) -> int | None:
    figure = result.measure.figure
    made = counting.misses(result.count, figure)
    if made is None:
        return None
    target = Fraction(result.measure.target)
    borne = target if counting.lower_is_better(figure) else 1 - target
    return floor(borne * whole) - floor(made)


def _bounds(
    count: Count, days: Mapping[date, Count], more: Fraction, figure: str
) -> tuple[float | None, float | None, float | None]:
    mean = counting.value(count, figure)
    if mean is None:
        return None, None, None
    duration = counting.in_seconds(figure)
    unit = SECOND if duration else 1
    p, so_far, coming = float(mean), float(count.whole), float(more)
    pairs = [(float(each.part) / unit, float(each.whole)) for each in days.values() if each.whole]
    k = len(pairs)
    size = so_far / k  # of a day
    chance = p * (1 - p) / size if not duration else p * p / size
    if k > 1:
        spread = sum((part - p * whole) ** 2 for part, whole in pairs) / (k - 1) / size**2
    else:
        spread = chance + ((_DURATION_DIFFERS * p) ** 2 if duration else _DAYS_DIFFER**2)
    spread = max(spread, chance)
    share = coming / (so_far + coming)
    error = share * sqrt(spread / k + (spread * size / coming if coming else 0.0))
    t = _T[k - 2] if 0 <= k - 2 < len(_T) else _NORMAL
    # The past is certain: the rest can at worst be all misses, at best none.
    least = p * so_far / (so_far + coming)
    most = (p * so_far + coming) / (so_far + coming) if not duration else float("inf")
    return max(p - t * error, least), p, min(p + t * error, most)
