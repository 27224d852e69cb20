"""The slots and quarter-hours of one partition of callers' calls, and which of these are final.

What callers add to a quarter-hour is final when the watermark of all source partitions has passed
the last promise in it, and the grace, and every contact is over of which anything happened until
then, or in the day before: a call in vain of then makes a repeat of now.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from streams.domain.bookings import SLOTS_KEPT
from streams.domain.books import INTERVAL, SLOT, start_of
from streams.domain.caller_history import LOOKS_BACK, Alone
from streams.domain.cells import CellKey
from streams.domain.instants import DAY
from streams.domain.ledger import GRACE
from streams.domain.plan.model import LONGEST_PROMISE
from streams.domain.promises import Promise, settled
from streams.domain.tally import Entry, Tally

CELLS_KEPT_FOR: Final = LONGEST_PROMISE + DAY
"""How long a quarter-hour may still change: a callback may be kept as late as this after it was
accepted, and the call in which that was has gone on for some hours. One that is not final by then
is kept until it is."""

_Quarter = tuple[str, int]


class CallerCells:
    """What the callers of one partition add to slots and quarter-hours.

    Args:
        grace: after an instant, for what comes late.

    Attributes:
        newest: the newest beginning of a call.
        dirty: the cells that changed since they were published.
    """

    def __init__(self, grace: int = GRACE) -> None:
        self.newest = -(2**62)
        self.dirty: set[CellKey] = set()
        self._grace = grace
        self._cells: dict[CellKey, Tally] = {}
        self._booked: dict[str, list[Entry]] = {}
        self._promised: dict[str, list[Promise]] = {}
        # Of each quarter-hour the callers to whom something is promised in it, and until when.
        self._last: dict[_Quarter, dict[str, int]] = {}
        self._open: set[_Quarter] = set()
        self._floor = self.newest  # quarter-hours before it may have been evicted
        self._touched = self.newest

    def __contains__(self, caller: str) -> bool:
        return caller in self._booked or caller in self._promised

    def tally(self, key: CellKey) -> tuple[Tally, bool]:
        """What callers add to a cell, and whether that is final."""
        scope, width, start = key
        final = width == INTERVAL and (scope, start) not in self._open
        return self._cells.get(key) or Tally(), final

    def book(self, caller: str, entries: list[Entry], promises: Iterable[Promise]) -> None:
        """Books what follows from all calls of a caller, in place of what followed before."""
        for promise in self._promised.pop(caller, ()):
            self._last.get((promise.scope, start_of(promise.at, INTERVAL)), {}).pop(caller, None)
        promised = list(promises)
        for scope, at, last in promised:
            start = start_of(at, INTERVAL)
            if self._is_kept((scope, INTERVAL, start)):
                lasts = self._last.setdefault((scope, start), {})
                lasts[caller] = max(last, lasts.get(caller, last))
                self._cell((scope, INTERVAL, start))
        if promised:
            self._promised[caller] = promised
        obsolete = self._booked.pop(caller, [])[:]
        for entry in entries:
            if entry in obsolete:
                obsolete.remove(entry)
            else:
                self._add(entry)
        for entry in obsolete:
            for key in self._keys(entry):
                if key in self._cells:
                    self._cells[key].subtract(entry)
                    self.dirty.add(key)
        if entries:
            self._booked[caller] = entries

    def book_alone(self, alone: Alone) -> None:
        """Books what callers add of whom one call is known. Nothing is kept of each of them: should
        more come of one, that is worked out again (``adopt``)."""
        for entry in alone.entries():
            self._add(entry)

    def adopt(self, caller: str, entries: list[Entry]) -> None:
        """A caller who is booked, with what they have added."""
        if entries:
            self._booked[caller] = entries

    def release(self, caller: str) -> None:
        """Keeps a caller booked without what they have added, which is known from their call."""
        self._booked.pop(caller, None)

    def is_recent(self, at: int) -> bool:
        """Whether slots of this instant are kept."""
        return at >= self.newest - SLOTS_KEPT

    def _cell(self, key: CellKey) -> Tally:
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Tally()
            scope, width, start = key
            if width == INTERVAL:
                self._open.add((scope, start))
                self.dirty.add(key)
        return cell

    def _add(self, entry: Entry) -> None:
        for key in self._keys(entry):
            self._cell(key).add(entry)
            self.dirty.add(key)

    def _keys(self, entry: Entry) -> list[CellKey]:
        scope, at, _, _, _, _ = entry
        keys = ((scope, INTERVAL, start_of(at, INTERVAL)), (scope, SLOT, start_of(at, SLOT)))
        return [key for key in keys if self._is_kept(key)]

    def _is_kept(self, key: CellKey) -> bool:
        """Whether a cell is there, or may be begun. One that may have been evicted is not begun
        again: it would be published as if nothing else were there, and as less than nothing when an
        entry is taken back."""
        _, width, start = key
        if width == SLOT:
            return self.is_recent(start)
        return start >= self._floor or key in self._cells

    def settle(self, now: int, held: Sequence[int]) -> Iterator[tuple[str, int, Tally]]:
        """The quarter-hours that are final now, as of the watermark of all source partitions. Once
        a day those that are not are published again, for where they are does not keep them longer
        than a week."""
        for quarter in sorted(self._open):
            scope, start = quarter
            last = max(self._last.get(quarter, {}).values(), default=start)
            if settled(start - LOOKS_BACK, max(start, last), held, now, self._grace):
                self._open.discard(quarter)
                self._last.pop(quarter, None)
                key = scope, INTERVAL, start
                self.dirty.add(key)
                yield scope, start, self._cells[key]
        if start_of(now, DAY) > self._touched:
            self._touched = start_of(now, DAY)
            self.dirty.update((scope, INTERVAL, start) for scope, start in self._open)

    def evict(self, now: int) -> int:
        """Evicts what can't change any more; gives the instant before which calls may be forgotten:
        a day before all quarter-hours that are kept."""
        self._floor = max(self._floor, now - CELLS_KEPT_FOR)
        for key in list(self._cells):
            scope, width, start = key
            if width == SLOT:
                gone = start < self.newest - SLOTS_KEPT
            else:
                gone = start < self._floor and (scope, start) not in self._open
            if gone:
                del self._cells[key]
        first = min((start for _, start in self._open), default=self._floor)
        return min(first, self._floor) - LOOKS_BACK

    def forget(self, caller: str) -> None:
        """Forgets a caller of whom no call is known any more; what they have added stays."""
        self._booked.pop(caller, None)
        for promise in self._promised.pop(caller, ()):
            self._last.get((promise.scope, start_of(promise.at, INTERVAL)), {}).pop(caller, None)
