"""How many decisions a quarter has, where the plan doesn't say: learnt from the line itself.

A budget is so many false pages a quarter; the limit needs it per decision. A line begins as one of
20 calls an hour and doubles whenever a day brings more than it was taken for, so that its limit is
computed a dozen times in its life and not on every call. It never shrinks: a line's busiest days
are when its tests are asked most, and a limit that sinks in a quiet summer would page in autumn.
"""

from streams.domain.instants import DAY

DAYS_PER_QUARTER = 91.25
_FIRST_DAY = 200  # 20 calls an hour for ten hours

PaceState = tuple[int, int, int]


class Pace:
    """Counts decisions per UTC day; `day` is what a busy day is taken to bring."""

    __slots__ = ("_at", "_today", "day")

    def __init__(self, state: PaceState = (0, 0, _FIRST_DAY)) -> None:
        self._at, self._today, self.day = state

    @property
    def per_quarter(self) -> float:
        return self.day * DAYS_PER_QUARTER

    def grew(self, at: int) -> bool:
        """Counts one decision; whether that made the line a busier one."""
        day = at // DAY
        if day != self._at:
            self._at, self._today = day, 0
        self._today += 1
        if self._today <= self.day:
            return False
        self.day *= 2
        return True

    def state(self) -> PaceState:
        return self._at, self._today, self.day
