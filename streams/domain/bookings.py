"""Where the contacts of one partition are booked: slots, intervals, and who waits.

A cell has two tallies: what retired contacts left behind for good (its ``retired`` part), and what
those still in state add as of the watermark (its ``open`` part). A contact that reads otherwise
than before is taken out of the open part and added again, so the sum is always a function of what
the contacts in state mean now and what the retired ones meant last.

It is longer than a module should be, because adding, taking back and retiring are read beside one
another.
"""

from collections.abc import Callable, Iterable
from itertools import islice
from operator import attrgetter
from typing import Final, NamedTuple

from streams.domain.alike import Alike
from streams.domain.books import INTERVAL, SLOT, imbalance, start_of, unequal
from streams.domain.cells import Cell, CellKey, Waiting
from streams.domain.gathered import Gathering
from streams.domain.instants import HOUR
from streams.domain.open_contact import OpenContact
from streams.domain.outcome import Outcome
from streams.domain.tally import Entry, Tally

SLOTS_KEPT: Final = HOUR + 2 * SLOT
"""Slots are kept as long as the longest rolling window can hold them."""

EVICTED_AT_ONCE: Final = 50_000
"""Old slots and final intervals that are evicted at one checkpoint at most. It names them all in
one record, which must stay well below what a broker takes as one message (a key has about 40 bytes;
ids of lines 128 at most). The rest waits for the next checkpoint, for example after a watermark
that stood still has jumped by months."""


_key: Final = attrgetter("key")


class Partial(NamedTuple):
    """The absolute figures of one slot or interval.

    Attributes:
        tally: the figures, to be written before anything more is booked: of retired contacts it is
            the very tally that the next are added to.
        final: they can't change any more.
        retired: they are what retired contacts left behind, and nothing else.
    """

    tally: Tally
    final: bool
    retired: bool


class BookingChanges(NamedTuple):
    """What changed in the bookings; see ``ledger.Changes``."""

    retired_parts: dict[CellKey, Tally]
    partials: dict[CellKey, Partial]
    waiting: dict[str, tuple[int, int | None]]
    evicted: list[CellKey]
    unequal: int


