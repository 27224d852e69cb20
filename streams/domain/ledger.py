"""The books of one partition of contacts, kept while events come in.

The ledger holds the contacts that may still change: it decides which events are late, which
contacts are to be read again, and when one leaves. Where they are booked is in ``bookings``. A
contact is booked again whenever its facts, or the watermark, change what it means, so the books are
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
"""Ids of retired contacts remembered at most, about 150 MB: with more than that within the
time-out for lost calls, the oldest are evicted first."""

RETIRED_AT_ONCE: Final = 20_000
RETIRING_CELLS_AT_ONCE: Final = 10_000
"""Contacts that retire, and cells that they leave something in, between two checkpoints at most. A
checkpoint names them all in one record, which must stay well below what a broker takes as one
message (id and tally have about 30 and 300 bytes; an id 128 at most). The rest waits for the next
checkpoint."""

RESTORED_AT_ONCE: Final = 1_000
"""Contacts that are taken up between two turns of others: a tenth of a second on a slow machine. A
million of them at once took a minute, without a heartbeat, and the group went on without."""


class Changes(NamedTuple):
    """What a checkpoint has to make durable and known, all of it absolute.

    Attributes:
        facts: contacts whose facts changed.
        retired: contacts that left state, as they were read last.
        retired_parts: the tallies that now cover them.
        partials: totals of the slots and intervals that changed.
        waiting: who waits now in the scopes where that changed: how many, and since when.
        calls: what the histories of callers should know, by caller and call id.
        evicted: final intervals and old slots that the ledger no longer keeps.
        imbalance: by how much the totals fail to balance; 0, or the software is wrong.
    """

    facts: list[OpenContact]
    retired: list[tuple[OpenContact, Reading]]
    retired_parts: dict[CellKey, Tally]
    partials: dict[CellKey, Partial]
    waiting: dict[str, tuple[int, int | None]]
    calls: dict[tuple[str, str], callers.Call | None]
    evicted: list[CellKey]
    imbalance: int


class Ledger:
    """The books of one partition.

    Attributes:
        plan: by which contacts are judged.
        watermark: the partition's event time so far; set by ``advance``, never goes back.
        complete_until: the instant up to which the books are complete: the watermark, or earlier
            while contacts are read only when they are over; never goes back.
        contacts: the contacts in state.
        retired: ids that left state, with the instant, until their calls could not go on.
        bookings: where all contacts are booked.
    """

    def __init__(self, plan: Plan, grace: int = GRACE) -> None:
        self.plan = plan
        self.grace = grace
        self.watermark = self.complete_until = -NEVER
        self.contacts: dict[str, OpenContact] = {}
        self.retired: dict[str, int] = {}
        self.bookings = Bookings(self.watermark, grace)
        self._unread: dict[str, OpenContact] = {}
        self._schedule: list[tuple[int, str]] = []
        self._facts: dict[str, OpenContact] = {}
        self._retiring: list[tuple[OpenContact, Reading]] = []
        self._calls: dict[tuple[str, str], callers.Call | None] = {}

    def restore(
        self,
        watermark: int,
        contacts: Iterable[OpenContact],
        retired_parts: Mapping[CellKey, Tally],
        retired: Mapping[str, int],
    ) -> Iterator[None]:
        """Reads the books as a checkpoint left them; everything counts as changed. Some contacts at
        a time, so that others get their turn in between: the books are complete at the end."""
        self.watermark = self.bookings.watermark = watermark
        self.retired = dict(retired)
        for key, tally in retired_parts.items():
            self.bookings.restore(key, tally)
        left = iter(contacts)
        while some := list(islice(left, RESTORED_AT_ONCE)):
            for contact in some:
                self.contacts[contact.call_id] = self._unread[contact.call_id] = contact
            # Booked as they were then: what later facts take back must be known to have been
            # published.
            self.advance(watermark)
            yield
        self.advance(watermark)

    def accept(self, event: Event, at: int) -> bool:
        """Merges an event, or says that it is late: False, and nothing changes.

        Late is an event whose contact is no longer in state and whose ``at`` is older than the
        watermark less grace; one that would change a final interval; and any corrected version.
        """
        if event.revision:
            return False
        call_id = event.call_id
        contact = self.contacts.get(call_id)
        if contact is None:
            if at < self.watermark - self.grace or call_id in self.retired:
                return False
            contact = self.contacts[call_id] = OpenContact(call_id)
        elif (
            at < self.watermark - self.grace
            # A visit of a long call may turn out to be another than it was booked as.
            or (type(event) is Queue and contact.oldest < self.watermark - self.grace)
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
        # Facts may lie ahead of the watermark, and each may book the contact elsewhere. On its way
        # through them it must not come to an interval that is final by then.
        booked_in = self._intervals_of(contact, self.watermark)
        ahead = sorted({instant for instant in trial.instants() if instant > self.watermark})
        for instant in (self.watermark, *ahead):
            as_of = self.complete_until if instant == self.watermark else instant
            stands = self._intervals_of(trial, instant)
            if any(
                self.bookings.is_final(scope, start, as_of, without=contact.booked)
                for scope, start in stands - booked_in
            ):
                return True
            booked_in = stands
        return False

    def _intervals_of(self, contact: Contact, now: int) -> set[tuple[str, int]]:
        reading = resolve(contact, self.plan, now)
        booked = () if reading is None else entries(reading)
        return {(scope, start_of(at, INTERVAL)) for scope, at, _, _, _, _, _ in booked}

    def advance(self, watermark: int, lazily: bool = False) -> None:
        """Moves the books on to a watermark: reads again what changed and what time has changed.

        Args:
            watermark: event time so far; an earlier one than before moves nothing.
            lazily: leave contacts with a fact within the grace for later, so that
                most are read once, when they are over: twice as fast while catching up. Then the
                books are complete only up to the oldest of these, which ``complete_until`` says.
        """
        if watermark > self.watermark:
            self.watermark = watermark
        self.bookings.advance(self.watermark)
        unread, self._unread = self._unread, {}
        for contact in self._woken():
            unread[contact.call_id] = contact
        complete_until, before = self.watermark, self.complete_until
        heard = self.watermark - self.grace
        for contact in unread.values():
            if (
                lazily
                and contact.oldest >= before  # else it would change what was published as complete
                and (contact.newest >= heard or not self._has_room())
            ):
                self._unread[contact.call_id] = contact
                if contact.oldest < complete_until:
                    complete_until = contact.oldest
            else:
                self._read(contact)
        self.complete_until = self.bookings.complete_until = complete_until
        self.bookings.find_longest()
        self._evict_retired()

    def _woken(self) -> Iterator[OpenContact]:
        """The contacts that are due to be read again, for time alone changes something there."""
        schedule = self._schedule
        while schedule:
            wakes, call_id = schedule[0]
            if wakes > self.watermark:
                return
            heappop(schedule)
            contact = self.contacts.get(call_id)
            if contact is not None and contact.wakes == wakes:
                contact.wakes = NEVER
                yield contact

    def _read(self, contact: OpenContact) -> None:
        if contact.newest > self.watermark and not contact.booked:
            # While topics are read at different paces, many contacts begin beyond the watermark.
            first = min(contact.instants())
            if first > self.watermark:
                self._wake(contact, first)
                return
        reading = resolve(contact, self.plan, self.watermark)
        if reading is None:
            booked: list[Entry] = []
            wakes = min(contact.instants())
        else:
            booked = entries(reading) + decisions.entries(contact.call_id, reading)
            self._update_call(contact, reading)
            retires = max(contact.newest, reading.done_at) + self.grace
            if retires < self.watermark and self._has_room():
                self._retire(contact, reading, booked)
                return
            wakes = max(min(retires + 1, reading.changes_at), self.watermark + 1)
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
            len(self._retiring) < RETIRED_AT_ONCE
            and self.bookings.retiring < RETIRING_CELLS_AT_ONCE
        )

    def _retire(self, contact: OpenContact, reading: Reading, booked: list[Entry]) -> None:
        self.bookings.retire(contact, booked)
        call_id = contact.call_id
        del self.contacts[call_id]
        self._facts.pop(call_id, None)
        self._retiring.append((contact, reading))
        self.retired[call_id] = self.watermark

    def _update_call(self, contact: OpenContact, reading: Reading) -> None:
        call = callers.call(contact, reading)
        known = contact.call
        if call == known:
            return
        if known is not None and (call is None or call.caller != known.caller):
            self._calls[known.caller, known.call_id] = None
        if call is not None:
            self._calls[call.caller, call.call_id] = call
        contact.call = call

    def _evict_retired(self) -> None:
        retired = self.retired
        oldest = self.watermark - LONGEST_LOST_AFTER
        evicted: list[str] = []
        excess = len(retired) - RETIRED_KEPT
        for call_id, at in retired.items():  # in the order of retiring
            if at >= oldest and len(evicted) >= excess:
                break
            evicted.append(call_id)
        for call_id in evicted:
            del retired[call_id]

    def changes(self) -> Changes:
        """What changed since this was asked last."""
        booked = self.bookings.changes()
        changes = Changes(
            list(self._facts.values()),
            self._retiring,
            booked.retired_parts,
            booked.partials,
            booked.waiting,
            self._calls,
            booked.evicted,
            imbalance((scope, each.tally) for (scope, _, _), each in booked.partials.items()),
        )
        self._facts, self._retiring, self._calls = {}, [], {}
        return changes
