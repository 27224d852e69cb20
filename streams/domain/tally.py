"""What is counted of visits and contacts: one vector that books, windows and statements share.

A tally is a vector of whole numbers, so that adding and taking away are exact and any order gives
the same sum; two things that are not sums stand beside it: how the waits of answered visits are
distributed, and the longest wait. Seconds and ratios are derived from it in ``figures``.
"""

import struct
from typing import Any, Final, TypeVar

from streams.domain import visits
from streams.domain.plan.model import MOST_FURTHER_THRESHOLDS
from streams.domain.visits import DISPOSITIONS

COUNTED_CAUSES: Final = (
    visits.OVERFLOWED,
    visits.CALLBACK,
    visits.CLOSED,
    visits.BLOCKED,
    visits.LOST,
)
"""Of the causes by which a contract may leave visits out (``plan.model.CAUSES``) those that are
dispositions. Each has counts of its own, in this order."""

FURTHER: Final = tuple(range(2, 2 + MOST_FURTHER_THRESHOLDS))
FURTHER_PARTS: Final = ("service_offered", "answered_within", "abandoned_within")

LATER: Final = (visits.FORM, "reach_forms")
"""What later releases than the first count besides, in the order in which they came."""

COUNTS: Final = (
    "contacts",
    "line_offered",
    "queue_offered",
    "open",
    "out_of_hours",
    # How visits ended, as far as the first release knew.
    visits.ANSWERED,
    visits.OVERFLOWED,
    visits.CALLBACK,
    visits.CLOSED,
    visits.BLOCKED,
    visits.LOST,
    visits.SHORT_ABANDONED,
    visits.ABANDONED,
    visits.LEFT_BEFORE_QUEUE,
    # Service level: over decided, queue-offered visits in hours.
    "service_offered",
    "service_answered",
    "answered_within",
    "service_abandoned",
    "abandoned_within",
    # Reachability of visits, in hours; callbacks that stay out of it.
    "reach_judged",
    "reach_reached",
    "reach_callbacks",
    # Durations in us, with how many they were taken from.
    "wait_sum",
    "menu_sum",
    "menu_count",
    "menu_negative",
    "talk_sum",
    "talk_count",
    # Answer station, not distribution station.
    "contacts_answered",
    "contacts_kept",
    "wrong_choices",
    "second_line_offered",
    "second_line_within",
    "second_line_forms",
    # Of callers, known to whoever has all calls of one.
    "repeat_callers",
    "callbacks_kept",
    # Of contacts, for the city.
    visits.WITH_VISIT,
    visits.MENU_ABANDONED,
    visits.ENTRANCE_BLOCKED,
    visits.ENTRANCE_CLOSED,
    visits.OPEN_IN_MENU,
    visits.ORPHAN,
    "contacts_judged",
    "contacts_reached",
    # What a contract may leave out by its cause: of the queue-offered, of those that the service
    # level is of, of those that reachability is of; and everything out of hours.
    *(f"{part}_{cause}" for part in ("queue", "service", "reach") for cause in COUNTED_CAUSES),
    "out_queue_offered",
    "out_callback",
    "out_abandoned",
    "out_short_abandoned",
    "out_answered",
    "out_wait_sum",
    # The service level at the contract's further thresholds.
    *(f"{part}_{n}" for n in FURTHER for part in FURTHER_PARTS),
    *LATER,
)
"""What each number of a tally counts, in its order. The order is part of the stored form: a new
count goes to the end, where an older record has nothing."""

RETIRED: Final = frozenset({"second_line_forms"})
"""Nothing is counted under these names any more. They keep their places, for what an earlier
release stored has numbers there."""

INDEX: Final = {name: index for index, name in enumerate(COUNTS)}
WIDTH: Final = len(COUNTS)

Entry = tuple[str, int, int, int, int, int, str]
"""What one visit or contact adds: scope, where it is booked, its counts and amounts (packed), the
bucket of its answered wait, its ended wait, since when it is waiting now (-1: none of these), and
encoded decisions (empty: none)."""

Difference = tuple[int, list[tuple[int, int]], list[tuple[str, int]]]
"""By how much two tallies differ: in their packed counts, waits per bucket, and decisions."""

BITS: Final = 64
"""Of each count in packed counts."""

_MASK: Final = (1 << BITS) - 1
_UNPACK: Final = struct.Struct(f"<{WIDTH}Q")

_OFFERED, _OPEN = INDEX["line_offered"], INDEX["open"]
_ENDED: Final = tuple(INDEX[name] for name in DISPOSITIONS)

ONE: Final = {name: 1 << BITS * index for name, index in INDEX.items()}
"""What counting one under a name adds to packed counts."""