class Bookings:
    """The cells of one partition.

    Attributes:
        watermark: of the partition.
        complete_until: the instant up to which the books are complete.
        grace: after the end of an interval, for what comes late.
        slots_from: earlier slots are not booked: no rolling window will show them.
        slots, intervals: the cells, by start and scope.
        waiting: who waits now, per scope.
        retiring: how many cells got something from retired contacts since changes were asked for.
    """

    def __init__(
        self,
        watermark: int,
        grace: int,
        booked_of: Callable[[OpenContact], list[Entry]] = attrgetter("booked"),
    ) -> None:
        self.watermark = self.complete_until = watermark
        self.grace = grace
        self._booked_of = booked_of
        self.slots_from = watermark - SLOTS_KEPT + 1
        self.slots: dict[int, dict[str, Cell]] = {}
        self.intervals: dict[int, dict[str, Cell]] = {}
        self.waiting: dict[str, Waiting] = {}
        self.retiring = 0
        self._members: dict[int, set[OpenContact]] = {}  # contacts that hold them, by interval
        self._gathering = Gathering(self._narrowest, self._retiring_in)
        self._dirty: list[Cell] = []
        self._dirty_waiting: set[str] = set()
        self._evicted: list[CellKey] = []

    def restore(self, key: CellKey, retired: Tally) -> None:
        """Reads what retired contacts left behind in a cell; it counts as changed."""
        scope, width, start = key
        if width != SLOT or start >= self.slots_from:
            self._cell(scope, width, start).retired = retired

    def advance(self, watermark: int, long_ago: bool = False) -> None:
        """Moves the watermark on and evicts slots that no rolling window can hold any more. Of
        ``long_ago``, that is all of them: nobody will look before the watermark is an hour on."""
        self.watermark = watermark
        kept = watermark if long_ago else watermark - SLOTS_KEPT + 1
        self.slots_from = max(self.slots_from, kept)
        for start in [start for start in self.slots if start < self.slots_from]:
            if len(self._evicted) >= EVICTED_AT_ONCE:
                break
            self._evicted += [(scope, SLOT, start) for scope in self.slots.pop(start)]

    def book(self, contact: OpenContact, booked: list[Entry], held: frozenset[int]) -> None:
        """Takes back what a contact no longer adds and books what it adds now.

        Args:
            contact: whose.
            booked: what it adds now.
            held: the intervals that it keeps from being final; all that it is booked in are among
                them.
        """
        gone, new = list(contact.booked), booked
        if gone:
            new = []
            for entry in booked:
                if entry in gone:
                    gone.remove(entry)
                else:
                    new.append(entry)
        for entry in new:
            scope, at, *_ = entry
            # Mostly the same visit is booked in the same cells and only counts otherwise.
            for old in gone:
                if old[1] == at and old[0] == scope:
                    gone.remove(old)
                    self._replace(old, entry)
                    break
            else:
                self._add(entry)
        for entry in gone:
            self._subtract(entry)
        before = contact.held
        if before != held:
            for start in before - held:
                members = self._members[start]
                members.discard(contact)
                if not members:
                    del self._members[start]
            for start in held - before:
                self._members.setdefault(start, set()).add(contact)
        contact.booked, contact.held = booked, held

    def retire(self, contact: OpenContact, booked: list[Entry]) -> None:
        """Books for good what a retiring contact adds, and takes back what it added until now."""
        before = contact.booked
        # Who is over has mostly been read as that before: what it adds only moves from one part of
        # its cells to the other. In two passes that took half as long again.
        moves = booked == before
        for entry in booked:
            scope, at, _, _, _, since = entry
            for cell in self._cells_of(scope, at):
                cell.retired.add(entry)
                if not cell.retiring:
                    self._set_retiring(cell)
                if moves:
                    cell.count -= 1
                    cell.open.subtract(entry)  # if that was the longest wait, the other part has it
            if moves and since >= 0:
                self._waiting_in(scope).remove(since)
        if moves:
            contact.booked = []
        if contact.held or contact.booked:
            self.book(contact, [], frozenset())

    def retire_unbooked(self, outcomes: Iterable[Outcome]) -> None:
        """Books for good what a contact adds that never added anything before, as nearly all that
        are read while catching up; ``roll_up`` brings it into the cells."""
        for outcome in outcomes:
            self._gathering.add(outcome)

    def retire_alike(self, alike: Alike) -> None:
        """The same for one that is judged like another one."""
        self._gathering.add_alike(alike)

    def roll_up(self) -> None:
        """Brings all that was booked into the cells."""
        self._gathering.roll_up()
        self._find_longest()

    def _find_longest(self) -> None:
        """Finds the longest waits again where one was taken back: a maximum can't be subtracted."""
        stale: dict[CellKey, Cell] = {}
        for cell in self._dirty:
            if cell.stale and self.cell(cell.key) is cell:
                cell.stale = False
                cell.open.longest = -1
                stale[cell.key] = cell
        for interval in {start_of(start, INTERVAL) for _, _, start in stale}:
            for contact in self._members.get(interval, ()):
                for scope, at, _, _, wait, _ in self._booked_of(contact):
                    if wait >= 0:
                        for width in (INTERVAL, SLOT):
                            found = stale.get((scope, width, start_of(at, width)))
                            if found is not None and wait > found.open.longest:
                                found.open.longest = wait

    def cell(self, key: CellKey) -> Cell | None:
        """The slot or interval of this key, if anything was ever booked there."""
        scope, width, start = key
        return (self.intervals if width == INTERVAL else self.slots).get(start, {}).get(scope)

    def changes(self) -> BookingChanges:
        """What changed since this was asked last; what is final now is evicted."""
        touched = {start for _, width, start in map(_key, self._dirty) if width == INTERVAL}
        by = sum(self._unequal(start) for start in touched)
        closed = self._close()
        final = set(closed)
        retired_parts: dict[CellKey, Tally] = {}
        partials: dict[CellKey, Partial] = {}
        for cell in self._dirty:
            key = cell.key
            if key not in final and self.cell(key) is cell:
                # Catching up, nearly all of them are of contacts that have left: not to add what is
                # nothing took a tenth off the changes.
                tally = cell.total() if cell.count else cell.retired
                partials[key] = Partial(tally, False, not cell.count)
                if cell.retiring:
                    retired_parts[key] = cell.retired
            cell.dirty = cell.retiring = False
        for key in closed:
            scope, _, start = key
            partials[key] = Partial(self.intervals[start].pop(scope).retired, True, True)
            if not self.intervals[start]:
                del self.intervals[start]
        waiting = {
            scope: (self.waiting[scope].count, self.waiting[scope].oldest())
            for scope in self._dirty_waiting
        }
        changes = BookingChanges(retired_parts, partials, waiting, self._evicted + closed, by)
        self._dirty, self._dirty_waiting, self._evicted, self.retiring = [], set(), [], 0
        return changes

    def _close(self) -> list[CellKey]:
        """Intervals that are final now. They are evicted, so each is found once."""
        ended = [
            start
            for start in self.intervals
            if start + INTERVAL + self.grace <= self.complete_until
        ]
        closed = (
            (scope, INTERVAL, start)
            for start in sorted(ended)
            if start not in self._members
            for scope in self.intervals[start]
        )
        return list(islice(closed, EVICTED_AT_ONCE))

    def held(self) -> list[int]:
        """Intervals whose grace has passed and in which something happened to a contact in state.
        None of them is final in any scope, though nothing may be booked there yet: where a transfer
        of then has led to may still be told."""
        past = self.complete_until - self.grace - INTERVAL
        return sorted(start for start in self._members if start <= past)

    def imbalance(self) -> int:
        """By how much the books fail to balance; 0 or they are wrong."""
        return sum(map(self._unequal, self.intervals)) + imbalance(
            (scope, cell.total())
            for scopes in self.intervals.values()
            for scope, cell in scopes.items()
        )

    def _unequal(self, start: int) -> int:
        """By how much lines, vendors and the city differ in an interval."""
        return unequal(
            (scope, cell.retired.packed + cell.open.packed)
            for scope, cell in self.intervals.get(start, {}).items()
        )

    def _cells_of(self, scope: str, at: int) -> tuple[Cell, ...]:
        """Where an entry is booked: its interval, and its slot while windows may hold that."""
        slot = at - at % SLOT
        try:
            interval = self.intervals[at - at % INTERVAL][scope]
        except KeyError:
            interval = self._cell(scope, INTERVAL, at - at % INTERVAL)
        if not interval.dirty:
            self._set_dirty(interval)
        if slot >= self.slots_from:
            return interval, self._cell(scope, SLOT, slot)
        return (interval,)

    def _cell(self, scope: str, width: int, start: int) -> Cell:
        """A cell in which something is about to change. It remembers that it is dirty: to keep a
        set of keys for that took a tenth of the time of an advance."""
        by_start = self.slots if width == SLOT else self.intervals
        scopes = by_start.get(start)
        if scopes is None:
            scopes = by_start[start] = {}
        cell = scopes.get(scope)
        if cell is None:
            cell = scopes[scope] = Cell((scope, width, start))
        if not cell.dirty:
            self._set_dirty(cell)
        return cell

    def _set_dirty(self, cell: Cell) -> None:
        cell.dirty = True
        self._dirty.append(cell)

    def _set_retiring(self, cell: Cell) -> None:
        cell.retiring = True
        self.retiring += 1

    def _narrowest(self, at: int) -> tuple[int, int]:
        """Width and start of the narrowest cell in which something is booked of this instant."""
        slot = at - at % SLOT
        if slot >= self.slots_from:
            return SLOT, slot
        return INTERVAL, at - at % INTERVAL

    def _retiring_in(self, scope: str, at: int) -> list[Tally]:
        """The tallies in which something is booked for good."""
        cells = self._cells_of(scope, at)
        for cell in cells:
            if not cell.retiring:
                self._set_retiring(cell)
        return [cell.retired for cell in cells]

    def _add(self, entry: Entry) -> None:
        scope, at, _, _, _, since = entry
        for cell in self._cells_of(scope, at):
            cell.open.add(entry)
            cell.count += 1
        if since >= 0:
            self._waiting_in(scope).add(since)

    def _subtract(self, entry: Entry) -> None:
        scope, at, _, _, wait, since = entry
        for cell in self._cells_of(scope, at):
            cell.count -= 1
            if not cell.open.subtract(entry) and wait > cell.retired.longest:
                cell.stale = True
        if since >= 0:
            self._waiting_in(scope).remove(since)

    def _replace(self, before: Entry, after: Entry) -> None:
        _, _, _, _, wait_before, since_before = before
        scope, at, _, _, _, since = after
        for cell in self._cells_of(scope, at):
            if not cell.open.replace(before, after) and wait_before > cell.retired.longest:
                cell.stale = True
        if since_before != since:
            waiting = self._waiting_in(scope)
            if since_before >= 0:
                waiting.remove(since_before)
            if since >= 0:
                waiting.add(since)

    def _waiting_in(self, scope: str) -> Waiting:
        waiting = self.waiting.get(scope)
        if waiting is None:
            waiting = self.waiting[scope] = Waiting()
        self._dirty_waiting.add(scope)
        return waiting
