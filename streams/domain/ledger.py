"""The books of one partition of contacts, kept while events come in.

The ledger holds the contacts that may still change: it decides which events are late, which
contacts are to be read again, and when one leaves. Where they are booked is in ``bookings``. A
contact is booked anew whenever its facts, or the clock, change what it means; so the books are
always a function of the set of accepted events.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import islice
from typing import Final, NamedTuple

from streams.domain import caller_history as callers
from streams.domain import decisions
from streams.domain.bookings import Bookings, Partial
from streams.domain.books import INTERVAL, imbalance, start_of
from streams.domain.cells import CellKey, OpenContact
from streams.domain.entries import entries
from streams.domain.events import Event, Queue
from streams.domain.instants import MINUTE
from streams.domain.journey import Contact
from streams.domain.plan import Plan
from streams.domain.plan.model import LONGEST_LOST_AFTER
from streams.domain.tally import Entry, Tally
from streams.domain.visits import NEVER, Reading, resolve

GRACE: Final = 15 * MINUTE
"""How long after an instant its events may come and still be merged."""

RETIRED_KEPT: Final = 1_000_000
"""Ids of departed contacts remembered at most, about 150 MB: with more than that within the
time-out for lost calls, the oldest are forgotten first."""

DEPARTURES_AT_ONCE: Final = 20_000
ADVANCED_AT_ONCE: Final = 10_000
"""Contacts that leave, and tallies that they leave behind, at one settling at most: a checkpoint
names them all in one record, which must stay well below what a broker takes as one message (id and
tally have about 30 and 300 bytes; an id 128 at most). The rest waits for the next settling."""

RESTORED_AT_ONCE: Final = 1_000
"""Contacts that are taken up between two turns of others: a tenth of a second on a slow machine. A
million of them at once took a minute, without a heartbeat, and the group went on without."""


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

    facts: list[OpenContact]
    departed: list[tuple[OpenContact, Reading]]
    settled: dict[CellKey, Tally]
    partials: dict[CellKey, Partial]
    waiting: dict[str, tuple[int, int | None]]
    calls: dict[tuple[str, str], callers.Call | None]
    dropped: list[CellKey]
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
        bookings: where all contacts are booked.
    """

    def __init__(self, plan: Plan, grace: int = GRACE) -> None:
        self.plan = plan
        self.grace = grace
        self.clock = self.told = -NEVER
        self.contacts: dict[str, OpenContact] = {}
        self.departed: dict[str, int] = {}
        self.bookings = Bookings(self.clock, grace)
        self._unread: dict[str, OpenContact] = {}
        self._schedule: list[tuple[int, str]] = []
        self._facts: dict[str, OpenContact] = {}
        self._departing: list[tuple[OpenContact, Reading]] = []
        self._calls: dict[tuple[str, str], callers.Call | None] = {}

    def restore(
        self,
        clock: int,
        contacts: Iterable[OpenContact],
        settled: Mapping[CellKey, Tally],
        departed: Mapping[str, int],
    ) -> Iterator[None]:
        """Takes up the books where a checkpoint left them; everything is told anew. Some contacts
        at a time, so that others get their turn in between: the books are whole at the end."""
        self.clock = self.bookings.clock = clock
        self.departed = dict(departed)
        for key, tally in settled.items():
            self.bookings.restore(key, tally)
        left = iter(contacts)
        while some := list(islice(left, RESTORED_AT_ONCE)):
            for contact in some:
                self.contacts[contact.call_id] = self._unread[contact.call_id] = contact
            # Booked as they were then, so that what later facts take back is known to have been
            # told.
            self.settle(clock)
            yield
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
            contact = self.contacts[call_id] = OpenContact(call_id)
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

    def _changes_final(self, contact: OpenContact, event: Event, at: int) -> bool:
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
            if any(
                self.bookings.is_final(*place, as_of, without=contact.booked)
                for place in stands - held
            ):
                return True
            held = stands
        return False

    def _intervals_of(self, contact: Contact, now: int) -> set[tuple[str, int]]:
        reading = resolve(contact, self.plan, now)
        booked = () if reading is None else entries(reading)
        return {(entry[0], start_of(entry[1], INTERVAL)) for entry in booked}

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
        self.bookings.advance(self.clock)
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
        self.told = self.bookings.told = told
        self.bookings.find_longest()
        self._forget_departed()

    def _woken(self) -> Iterator[OpenContact]:
        """The contacts that are due to be read again, for time alone changes something there."""
        schedule = self._schedule
        while schedule and schedule[0][0] <= self.clock:
            wakes, call_id = heappop(schedule)
            contact = self.contacts.get(call_id)
            if contact is not None and contact.wakes == wakes:
                contact.wakes = NEVER
                yield contact

    def _read(self, contact: OpenContact) -> None:
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
            self.bookings.book(contact, booked)
        self._wake(contact, wakes)

    def _wake(self, contact: OpenContact, at: int) -> None:
        """Has the contact read again at an instant, unless it is scheduled for an earlier one."""
        if at < contact.wakes:
            contact.wakes = at
            heappush(self._schedule, (at, contact.call_id))

    def _has_room(self) -> bool:
        return (
            len(self._departing) < DEPARTURES_AT_ONCE and self.bookings.settling < ADVANCED_AT_ONCE
        )

    def _depart(self, contact: OpenContact, reading: Reading, booked: list[Entry]) -> None:
        self.bookings.settle(contact, booked)
        call_id = contact.call_id
        del self.contacts[call_id]
        self._facts.pop(call_id, None)
        self._departing.append((contact, reading))
        self.departed[call_id] = self.clock

    def _hear_of_caller(self, contact: OpenContact, reading: Reading) -> None:
        call = callers.call(contact, reading)
        known = contact.call
        if call == known:
            return
        if known is not None and (call is None or call.caller != known.caller):
            self._calls[known.caller, known.call_id] = None
        if call is not None:
            self._calls[call.caller, call.call_id] = call
        contact.call = call

    def _forget_departed(self) -> None:
        departed = self.departed
        oldest = self.clock - LONGEST_LOST_AFTER
        forgotten: list[str] = []
        excess = len(departed) - RETIRED_KEPT
        for call_id, at in departed.items():  # in the order of departing
            if at >= oldest and len(forgotten) >= excess:
                break
            forgotten.append(call_id)
        for call_id in forgotten:
            del departed[call_id]

    def changes(self) -> Changes:
        """What changed since this was asked last."""
        moved = self.bookings.changes()
        changes = Changes(
            list(self._facts.values()),
            self._departing,
            moved.settled,
            moved.partials,
            moved.waiting,
            self._calls,
            moved.dropped,
            imbalance((key[0], partial.tally) for key, partial in moved.partials.items()),
        )
        self._facts, self._departing, self._calls = {}, [], {}
        return changes
