"""The books of one partition of contacts, kept while events come in.

The ledger holds the contacts that may still change and, per scope, the tallies of ten-second slots
and quarter-hour intervals. A tally has two parts: what departed contacts left behind for good
(``settled``), and what those still held add as of the partition's clock (``held``). The second is
taken back and added anew whenever a contact's facts, or the clock, change what it means; so the
sum is always a function of the set of accepted events.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import islice
from typing import Final, NamedTuple

from streams.domain import callers, decisions
from streams.domain.books import INTERVAL, SLOT, start_of
from streams.domain.decisions import DECIDED
from streams.domain.entries import entries
from streams.domain.events import Event, Queue
from streams.domain.instants import HOUR, MINUTE
from streams.domain.journey import Contact
from streams.domain.places import HeldContact, Place, PlaceKey, Waiting
from streams.domain.plan import Plan
from streams.domain.plan.model import LONGEST_LOST_AFTER
from streams.domain.tally import CITY, Entry, Tally
from streams.domain.visits import NEVER, Reading, resolve

GRACE: Final = 15 * MINUTE
"""How long after an instant its events may come and still be merged."""

SLOTS_KEPT: Final = HOUR + 2 * SLOT
"""Slots are kept as long as the longest rolling window can hold them."""

DEPARTED_KEPT: Final = 1_000_000
"""Ids of departed contacts remembered at most, about 150 MB: with more than that within the
time-out for lost calls, the oldest are forgotten first."""

DEPARTURES_AT_ONCE: Final = 20_000
SETTLED_AT_ONCE: Final = 10_000
DROPPED_AT_ONCE: Final = 50_000
"""Contacts that leave, tallies that they leave behind, and old slots and final intervals that are
let go of, at one settling at most: a checkpoint names them all in one record, which must stay well
below what a broker takes as one message (id, tally and key have about 30, 300 and 40 bytes; ids and
lines 128 at most). The rest waits for the next settling: after a clock that stood still has jumped
by months, say."""


class Partial(NamedTuple):
    """The absolute figures of one slot or interval, and whether they can't change any more."""

    tally: Tally
    final: bool


class Changes(NamedTuple):
    """What a checkpoint has to make durable and known, all of it absolute.

    Attributes:
        facts: contacts whose facts changed.
        departed: contacts that left state, as they were read last.
        settled: the tallies that now cover them.
        partials: totals of the slots and intervals that changed.
        waiting: who waits now in the scopes where that changed: how many, and since when.
        calls: what the histories of callers should know, by caller and call id.
        dropped: final intervals and old slots that the ledger has let go.
        imbalance: by how much the totals fail to balance; 0, or the software is wrong.
    """

    facts: list[HeldContact]
    departed: list[tuple[HeldContact, Reading]]
    settled: dict[PlaceKey, Tally]
    partials: dict[PlaceKey, Partial]
    waiting: dict[str, tuple[int, int | None]]
    calls: dict[tuple[str, str], callers.Call | None]
    dropped: list[PlaceKey]
    imbalance: int


