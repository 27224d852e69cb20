"""Rolling windows of one scope, from the slots and intervals of all source partitions.

A window of length L at ``now`` holds the slots that start in (now - L, now], the running slot
included; "today" holds the intervals since local midnight, "all" every interval heard of. Both
arrive as absolute figures, in any order and any number of times, so each window keeps a running sum
from which the old figure of a slot is taken before the new one is added, and evicts slots
as ``now`` passes them::

    slots    ..|----|----|----|----|----|----|
    now                              ^
    5 min         (------ 30 slots ------]
"""

from collections.abc import Iterator
from typing import Final

from streams.domain.books import INTERVAL, SLOT, start_of
from streams.domain.instants import HOUR, MINUTE
from streams.domain.plan import Plan
from streams.domain.tally import Difference, Tally

LENGTHS: Final = {"5m": 5 * MINUTE, "15m": 15 * MINUTE, "30m": 30 * MINUTE, "60m": HOUR}
TODAY: Final = "today"
ALL_TIME: Final = "all"
WINDOWS: Final = (*LENGTHS, TODAY, ALL_TIME)
INTERVALS_KEPT: Final = 26 * HOUR
"""The longest day has 25 hours; the interval at its beginning is needed to its end. One that is not
final by then is kept until it is."""
LONGEST: Final = max(LENGTHS.values())


SEALED: Final = -1
"""Stands for all source partitions of an interval that is final."""

_EVER: Final = 2**62
"""Before its negative no instant is, and none after it."""

_NOTHING: Final = Tally()

_Kept = dict[int, dict[int, Tally]]
"""What is booked, by start and source partition."""


