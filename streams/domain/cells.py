"""Where a ledger books: a scope's slot or interval, and who waits now."""

from heapq import heappop, heappush

from streams.domain.tally import Tally

CellKey = tuple[str, int, int]
"""Scope, width and start of a slot or interval."""


class Cell:
    """One scope's slot or interval.

    Attributes:
        key: its scope, width and start.
        retired: what retired contacts left behind for good.
        open: what contacts in state add as of the watermark. Its longest wait may be that of a
            contact that has retired since: then ``retired`` has it too, and the total is the same.
        count: entries of contacts in state.
        stale: the longest wait of ``open`` must be found again.
        dirty, retiring: the cell, and its retired part, changed since changes were last asked for.
    """

    __slots__ = ("count", "dirty", "key", "open", "retired", "retiring", "stale")

    def __init__(self, key: CellKey) -> None:
        self.key = key
        self.retired = Tally()
        self.open = Tally()
        self.count = 0
        self.stale = self.dirty = self.retiring = False

    def total(self) -> Tally:
        """Everything booked here."""
        retired = self.retired
        total = Tally(retired.packed)
        total.waits = retired.waits.copy()
        total.longest = retired.longest
        if self.count:
            total.plus(self.open)
        return total


class Waiting:
    """Who waits in a scope's queues at this moment: how many, and since when the first of them."""

    __slots__ = ("_order", "_since", "count")

    def __init__(self) -> None:
        self.count = 0
        self._since: dict[int, int] = {}
        self._order: list[int] = []

    def add(self, since: int) -> None:
        self.count += 1
        known = self._since.get(since)
        if known is None:
            heappush(self._order, since)
        self._since[since] = (known or 0) + 1

    def remove(self, since: int) -> None:
        self.count -= 1
        self._since[since] -= 1

    def oldest(self) -> int | None:
        """Queue entry of the caller who waits longest; None when nobody waits."""
        while self._order and not self._since[self._order[0]]:
            del self._since[heappop(self._order)]
        return self._order[0] if self._order else None