class Ledger:
    """The books of one partition.

    Attributes:
        plan: by which contacts are judged.
        clock: the partition's clock; set by ``settle``, never goes back.
        told: the instant up to which the books are complete: the clock, or earlier while contacts
            are read only when they are over; never goes back.
        contacts: the contacts in state.
        departed: ids that left state, with the instant, until their calls could not go on.
        waiting: who waits now, per scope.
        slots, intervals: where things are booked, by start and scope.
    """

    def __init__(self, plan: Plan, grace: int = GRACE) -> None:
        self.plan = plan
        self.grace = grace
        self.clock = self.told = -NEVER
        self.contacts: dict[str, HeldContact] = {}
        self.departed: dict[str, int] = {}
        self.waiting: dict[str, Waiting] = {}
        self.slots: dict[int, dict[str, Place]] = {}
        self.intervals: dict[int, dict[str, Place]] = {}
        self._unread: dict[str, HeldContact] = {}
        self._schedule: list[tuple[int, str]] = []
        self._members: dict[int, set[HeldContact]] = {}  # contacts booked, by interval
        self._facts: dict[str, HeldContact] = {}
        self._departing: list[tuple[HeldContact, Reading]] = []
        self._moved: set[PlaceKey] = set()
        self._settled: set[PlaceKey] = set()
        self._moved_waiting: set[str] = set()
        self._calls: dict[tuple[str, str], callers.Call | None] = {}
        self._dropped: list[PlaceKey] = []

    def restore(
        self,
        clock: int,
        contacts: Iterable[HeldContact],
        settled: Mapping[PlaceKey, Tally],
        departed: Mapping[str, int],
    ) -> None:
        """Takes up the books where a checkpoint left them; everything is told anew."""
        self.clock = clock
        self.departed = dict(departed)
        for (scope, width, start), tally in settled.items():
            if width == SLOT and start <= clock - SLOTS_KEPT and not scope.startswith(DECIDED):
                continue
            place = Place()
            place.settled = tally
            places = self.intervals if width == INTERVAL else self.slots
            places.setdefault(start, {})[scope] = place
            self._moved.add((scope, width, start))
        for contact in contacts:
            self.contacts[contact.call_id] = self._unread[contact.call_id] = contact
        # Booked as they were then, so that what later facts take back is known to have been told.
        self.settle(clock)

    def accept(self, event: Event, at: int) -> bool:
        """Merges an event, or says that it is late: False, and nothing changes.

        Late is an event whose contact is no longer in state and whose ``at`` is older than clock
        less grace; one that would change a final interval; and any corrected version.
        """
        if event.revision:
            return False
        call_id = event.call_id
        contact = self.contacts.get(call_id)
        if contact is None:
            if at < self.clock - self.grace or call_id in self.departed:
                return False
            contact = self.contacts[call_id] = HeldContact(call_id)
        elif (
            at < self.clock - self.grace
            # A visit of a long call may turn out to be another than it was booked as.
            or (type(event) is Queue and contact.oldest < self.clock - self.grace)
        ) and self._changes_final(contact, event, at):
            return False
        if at < contact.oldest:
            contact.oldest = at
        if contact.merge(event, at):
            self._unread[call_id] = self._facts[call_id] = contact
        return True

    def _changes_final(self, contact: HeldContact, event: Event, at: int) -> bool:
        trial = contact.copy()
        if not trial.merge(event, at):
            return False
        # Facts may lie ahead of the clock, and from each on it may be booked elsewhere. On its way
        # through them it must not come to an interval that is final by then.
        held = self._intervals_of(contact, self.clock)
        ahead = sorted({instant for instant in trial.instants() if instant > self.clock})
        for clock in (self.clock, *ahead):
            as_of = self.told if clock == self.clock else clock
            stands = self._intervals_of(trial, clock)
            if any(self._is_final_without(contact, *place, as_of) for place in stands - held):
                return True
            held = stands
        return False

    def _is_final_without(self, contact: HeldContact, scope: str, start: int, as_of: int) -> bool:
        """Whether an interval is final as of an instant, if the contact leaves it."""
        if start + INTERVAL + self.grace > as_of:
            return False
        place = self.intervals.get(start, {}).get(scope)
        own = sum(
            entry[0] == scope and start_of(entry[1], INTERVAL) == start and not entry[6]
            for entry in contact.booked
        )
        return place is None or place.count <= own

    def _intervals_of(self, contact: Contact, now: int) -> set[tuple[str, int]]:
        reading = resolve(contact, self.plan, now)
        booked = () if reading is None else entries(reading)
        return {(entry[0], start_of(entry[1], INTERVAL)) for entry in booked}

    def is_final(self, scope: str, start: int, as_of: int | None = None) -> bool:
        """Whether an interval can't change any more as of an instant, by default that up to which
        the books are complete: its grace has passed, and every contact that was booked in it has
        departed."""
        if start + INTERVAL + self.grace > (self.told if as_of is None else as_of):
            return False
        place = self.intervals.get(start, {}).get(scope)
        return place is None or not place.count

    def settle(self, clock: int, lazily: bool = False) -> None:
        """Brings the books to the clock: reads again what changed and what time has changed.

        Args:
            clock: the partition's clock.
            lazily: leave contacts of which something was heard within the grace for later, so that
                most are read once, when they are over: twice as fast while catching up. Then the
                books are complete only up to the oldest of these, which ``told`` says.
        """
        if clock > self.clock:
            self.clock = clock
        self._drop_old_slots()
        unread, self._unread = self._unread, {}
        for contact in self._woken():
            unread[contact.call_id] = contact
        told, told_before = self.clock, self.told
        heard = self.clock - self.grace
        for contact in unread.values():
            if (
                lazily
                and contact.oldest >= told_before  # else it would change what was told as complete
                and (contact.newest >= heard or not self._has_room())
            ):
                self._unread[contact.call_id] = contact
                if contact.oldest < told:
                    told = contact.oldest
            else:
                self._read(contact)
        self.told = told
        self._find_longest()
        self._forget_departed()

    def _woken(self) -> Iterator[HeldContact]:
        """The contacts that are due to be read again, for time alone changes something there."""
        schedule = self._schedule
        while schedule and schedule[0][0] <= self.clock:
            wakes, call_id = heappop(schedule)
            contact = self.contacts.get(call_id)
            if contact is not None and contact.wakes == wakes:
                contact.wakes = NEVER
                yield contact

    def _read(self, contact: HeldContact) -> None:
        if contact.newest > self.clock and not contact.booked:
            # While topics are read at different paces, many a contact lies beyond the clock whole.
            first = min(contact.instants())
            if first > self.clock:
                self._wake(contact, first)
                return
        reading = resolve(contact, self.plan, self.clock)
        if reading is None:
            booked: list[Entry] = []
            wakes = min(contact.instants())
        else:
            booked = entries(reading) + decisions.entries(contact.call_id, reading)
            self._hear_of_caller(contact, reading)
            departs = max(contact.newest, reading.done_at) + self.grace
            if departs < self.clock and self._has_room():
                self._depart(contact, reading, booked)
                return
            wakes = max(min(departs + 1, reading.changes_at), self.clock + 1)
        if booked != contact.booked:
            self._book(contact, booked)
        self._wake(contact, wakes)

    def _wake(self, contact: HeldContact, at: int) -> None:
        """Has the contact read again at an instant, unless it is scheduled for an earlier one."""
        if at < contact.wakes:
            contact.wakes = at
            heappush(self._schedule, (at, contact.call_id))

    def _has_room(self) -> bool:
        return len(self._departing) < DEPARTURES_AT_ONCE and len(self._settled) < SETTLED_AT_ONCE

    def _book(self, contact: HeldContact, booked: list[Entry]) -> None:
        """Takes back what the contact no longer adds and books what it adds now."""
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

    def _depart(self, contact: HeldContact, reading: Reading, booked: list[Entry]) -> None:
        for entry in booked:
            # A decision of a slot that was let go of has been told, whole with all others.
            if not (self._is_let_go(entry) and entry in contact.booked):
                self._settle(entry)
        if contact.booked:
            self._book(contact, [])
        call_id = contact.call_id
        del self.contacts[call_id]
        self._facts.pop(call_id, None)
        self._departing.append((contact, reading))
        self.departed[call_id] = self.clock

    def _hear_of_caller(self, contact: HeldContact, reading: Reading) -> None:
        call = callers.call(contact, reading)
        known = contact.call
        if call == known:
            return
        if known is not None and (call is None or call.caller != known.caller):
            self._calls[known.caller, known.call_id] = None
        if call is not None:
            self._calls[call.caller, call.call_id] = call
        contact.call = call

    def _keys(self, entry: Entry) -> tuple[PlaceKey, ...]:
        """Where an entry is booked: its interval, and its slot while windows may hold that.

        Decisions have no interval. Theirs are booked in old slots too, so that catching up tells
        them; such a slot is kept until the books are complete beyond it.
        """
        scope, at = entry[0], entry[1]
        slot = at - at % SLOT
        if entry[6]:
            return ((scope, SLOT, slot),)
        interval = at - at % INTERVAL
        if slot > self.clock - SLOTS_KEPT:
            return (scope, INTERVAL, interval), (scope, SLOT, slot)
        return ((scope, INTERVAL, interval),)

    def _is_let_go(self, entry: Entry) -> bool:
        """Whether it is a decision whose slot has been told and let go of."""
        return bool(entry[6]) and entry[1] - entry[1] % SLOT <= self.told - SLOTS_KEPT

    def _place(self, key: PlaceKey) -> Place:
        scope, width, start = key
        by_start = self.intervals if width == INTERVAL else self.slots
        scopes = by_start.get(start)
        if scopes is None:
            scopes = by_start[start] = {}
        place = scopes.get(scope)
        if place is None:
            place = scopes[scope] = Place()
        self._moved.add(key)
        return place

    def _hold(self, entry: Entry) -> None:
        for key in self._keys(entry):
            place = self._place(key)
            place.held.add(entry)
            place.count += 1
        if entry[5] >= 0:
            self._waiting_in(entry[0]).add(entry[5])

    def _take(self, entry: Entry) -> None:
        if self._is_let_go(entry):
            return
        for key in self._keys(entry):
            place = self._place(key)
            place.count -= 1
            if not place.held.take(entry) and entry[4] > place.settled.longest:
                place.stale = True
        if entry[5] >= 0:
            self._waiting_in(entry[0]).take(entry[5])

    def _change(self, before: Entry, after: Entry) -> None:
        for key in self._keys(after):
            place = self._place(key)
            if not place.held.change(before, after) and before[4] > place.settled.longest:
                place.stale = True
        if before[5] != after[5]:
            waiting = self._waiting_in(after[0])
            if before[5] >= 0:
                waiting.take(before[5])
            if after[5] >= 0:
                waiting.add(after[5])

    def _settle(self, entry: Entry) -> None:
        keys = self._keys(entry)
        for key in keys:
            self._place(key).settled.add(entry)
        if not self._is_let_go(entry):
            self._settled.update(keys)

    def _waiting_in(self, scope: str) -> Waiting:
        waiting = self.waiting.get(scope)
        if waiting is None:
            waiting = self.waiting[scope] = Waiting()
        self._moved_waiting.add(scope)
        return waiting

    def _find_longest(self) -> None:
        """Finds the longest waits anew where one was taken back: a maximum can't be subtracted."""
        stale: dict[PlaceKey, Place] = {}
        for key in self._moved:
            place = self.place(key)
            if place is not None and place.stale:
                place.stale = False
                place.held.longest = -1
                stale[key] = place
        for start in {start_of(key[2], INTERVAL) for key in stale}:
            for contact in self._members.get(start, ()):
                for entry in contact.booked:
                    if entry[4] >= 0:
                        for width in (INTERVAL, SLOT):
                            found = stale.get((entry[0], width, start_of(entry[1], width)))
                            if found is not None and entry[4] > found.held.longest:
                                found.held.longest = entry[4]

    def place(self, key: PlaceKey) -> Place | None:
        """The slot or interval of this key, if anything was ever booked there."""
        scope, width, start = key
        return (self.intervals if width == INTERVAL else self.slots).get(start, {}).get(scope)

    def _drop_old_slots(self) -> None:
        for start in [start for start in self.slots if start <= self.clock - SLOTS_KEPT]:
            if len(self._dropped) >= DROPPED_AT_ONCE:
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

    def _forget_departed(self) -> None:
        departed = self.departed
        oldest = self.clock - LONGEST_LOST_AFTER
        forgotten: list[str] = []
        excess = len(departed) - DEPARTED_KEPT
        for call_id, at in departed.items():  # in the order of departing
            if at >= oldest and len(forgotten) >= excess:
                break
            forgotten.append(call_id)
        for call_id in forgotten:
            del departed[call_id]

    def changes(self) -> Changes:
        """What changed since this was asked last."""
        closed = self._close()
        partials = {}
        settled = {}
        for key in self._moved - set(closed):
            place = self.place(key)
            if place is not None:
                partials[key] = Partial(place.total(), False)
                if key in self._settled:
                    settled[key] = place.settled
        for key in closed:
            scope, _, start = key
            partials[key] = Partial(self.intervals[start].pop(scope).settled, True)
            if not self.intervals[start]:
                del self.intervals[start]
                self._members.pop(start, None)
        waiting = {
            scope: (self.waiting[scope].count, self.waiting[scope].oldest())
            for scope in self._moved_waiting
        }
        changes = Changes(
            list(self._facts.values()),
            self._departing,
            settled,
            partials,
            waiting,
            self._calls,
            self._dropped + closed,
            _imbalance((key[0], partial.tally) for key, partial in partials.items()),
        )
        self._facts, self._departing, self._calls, self._dropped = {}, [], {}, []
        self._moved, self._settled, self._moved_waiting = set(), set(), set()
        return changes

    def _close(self) -> list[PlaceKey]:
        """Intervals that are final now. They are let go, so each is found once."""
        ended = [start for start in self.intervals if start + INTERVAL + self.grace <= self.told]
        closed = (
            (scope, INTERVAL, start)
            for start in sorted(ended)
            for scope, place in self.intervals[start].items()
            if not place.count
        )
        return list(islice(closed, DROPPED_AT_ONCE))

    def imbalance(self) -> int:
        """By how much the books fail to balance; 0 or they are wrong."""
        return _imbalance(
            (scope, place.total())
            for scopes in self.intervals.values()
            for scope, place in scopes.items()
        )


def _intervals(booked: list[Entry]) -> set[int]:
    """The intervals in which a contact is booked. Decisions have none: an interval may close, and
    its members be forgotten, while somebody whose decision fell into it still waits."""
    return {start_of(entry[1], INTERVAL) for entry in booked if not entry[6]}


def _imbalance(tallies: Iterable[tuple[str, Tally]]) -> int:
    return sum(
        tally.imbalance() + (tally.contacts_imbalance() if scope == CITY else 0)
        for scope, tally in tallies
        if tally.packed
    )
