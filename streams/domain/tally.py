"""The counts of a cell in one vector that books, windows and statements share.

A tally is a vector of whole numbers (``counts``), so adding and subtracting are exact and any order
gives the same sum. Two things that are not sums stand beside it: how the waits of answered visits
are distributed, and the longest wait. Seconds and ratios are derived from it in ``figures``.
"""

import struct
import sys
from collections.abc import Sequence
from itertools import compress
from operator import itemgetter
from typing import Any, Final, TypeVar

from streams.domain.became import COUNTED
from streams.domain.counts import BITS, COUNTS, INDEX, ONE, WIDTH
from streams.domain.disposition import DISPOSITIONS
from streams.domain.histogram import Histogram
from streams.domain.outcome import (
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    MENU_ABANDONED,
    OPEN_IN_MENU,
    TOO_MANY_EVENTS,
    WITH_VISIT,
)

CITY: Final = "city"
LINE: Final = "line:"
VENDOR: Final = "vendor:"
ENTRANCE: Final = "entrance:"
LANGUAGE: Final = "language:"
CHANNEL: Final = "channel:"
"""Scopes: ``city``, ``line:ID``, ``vendor:ID``; the city's calls by entrance and by language; and
what came by another channel than the telephone, apart from all of these."""

Entry = tuple[str, int, int, int, int, int]
"""What one visit or contact adds: scope, where it is booked, its counts and amounts (packed), the
bucket of its answered wait, its ended wait, since when it is waiting now (-1: none of these)."""

Difference = tuple[int, list[tuple[int, int]]]
"""By how much two tallies differ: in their packed counts and in waits per bucket."""

WHOLE_WAITS: Final = 1 << 24
"""Buckets from here on are of whole waits. So they are added up, stored and published as the others
are; and no wait is as long: a contact of 300 events that lie up to 12 h apart waits 150 days at
most, which is 13 million seconds."""

_MASK: Final = (1 << BITS) - 1
_UNPACK: Final = struct.Struct(f"<{WIDTH}Q")
_IDS: Final = range(WIDTH)

_OFFERED, _OPEN = INDEX["line_offered"], INDEX["open"]
_ENDED: Final = itemgetter(*(INDEX[name] for name in DISPOSITIONS))
_WHOLE: Final = INDEX["whole_contacts"]
_BECAME: Final = itemgetter(*(INDEX[name] for name in COUNTED.values()))


