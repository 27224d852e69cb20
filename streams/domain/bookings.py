"""Where the contacts of one partition are booked: slots, intervals, and who waits.

A place has two tallies: what departed contacts left behind for good (``settled``), and what those
still in state add as of the partition's clock (``held``). The second is taken back and added anew
whenever a contact is read otherwise than before, so the sum is always a function of what the
contacts in state mean now and what the departed ones meant last.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

from streams.domain.books import INTERVAL, SLOT, imbalance, start_of
from streams.domain.cells import Cell, CellKey, OpenContact, Waiting
from streams.domain.decisions import DECIDED
from streams.domain.instants import HOUR
from streams.domain.tally import Entry, Tally

SLOTS_KEPT: Final = HOUR + 2 * SLOT
"""Slots are kept as long as the longest rolling window can hold them."""

EVICTED_AT_ONCE: Final = 50_000
"""Old slots and final intervals that are let go of at one settling at most, for a checkpoint names
them all in one record, which must stay well below what a broker takes as one message (a key has
about 40 bytes; ids of lines 128 at most). The rest waits for the next settling: after a clock that
stood still has jumped by months, say."""


class Partial(NamedTuple):
    """The absolute figures of one slot or interval.

    Attributes:
        tally: the figures.
        final: they can't change any more.
        settled: they are what departed contacts left behind, and nothing else.
    """

    tally: Tally
    final: bool
    settled: bool


class Moved(NamedTuple):
    """What changed in the bookings; see ``ledger.Changes``."""

    settled: dict[CellKey, Tally]
    partials: dict[CellKey, Partial]
    waiting: dict[str, tuple[int, int | None]]
    dropped: list[CellKey]


class Bookings:
    """The places of one partition.

    Attributes:
        clock: the partition's clock.
        told: the instant up to which the books are complete.
        grace: after the end of an interval, for what comes late.
        slots, intervals: the places, by start and scope.
        waiting: who waits now, per scope.
        settling: how many places got something from departed contacts since changes were asked for.
    """

    def __init__(self, clock: int, grace: int) -> None:
        self.clock = self.told = clock
        self.grace = grace
        self.slots: dict[int, dict[str, Cell]] = {}
        self.intervals: dict[int, dict[str, Cell]] = {}
        self.waiting: dict[str, Waiting] = {}
        self.settling = 0
        self._members: dict[int, set[OpenContact]] = {}  # contacts booked, by interval
        self._moved: list[Cell] = []
        self._moved_waiting: set[str] = set()
        self._dropped: list[CellKey] = []

    def restore(self, key: CellKey, settled: Tally) -> None:
        """Takes up what departed contacts left behind in a place; it is told anew."""
        scope, width, start = key
        if width == SLOT and start <= self.clock - SLOTS_KEPT and not scope.startswith(DECIDED):
            return
        self._cell(scope, width, start).settled = settled

    def advance(self, clock: int) -> None:
        """The clock has moved: lets go of slots that no rolling window can hold any more."""
        self.clock = clock
        for start in [start for start in self.slots if start <= clock - SLOTS_KEPT]:
            if len(self._dropped) >= EVICTED_AT_ONCE:
                break
            scopes = self.slots[start]
            # A slot of decisions is told whole each time, so it is kept until no more can come.
            gone = [
                scope
                for scope in scopes
                if start <= self.told - SLOTS_KEPT or not scope.startswith(DECIDED)
            ]
            self._dropped += [(scope, SLOT, start) for scope in gone]
            for scope in gone:
                del scopes[scope]
            if not scopes:
                del self.slots[start]

    def book(self, contact: OpenContact, booked: list[Entry]) -> None:
        """Takes back what a contact no longer adds and books what it adds now."""
        gone = list(contact.booked)
        new = []
        for entry in booked:
            if entry in gone:
                gone.remove(entry)
            else:
                new.append(entry)
        for entry in new:
            # Mostly the same visit is booked in the same places and only counts otherwise.
            for old in gone:
                if old[1] == entry[1] and old[0] == entry[0] and not (old[6] or entry[6]):
                    gone.remove(old)
                    self._change(old, entry)
                    break
            else:
                self._hold(entry)
        for entry in gone:
            self._take(entry)
        before, after = _intervals(contact.booked), _intervals(booked)
        if before != after:
            for start in before - after:
                self._members[start].discard(contact)
            for start in after - before:
                self._members.setdefault(start, set()).add(contact)
        contact.booked = booked

    def settle(self, contact: OpenContact, booked: list[Entry]) -> None:
        """Books for good what a departing contact adds, and takes back what it added until now."""
        for entry in booked:
            let_go = entry[6] and self._is_let_go(entry)
            # A decision of a slot that was let go of has been told, whole with all others.
            if let_go and entry in contact.booked:
                continue
            for place in self._cells_of(entry):
                place.settled.add(entry)
                if not (place.settling or let_go):
                    place.settling = True
                    self.settling += 1
        if contact.booked:
            self.book(contact, [])

    def is_final(self, scope: str, start: int, as_of: int, without: Iterable[Entry] = ()) -> bool:
        """Whether an interval can't change any more as of an instant: its grace has passed, and
        every contact that was booked in it has departed; those ``without`` left out."""
        if start + INTERVAL + self.grace > as_of:
            return False
        place = self.intervals.get(start, {}).get(scope)
        own = sum(
            entry[0] == scope and start_of(entry[1], INTERVAL) == start and not entry[6]
            for entry in without
        )
        return place is None or place.count <= own

    def find_longest(self) -> None:
        """Finds the longest waits anew where one was taken back: a maximum can't be subtracted."""
        stale: dict[CellKey, Cell] = {}
        for place in self._moved:
            if place.stale and self.cell(place.key) is place:
                place.stale = False
                place.held.longest = -1
                stale[place.key] = place
        for start in {start_of(key[2], INTERVAL) for key in stale}:
            for contact in self._members.get(start, ()):
                for entry in contact.booked:
                    if entry[4] >= 0:
                        for width in (INTERVAL, SLOT):
                            found = stale.get((entry[0], width, start_of(entry[1], width)))
                            if found is not None and entry[4] > found.held.longest:
                                found.held.longest = entry[4]

    def cell(self, key: CellKey) -> Cell | None:
        """The slot or interval of this key, if anything was ever booked there."""
        scope, width, start = key
        return (self.intervals if width == INTERVAL else self.slots).get(start, {}).get(scope)

    def changes(self) -> Moved:
        """What changed since this was asked last; what is final now is let go of."""
        closed = self._close()
        final = set(closed)
        settled: dict[CellKey, Tally] = {}
        partials: dict[CellKey, Partial] = {}
        for place in self._moved:
            key = place.key
            if key not in final and self.cell(key) is place:
                partials[key] = Partial(place.total(), False, not place.count)
                if place.settling:
                    settled[key] = place.settled
            place.moved = place.settling = False
        for key in closed:
            scope, _, start = key
            partials[key] = Partial(self.intervals[start].pop(scope).settled, True, True)
            if not self.intervals[start]:
                del self.intervals[start]
                self._members.pop(start, None)
        waiting = {
            scope: (self.waiting[scope].count, self.waiting[scope].oldest())
            for scope in self._moved_waiting
        }
        moved = Moved(settled, partials, waiting, self._dropped + closed)
        self._moved, self._moved_waiting, self._dropped, self.settling = [], set(), [], 0
        return moved

    def _close(self) -> list[CellKey]:
        """Intervals that are final now. They are let go, so each is found once."""
        ended = [start for start in self.intervals if start + INTERVAL + self.grace <= self.told]
        closed = (
            (scope, INTERVAL, start)
            for start in sorted(ended)
            for scope, place in self.intervals[start].items()
            if not place.count
        )
        return list(islice(closed, EVICTED_AT_ONCE))

    def imbalance(self) -> int:
        """By how much the books fail to balance; 0 or they are wrong."""
        return imbalance(
            (scope, place.total())
            for scopes in self.intervals.values()
            for scope, place in scopes.items()
        )

    def _cells_of(self, entry: Entry) -> tuple[Cell, ...]:
        """Where an entry is booked: its interval, and its slot while windows may hold that.

        Decisions have no interval. Theirs are booked in old slots too, so that catching up tells
        them; such a slot is kept until the books are complete beyond it.
        """
        scope, at = entry[0], entry[1]
        slot = at - at % SLOT
        if entry[6]:
            return (self._cell(scope, SLOT, slot),)
        interval = self._cell(scope, INTERVAL, at - at % INTERVAL)
        if slot > self.clock - SLOTS_KEPT:
            return interval, self._cell(scope, SLOT, slot)
        return (interval,)

    def _cell(self, scope: str, width: int, start: int) -> Cell:
        """A place in which something is about to change. It remembers that it moved: to keep a set
        of keys for that took a tenth of the time of a settling."""
        by_start = self.slots if width == SLOT else self.intervals
        scopes = by_start.get(start)
        if scopes is None:
            scopes = by_start[start] = {}
        place = scopes.get(scope)
        if place is None:
            place = scopes[scope] = Cell((scope, width, start))
        if not place.moved:
            place.moved = True
            self._moved.append(place)
        return place

    def _is_let_go(self, entry: Entry) -> bool:
        """Whether the slot of a decision has been told and let go of."""
        return entry[1] - entry[1] % SLOT <= self.told - SLOTS_KEPT

    def _hold(self, entry: Entry) -> None:
        for place in self._cells_of(entry):
            place.held.add(entry)
            place.count += 1
        if entry[5] >= 0:
            self._waiting_in(entry[0]).add(entry[5])

    def _take(self, entry: Entry) -> None:
        if entry[6] and self._is_let_go(entry):
            return
        for place in self._cells_of(entry):
            place.count -= 1
            if not place.held.take(entry) and entry[4] > place.settled.longest:
                place.stale = True
        if entry[5] >= 0:
            self._waiting_in(entry[0]).take(entry[5])

    def _change(self, before: Entry, after: Entry) -> None:
        for place in self._cells_of(after):
            if not place.held.change(before, after) and before[4] > place.settled.longest:
                place.stale = True
        if before[5] != after[5]:
            waiting = self._waiting_in(after[0])
            if before[5] >= 0:
                waiting.take(before[5])
            if after[5] >= 0:
                waiting.add(after[5])

    def _waiting_in(self, scope: str) -> Waiting:
        waiting = self.waiting.get(scope)
        if waiting is None:
            waiting = self.waiting[scope] = Waiting()
        self._moved_waiting.add(scope)
        return waiting


def _intervals(booked: list[Entry]) -> set[int]:
    """The intervals in which a contact is booked. Decisions have none: an interval may close, and
    its members be forgotten, while somebody whose decision fell into it still waits."""
    return {start_of(entry[1], INTERVAL) for entry in booked if not entry[6]}
