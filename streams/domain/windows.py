"""Rolling windows of one scope, from the slots and intervals of all source partitions.

A window of length L at ``now`` holds the slots that start in (now - L, now], the running slot
included; "today" holds the intervals since local midnight, "all" every interval heard of. Slots
arrive as absolute figures, in any order and any number of times, so each window keeps a running sum
from which the old figure of a slot is taken before the new one is added, and which lets go of slots
as ``now`` passes them::

    slots    ..|----|----|----|----|----|----|
    now                              ^
    5 min         (------ 30 slots ------]
"""

from typing import Final

from streams.domain.books import SLOT
from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.domain.tally import Tally

LENGTHS: Final = {"5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "60m": HOUR}
TODAY: Final = "today"
ALL: Final = "all"
NAMES: Final = (*LENGTHS, TODAY, ALL)
INTERVALS_KEPT: Final = 26 * HOUR
"""The longest day has 25 hours; the interval at its beginning is needed to its end. One that is not
final by then is kept until it is."""
LONGEST: Final = max(LENGTHS.values())


SEALED: Final = -1
"""Stands for all source partitions of an interval that is final."""


class _Window:
    """The running sum of the slots in one window."""

    __slots__ = ("first", "last", "length", "sum")

    def __init__(self, length: int) -> None:
        self.length = length
        self.first = self.last = 0  # slots in [first, last] are in the sum
        self.sum = Tally()


class Windows:
    """The rolling windows of one scope.

    Attributes:
        now: the instant as of which the windows stand; moved by ``advance``, never back.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._slots: dict[int, dict[int, Tally]] = {}
        self._intervals: dict[int, dict[int, Tally]] = {}
        self._sealed = Tally()
        # What callers' histories tell, beside the books: it may change after an interval is final.
        self._histories: dict[int, dict[int, Tally]] = {}
        self._histories_whole = Tally()
        self._windows = {name: _Window(length) for name, length in LENGTHS.items()}
        self.now = -(2**62)

    def replace_slot(self, source: int, start: int, tally: Tally) -> None:
        """Takes the absolute figures of a slot from a source partition."""
        if start <= self.now - LONGEST:
            return
        slots = self._slots.setdefault(start, {})
        before = slots.get(source)
        slots[source] = tally
        for window in self._windows.values():
            if window.first <= start <= window.last:
                if before is not None:
                    window.sum.minus(before)
                window.sum.plus(tally)

    def slots_of(self, source: int) -> list[int]:
        """The slots for which a source partition has told figures."""
        return [start for start, sources in self._slots.items() if source in sources]

    def remove_slot(self, source: int, start: int) -> None:
        """Takes back the figures of a slot from a source partition."""
        self.replace_slot(source, start, Tally())
        self._slots.get(start, {}).pop(source, None)

    def remove_interval(self, source: int, start: int) -> None:
        """Takes back the figures of an interval from a source partition."""
        self._intervals.get(start, {}).pop(source, None)

    def replace_interval(self, source: int, start: int, tally: Tally) -> None:
        """Takes the absolute figures of an interval from a source partition."""
        self._intervals.setdefault(start, {})[source] = tally

    def replace_history(self, source: int, start: int, tally: Tally) -> None:
        """Takes what callers' histories tell of an interval, absolute."""
        known = self._histories.setdefault(start, {})
        before = known.get(source)
        if before is not None:
            self._histories_whole.minus(before)
        self._histories_whole.plus(tally)
        known[source] = tally

    def interval(self, start: int) -> Tally:
        """The sum of an interval over all source partitions."""
        return _sum(self._intervals.get(start, {}))

    def seal(self, start: int) -> Tally:
        """The sum of an interval that is final; from now on it is kept as one tally."""
        total = self.interval(start)
        self._intervals[start] = {SEALED: total}
        self._sealed.plus(total)
        return total

    def advance(self, now: int) -> None:
        """Moves the windows on to ``now`` and lets go of what no window can hold again."""
        if now <= self.now:
            return
        self.now = now
        last = now - now % SLOT
        for window in self._windows.values():
            first = now - window.length
            first += SLOT - first % SLOT  # the first slot start after now - length
            self._move(window, first, last)
        for start in [start for start in self._slots if start <= now - LONGEST]:
            del self._slots[start]
        past = now - INTERVALS_KEPT
        for start in [s for s, by in self._intervals.items() if s < past and SEALED in by]:
            del self._intervals[start]
        for start in [start for start in self._histories if start < past]:
            del self._histories[start]

    def _move(self, window: _Window, first: int, last: int) -> None:
        if window.last < first:
            window.sum = Tally()
            coming = [start for start in self._slots if first <= start <= last]
            leaving: list[int] = []
        else:
            leaving = _within(self._slots, window.first, first - SLOT)
            coming = _within(self._slots, window.last + SLOT, last)
        for start in leaving:
            for tally in self._slots[start].values():
                window.sum.minus(tally)
        for start in coming:
            for tally in self._slots[start].values():
                window.sum.plus(tally)
        window.first, window.last = first, last

    def tally(self, name: str) -> Tally:
        """The tally of a window, by its name in ``NAMES``."""
        total = Tally()
        if name == ALL:
            total.plus(self._sealed)
            total.plus(self._histories_whole)
            for sources in self._intervals.values():
                if SEALED not in sources:
                    total.plus(_sum(sources))
            return total
        if name == TODAY:
            midnight = self._plan.midnight(self.now)
            for start, sources in self._intervals.items():
                if midnight <= start <= self.now:
                    total.plus(_sum(sources))
            for start, sources in self._histories.items():
                if midnight <= start <= self.now:
                    total.plus(_sum(sources))
            return total
        window = self._windows[name]
        total.plus(window.sum)
        total.longest = max(
            (
                tally.longest
                for start in _within(self._slots, window.first, window.last)
                for tally in self._slots[start].values()
            ),
            default=-1,
        )
        return total


def _sum(sources: dict[int, Tally]) -> Tally:
    total = Tally()
    for tally in sources.values():
        total.plus(tally)
    return total


def _within(slots: dict[int, dict[int, Tally]], first: int, last: int) -> list[int]:
    """The slots that start in [first, last]: by counting or by looking, whichever is shorter."""
    if (last - first) // SLOT < len(slots):
        return [start for start in range(first, last + SLOT, SLOT) if start in slots]
    return [start for start in slots if first <= start <= last]