class Tally:
    """Counts of the visits and contacts booked in one cell.

    The counts are packed into one whole number, 64 bits each: adding a visit to a slot, or a slot
    to a window, is one addition instead of eighty, which made the books four times as fast. None
    can go below 0, and 64 bits hold 500,000 years of waiting, so they never touch.

    Attributes:
        packed: the counts.
        waits: answered visits per wait bucket (seconds, upper bound); and, above ``WHOLE_WAITS``,
            contacts per bucket of their whole wait.
        longest: the longest wait of any ended queue-offered visit, in us; -1 if there is none.
    """

    __slots__ = ("longest", "packed", "waits")

    def __init__(self, packed: int = 0) -> None:
        self.packed = packed
        self.waits: dict[int, int] = {}
        self.longest = -1

    @classmethod
    def of(cls, **counts: int) -> "Tally":
        """A tally of these counts.

        >>> Tally.of(contacts=3)["contacts"]
        3
        """
        return cls(sum(ONE[name] * count for name, count in counts.items()))

    @property
    def counts(self) -> tuple[int, ...]:
        """One number per name in ``COUNTS``."""
        return _UNPACK.unpack(self.packed.to_bytes(_UNPACK.size, "little"))

    @property
    def histogram(self) -> Histogram:
        """The waits of answered visits, counted up."""
        return Histogram(self.answered_waits())

    @property
    def whole_histogram(self) -> Histogram:
        """The whole waits of contacts, counted up."""
        return Histogram(self.whole_waits())

    def answered_waits(self) -> dict[int, int]:
        """Answered visits per bucket of their wait."""
        waits = self.waits
        if not waits or max(waits) < WHOLE_WAITS:
            return waits
        return {bucket: count for bucket, count in waits.items() if bucket < WHOLE_WAITS}

    def whole_waits(self) -> dict[int, int]:
        """Contacts per bucket of their whole wait."""
        return {
            bucket - WHOLE_WAITS: count
            for bucket, count in self.waits.items()
            if bucket >= WHOLE_WAITS
        }

    def numbers(self) -> Sequence[int]:
        """The same as ``counts``, for who reads a few of them: a number is made when it is read."""
        return memoryview(self.packed.to_bytes(_UNPACK.size, sys.byteorder)).cast("Q")

    def __getitem__(self, name: str) -> int:
        return self.packed >> BITS * INDEX[name] & _MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return self.stored() == other.stored()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        counted = {name: n for name, n in zip(COUNTS, self.counts, strict=True) if n}
        return f"Tally({counted}, longest={self.longest})"

    def add(self, entry: Entry) -> None:
        """Books what a visit or contact adds."""
        _, _, packed, bucket, wait, _ = entry
        self.packed += packed
        if bucket >= 0:
            self.waits[bucket] = self.waits.get(bucket, 0) + 1
        if wait > self.longest:
            self.longest = wait

    def subtract(self, entry: Entry) -> bool:
        """Takes back what ``add`` booked.

        Returns:
            False when the entry may have held the longest wait: a maximum can't be taken away, so
            the caller must find it again among what is still booked here.
        """
        _, _, packed, bucket, wait, _ = entry
        self.packed -= packed
        if bucket >= 0:
            _less(self.waits, bucket, 1)
        return wait < self.longest or wait < 0

    def replace(self, before: Entry, after: Entry) -> bool:
        """Takes back one entry and books another in its place; cheaper than one after the other.

        Returns:
            False when the one taken back may have held the longest wait, as ``subtract`` does.
        """
        self.packed += after[2] - before[2]
        if before[3] != after[3]:
            if before[3] >= 0:
                _less(self.waits, before[3], 1)
            if after[3] >= 0:
                self.waits[after[3]] = self.waits.get(after[3], 0) + 1
        if after[4] >= self.longest:
            self.longest = after[4]
            return True
        return before[4] < self.longest

    def plus(self, other: "Tally") -> None:
        """Adds another tally's numbers."""
        self.packed += other.packed
        for bucket, count in other.waits.items():
            self.waits[bucket] = self.waits.get(bucket, 0) + count
        self.longest = max(self.longest, other.longest)

    def minus(self, other: "Tally") -> None:
        """Takes another tally's numbers away; ``longest`` is left for the caller to find again."""
        self.packed -= other.packed
        for bucket, count in other.waits.items():
            _less(self.waits, bucket, count)

    def difference(self, before: "Tally") -> Difference:
        """What must be added to ``before`` to come to this one. Figures are published absolute,
        though little of them has changed, and each is in up to four windows."""
        return self.packed - before.packed, _changed(before.waits, self.waits)

    def differ(self, difference: Difference) -> None:
        """Adds a difference; ``longest`` is left for the caller to find again."""
        packed, waits = difference
        self.packed += packed
        for bucket, by in waits:
            _less(self.waits, bucket, -by)

    def empty(self) -> bool:
        """Whether nothing is booked here."""
        return not self.packed and self.longest < 0 and not self.waits

    def stored(self) -> list[Any]:
        """The tally as plain values in one canonical order, in which it is stored: the ids of the
        counts that are not 0, their numbers, waits by bucket, and the longest wait.

        >>> Tally.of(contacts=3, answered=2).stored()
        [[0, 5], [3, 2], [], -1]
        """
        waits = self.waits
        counts = self.counts
        return [
            [*compress(_IDS, counts)],
            [*filter(None, counts)],
            sorted(waits.items()) if len(waits) > 1 else [*waits.items()],
            self.longest,
        ]

    @classmethod
    def from_stored(cls, stored: list[Any]) -> "Tally":
        """The tally that ``stored`` gave, in this release or another: a count that it did not know
        is 0, and one that is not known here is passed over."""
        ids, numbers, waits, longest = stored
        counts = [0] * WIDTH
        for each, number in zip(ids, numbers, strict=True):
            if each < WIDTH:
                counts[each] = number
        tally = cls(int.from_bytes(_UNPACK.pack(*counts), "little"))
        tally.waits = dict(waits)
        tally.longest = longest
        return tally

    def imbalance(self) -> int:
        """By how much the books of any scope fail to balance, of visits and of whole contacts; 0 or
        they are wrong."""
        counts = self.counts
        ended: int = sum(_ENDED(counts))
        became: int = sum(_BECAME(counts))
        return abs(counts[_OFFERED] - counts[_OPEN] - ended) + abs(counts[_WHOLE] - became)

    def contacts_imbalance(self) -> int:
        """By how much the city's contacts fail to balance; 0 or the books are wrong."""
        return abs(
            self["contacts"]
            - self[WITH_VISIT]
            - self[MENU_ABANDONED]
            - self[ENTRANCE_BLOCKED]
            - self[ENTRANCE_CLOSED]
            - self[OPEN_IN_MENU]
            - self[TOO_MANY_EVENTS]
        )


_K = TypeVar("_K")


def _less(counts: dict[_K, int], key: _K, by: int) -> None:
    """Counts down, and removes what has come to nothing."""
    left = counts.get(key, 0) - by
    if left:
        counts[key] = left
    else:
        counts.pop(key, None)


def _changed(before: dict[_K, int], after: dict[_K, int]) -> list[tuple[_K, int]]:
    """What is counted otherwise, and by how much."""
    if before == after:
        return []
    changed = [(key, n - before.get(key, 0)) for key, n in after.items() if before.get(key) != n]
    return changed + [(key, -n) for key, n in before.items() if key not in after]
