"""How many callers call, and how many agents they need."""

from functools import lru_cache
from math import exp

from streams.domain import instants
from streams.domain.instants import HOUR, SECOND
from streams.domain.plan import Plan
from streams.simulation.callers import Behaviour

# Shares of an average hour, Monday first and by hour of the day: contact centres of cities have
# their peak on Monday and in the middle of the morning, and a dip at lunch.
_WEEKDAYS = (1.25, 1.05, 1.0, 0.95, 0.85, 0.35, 0.2)
_HOURS = (
    0.03, 0.02, 0.02, 0.02, 0.03, 0.05, 0.15, 0.5, 0.95, 1.25, 1.35, 1.2,
    0.85, 0.95, 1.1, 1.05, 0.9, 0.6, 0.35, 0.25, 0.18, 0.12, 0.08, 0.05,
)  # fmt: skip

_CLOSED = 0.06
"""Calls while a line is closed, as a share of those at the same hour were it open."""

_WEEK = 168
"""Hours."""


class Demand:
    """Calls per hour of each line that callers choose."""

    def __init__(self, plan: Plan, lines: list[str], behaviour: Behaviour, at: int) -> None:
        self._plan = plan
        self._share = behaviour.per_hour / max(len(lines), 1)
        self._mean = {line: self._usual(line, at) for line in lines}

    def per_hour(self, line: str, at: int, open_: bool) -> float:
        """Calls per hour that choose the line, in and out of its hours."""
        expected = self._plan.expected_per_hour(line, at) if open_ else None
        if expected is not None:
            return expected
        local = instants.to_datetime(at).astimezone(self._plan.zone)
        shape = _WEEKDAYS[local.weekday()] * _HOURS[local.hour]
        return self._mean[line] * shape * (1.0 if open_ else _CLOSED)

    def _usual(self, line: str, at: int) -> float:
        """The mean of the plan's hours that are not empty, else the line's share of the city."""
        rates = [
            self._plan.expected_per_hour(line, at + hour * HOUR) or 0.0 for hour in range(_WEEK)
        ]
        given = [rate for rate in rates if rate]
        return sum(given) / len(given) if given else self._share


def agents(per_hour: float, handling: float, threshold: int, target: float) -> float:
    """How many agents answer ``target`` of the calls within the threshold: Erlang C.

    The number lies between two integers, and a mixture of the two meets the target.

    Args:
        handling: mean seconds that an agent spends on a call.
        threshold: microseconds.

    >>> round(agents(100, 180, 20 * SECOND, 0.88015), 2)
    8.0
    """
    return _agents(round(per_hour, 1), handling, threshold, target) if per_hour > 0 else 0.0


@lru_cache(maxsize=10_000)
def _agents(per_hour: float, handling: float, threshold: int, target: float) -> float:
    load = per_hour * handling / 3600
    blocked, count, below = 1.0, 0, 0.0
    while True:
        count += 1
        blocked = load * blocked / (count + load * blocked)  # Erlang B, one more agent
        if count <= load:
            continue
        waits = count * blocked / (count - load * (1 - blocked))
        within = 1 - waits * exp(-(count - load) * threshold / SECOND / handling)
        if within >= target:
            return count - (within - target) / (within - below)
        below = within