class _Window:
    """The running sum of what is booked in [first, last], of the slots or the intervals kept.

    Args:
        kept: the tallies of all starts, per source partition.
        width: of what is kept; every start is a multiple of it.

    Attributes:
        version: moves on whenever the sum may have changed.
        evicted: the longest wait of what is still in the sum, but no longer kept.
    """

    __slots__ = ("_certain", "_kept", "_sum", "_width", "evicted", "first", "last", "version")

    def __init__(self, kept: _Kept, width: int, first: int = 1, last: int = 0) -> None:
        self._kept = kept
        self._width = width
        self.first, self.last = first, last
        self.evicted = -1
        self.version = 0
        self._sum = Tally()
        # A maximum can't be taken away: after that the sum's longest wait is only an upper bound.
        self._certain = True

    def replace(self, start: int, before: Tally, after: Tally, difference: Difference) -> None:
        """What is booked at a start becomes another."""
        if not self.first <= start <= self.last:
            return
        self.version += 1
        total = self._sum
        total.differ(difference)
        certain = self._certain and not 0 <= before.longest == total.longest
        self._certain = certain or after.longest >= total.longest
        total.longest = max(total.longest, after.longest)

    def move(self, first: int, last: int) -> None:
        """Holds [first, last] from now on; neither goes back."""
        if (first, last) == (self.first, self.last):
            return
        leaving: list[int] = []
        if self.last < first:
            self._sum, self._certain = Tally(), True
            self.version += 1
            coming = self._within(first, last)
        else:
            leaving = self._within(self.first, first - 1)
            coming = self._within(self.last + 1, last)
        for start in leaving:
            for tally in self._kept[start].values():
                self._subtract(tally)
        for start in coming:
            for tally in self._kept[start].values():
                self._add(tally)
        self.first, self.last = first, last

    def sum(self) -> Tally:
        """The sum, as a copy that the caller may keep."""
        total = self._sum
        if not self._certain:
            starts = self._within(self.first, self.last)
            waits = (tally.longest for start in starts for tally in self._kept[start].values())
            total.longest = max(self.evicted, max(waits, default=-1))
            self._certain = True
        copy = Tally(total.packed)
        copy.waits = dict(total.waits)
        copy.longest = total.longest
        return copy

    def empty(self) -> bool:
        """Whether nothing is booked here."""
        return not self._sum.packed

    def _add(self, tally: Tally) -> None:
        self.version += 1
        self._certain = self._certain or tally.longest >= self._sum.longest
        self._sum.plus(tally)

    def _subtract(self, tally: Tally) -> None:
        self.version += 1
        self._certain = self._certain and not 0 <= tally.longest == self._sum.longest
        self._sum.minus(tally)

    def _within(self, first: int, last: int) -> list[int]:
        """The starts kept in [first, last]: by counting or by looking, whichever is shorter."""
        width, kept = self._width, self._kept
        if (last - first) // width < len(kept):
            begin = -(-first // width) * width
            return [start for start in range(begin, last + 1, width) if start in kept]
        return [start for start in kept if first <= start <= last]


class Windows:
    """The rolling windows of one scope.

    Attributes:
        now: the instant of the windows; moved by ``advance``, never back.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._slots: _Kept = {}
        self._intervals: _Kept = {}
        # From callers' histories, beside the books: it may change after an interval is final.
        self._histories: _Kept = {}
        self._rolling = {name: _Window(self._slots, SLOT) for name in LENGTHS}
        both = self._intervals, self._histories
        self._today = tuple(_Window(kept, INTERVAL) for kept in both)
        self._whole = tuple(_Window(kept, INTERVAL, -_EVER, _EVER) for kept in both)
        self._slot = self._interval = -_EVER  # the running ones
        self.now = -_EVER

    def replace_slot(self, source: int, start: int, tally: Tally) -> None:
        """Takes the absolute figures of a slot from a source partition."""
        if start <= self.now - LONGEST:
            return
        slots = self._slots.setdefault(start, {})
        before = slots.get(source, _NOTHING)
        slots[source] = tally
        difference = tally.difference(before)
        for window in self._rolling.values():
            window.replace(start, before, tally, difference)

    def slots_of(self, source: int) -> list[int]:
        """The slots that a source partition has published figures of."""
        return [start for start, sources in self._slots.items() if source in sources]

    def histories_of(self, source: int) -> list[int]:
        """The intervals to which callers' histories of this source have added something."""
        return [start for start, sources in self._histories.items() if source in sources]

    def remove_slot(self, source: int, start: int) -> None:
        """Takes back the figures of a slot from a source partition."""
        self.replace_slot(source, start, Tally())
        self._slots.get(start, {}).pop(source, None)

    def remove_interval(self, source: int, start: int) -> None:
        """Takes back the figures of an interval from a source partition."""
        self.replace_interval(source, start, Tally())
        del self._intervals[start][source]

    def replace_interval(self, source: int, start: int, tally: Tally) -> None:
        """Takes the absolute figures of an interval from a source partition."""
        self._replace(0, self._intervals, source, start, tally)

    def replace_history(self, source: int, start: int, tally: Tally) -> None:
        """Replaces what callers' histories add to an interval; absolute."""
        if start not in self._histories and start < self.now - INTERVALS_KEPT:
            return  # it may have been evicted, and is in the whole then
        self._replace(1, self._histories, source, start, tally)

    def _replace(self, of: int, kept: _Kept, source: int, start: int, tally: Tally) -> None:
        known = kept.setdefault(start, {})
        before = known.get(source, _NOTHING)
        known[source] = tally
        difference = tally.difference(before)
        for window in (self._today[of], self._whole[of]):
            window.replace(start, before, tally, difference)

    def interval(self, start: int) -> Tally:
        """The sum of an interval over all source partitions."""
        total = Tally()
        for tally in self._intervals.get(start, {}).values():
            total.plus(tally)
        return total

    def seal(self, start: int) -> Tally:
        """The sum of an interval that is final; from now on it is kept as one tally."""
        total = self.interval(start)
        self._intervals[start] = {SEALED: total}
        return total

    def advance(self, now: int) -> None:
        """Moves the windows on to ``now`` and evicts what no window can hold again."""
        if now <= self.now:
            return
        self.now = now
        slot = start_of(now, SLOT)
        if slot == self._slot:
            return
        self._slot = slot
        for name, length in LENGTHS.items():
            self._rolling[name].move(slot - length + SLOT, slot)
        for start in [start for start in self._slots if start <= now - LONGEST]:
            del self._slots[start]
        interval = start_of(now, INTERVAL)
        if interval == self._interval:
            return
        self._interval = interval
        # All offsets are multiples of an interval, so a day begins with one.
        midnight = self._plan.midnight(interval)
        for window in self._today:
            window.move(midnight, interval)
        past = now - INTERVALS_KEPT
        for start in [s for s, by in self._intervals.items() if s < past and SEALED in by]:
            self._evict(0, self._intervals, start)
        for start in [start for start in self._histories if start < past]:
            self._evict(1, self._histories, start)

    def _evict(self, of: int, kept: _Kept, start: int) -> None:
        for tally in kept.pop(start).values():
            self._whole[of].evicted = max(self._whole[of].evicted, tally.longest)

    def empty(self) -> bool:
        """Whether nothing is booked in any window, the whole left out."""
        return all(window.empty() for window in (*self._rolling.values(), *self._today))

    def tally(self, name: str) -> Tally:
        """The tally of a window, by its name in ``WINDOWS``."""
        if name in self._rolling:
            return self._rolling[name].sum()
        books, histories = self._whole if name == ALL_TIME else self._today
        total = books.sum()
        total.plus(histories.sum())
        return total

    def quarters_of_today(self) -> Iterator[tuple[int, Tally]]:
        """What is booked since local midnight, by the interval's start: of each source partition,
        and of callers' histories, by itself."""
        for window, kept in zip(self._today, (self._intervals, self._histories), strict=True):
            for start, sources in kept.items():
                if window.first <= start <= window.last:
                    yield from ((start, tally) for tally in sources.values())

    def version(self, name: str) -> int:
        """A number that moves on whenever a window's tally may have changed."""
        if name in self._rolling:
            return self._rolling[name].version
        books, histories = self._whole if name == ALL_TIME else self._today
        return books.version + histories.version