class Tally:
    """Counts of the visits and contacts booked in one cell.

    The counts are packed into one whole number, 64 bits each: adding a visit to a slot, or a slot
    to a window, is one addition instead of eighty, which made the books four times as fast. None
    can go below 0, and 64 bits hold 500,000 years of waiting, so they never touch.

    Attributes:
        packed: the counts.
        waits: answered visits per wait bucket (seconds, upper bound).
        longest: the longest wait of any ended queue-offered visit, in us; -1 if there is none.
        decisions: the decisions booked here, encoded (see ``decisions``), each with how often; only
            slots of decisions have any.
    """

    __slots__ = ("decisions", "longest", "packed", "waits")

    def __init__(self, packed: int = 0) -> None:
        self.packed = packed
        self.waits: dict[int, int] = {}
        self.longest = -1
        self.decisions: dict[str, int] = {}

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
        _, _, packed, bucket, wait, _, decided = entry
        self.packed += packed
        if bucket >= 0:
            self.waits[bucket] = self.waits.get(bucket, 0) + 1
        if wait > self.longest:
            self.longest = wait
        if decided:
            self.decisions[decided] = self.decisions.get(decided, 0) + 1

    def subtract(self, entry: Entry) -> bool:
        """Takes back what ``add`` booked.

        Returns:
            False when the entry may have held the longest wait: a maximum can't be taken away, so
            the caller must find it again among what is still booked here.
        """
        _, _, packed, bucket, wait, _, decided = entry
        self.packed -= packed
        if bucket >= 0:
            _less(self.waits, bucket, 1)
        if decided:
            _less(self.decisions, decided, 1)
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
        for decided, count in other.decisions.items():
            self.decisions[decided] = self.decisions.get(decided, 0) + count
        self.longest = max(self.longest, other.longest)

    def minus(self, other: "Tally") -> None:
        """Takes another tally's numbers away; ``longest`` is left for the caller to find again."""
        self.packed -= other.packed
        for bucket, count in other.waits.items():
            _less(self.waits, bucket, count)
        for decided, count in other.decisions.items():
            _less(self.decisions, decided, count)

    def difference(self, before: "Tally") -> Difference:
        """What must be added to ``before`` to come to this one. Figures are published absolute,
        though little of them has changed, and each is in up to four windows."""
        return (
            self.packed - before.packed,
            _changed(before.waits, self.waits),
            _changed(before.decisions, self.decisions),
        )

    def differ(self, difference: Difference) -> None:
        """Adds a difference; ``longest`` is left for the caller to find again."""
        packed, waits, decisions = difference
        self.packed += packed
        for bucket, by in waits:
            _less(self.waits, bucket, -by)
        for decided, by in decisions:
            _less(self.decisions, decided, -by)

    def empty(self) -> bool:
        """Whether nothing is booked here."""
        return not self.packed and self.longest < 0 and not self.waits and not self.decisions

    def stored(self) -> list[Any]:
        """The tally as plain values in one canonical order: the form in which it is stored. Counts
        that are 0 are left out at the end, so that a release that does not know the newest reads
        whatever has none of them."""
        waits = self.waits
        counted = -(-self.packed.bit_length() // BITS)
        stored = [
            list(self.counts[:counted]),
            sorted(waits.items()) if len(waits) > 1 else [*waits.items()],
            self.longest,
        ]
        return [*stored, sorted(self.decisions.items())] if self.decisions else stored

    @classmethod
    def from_stored(cls, stored: list[Any]) -> "Tally":
        """The tally that ``stored`` gave; counts added to ``COUNTS`` since then are 0."""
        tally = cls()
        counts = stored[0]
        missing = [0] * (WIDTH - len(counts))
        tally.packed = int.from_bytes(_UNPACK.pack(*counts, *missing), "little")
        tally.waits = dict(stored[1])
        tally.longest = stored[2]
        if len(stored) > 3:
            tally.decisions = dict(stored[3])
        return tally

    def imbalance(self) -> int:
        """By how much the books of a line, or of the city, fail to balance; 0 or they are wrong."""
        counts = self.counts
        return abs(counts[_OFFERED] - counts[_OPEN] - sum([counts[each] for each in _ENDED]))

    def contacts_imbalance(self) -> int:
        """By how much the city's contacts fail to balance; 0 or the books are wrong."""
        return abs(
            self["contacts"]
            - self[visits.WITH_VISIT]
            - self[visits.MENU_ABANDONED]
            - self[visits.ENTRANCE_BLOCKED]
            - self[visits.ENTRANCE_CLOSED]
            - self[visits.OPEN_IN_MENU]
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


CITY: Final = "city"
LINE: Final = "line:"
VENDOR: Final = "vendor:"
"""Scopes: ``city``, ``line:ID`` and ``vendor:ID``."""
