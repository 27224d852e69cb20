"""The books of one partition of contacts, kept while events come in.

The ledger holds the contacts that may still change: it decides which events are late, which
contacts are to be read again, and when one leaves. Where they are booked is in ``bookings``. A
contact is booked again whenever its events, or the watermark, change what it means, so the books
are always a function of the set of accepted events.

It is longer than a module should be, because merging, reading and retiring a contact are one way
through state.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import islice
from typing import Any, Final, NamedTuple

from streams.domain import caller_history as callers
from streams.domain.alike import Alike, Known, call_of, told_of
from streams.domain.awake import Awake
from streams.domain.bookings import Bookings, Partial
from streams.domain.books import READ_TOGETHER, imbalance
from streams.domain.call_events import row
from streams.domain.cells import CellKey
from streams.domain.contact import GAP, Piece
from streams.domain.decision_slots import DecisionChanges, DecisionSlots
from streams.domain.events import Event
from streams.domain.instants import MINUTE
from streams.domain.judge import judge
from streams.domain.open_contact import OpenContact, intervals_of
from streams.domain.outcome import NEVER, Outcome
from streams.domain.plan import Plan
from streams.domain.reading import Reading, as_read, read, read_once
from streams.domain.retired import Retired
from streams.domain.tally import Entry, Tally

GRACE: Final = 15 * MINUTE
"""How long after an instant its events may come and still be merged."""

RETIRED_AT_ONCE: Final = 20_000
RETIRING_CELLS_AT_ONCE: Final = 10_000
"""Contacts that retire, and cells that they leave something in, between two checkpoints at most. A
checkpoint names them all in one record, which must stay well below what a broker takes as one
message (id and tally have about 30 and 300 bytes; an id 128 at most). The rest waits for the next
checkpoint."""

RESTORED_AT_ONCE: Final = 1_000
"""Contacts that are taken up between two turns of others: a tenth of a second on a slow machine. A
million of them at once took a minute, without a heartbeat, and the group went on without."""


class FullError(Exception):
    """There is no room for another contact: the event that would begin it is not accepted."""


class Left(NamedTuple):
    """A call id that left state: the newest instant told under it, and whether it is stored."""

    call_id: str
    newest: int
    is_stored: bool


Leaves = Callable[[str, Piece, Outcome], Any]
"""What is to be kept of a contact that leaves, until changes are asked for."""


LeavesAlike = Callable[[str, Alike], Any]
"""The same of one that is judged like another one."""


def _all_of_it(call_id: str, piece: Piece, outcome: Outcome) -> tuple[Piece, Outcome]:
    return piece, outcome


class Changes(NamedTuple):
    """What a checkpoint has to make durable and known, all of it absolute.

    Attributes:
        told: contacts with new events.
        retired: what left state, with what is kept of the contacts that it made up.
        retired_parts: the tallies that now cover them.
        partials: totals of the slots and intervals that changed.
        decided: what the detectors are to be told.
        waiting: who waits now in the scopes where that changed: how many, and since when.
        calls: what the histories of callers should know, by caller and contact.
        evicted: final intervals and old slots that the ledger no longer keeps.
        imbalance: by how much the totals fail to balance; 0, or the software is wrong.
    """

    told: list[OpenContact]
    retired: list[tuple[Left, list[Any]]]
    retired_parts: dict[CellKey, Tally]
    partials: dict[CellKey, Partial]
    decided: DecisionChanges
    waiting: dict[str, tuple[int, int | None]]
    calls: dict[tuple[str, str], callers.Call | None]
    evicted: list[CellKey]
    imbalance: int


class Ledger:
    """The books of one partition.

    Args:
        plan: by which contacts are judged.
        grace: how long after an instant its events may come and still be merged.
        leaves: gives what is kept of each contact that leaves, as it was read last; all of it if it
            is not said. A journey's record is a tenth of its objects, whose memory the next
            contact can use: it is still in the processor's cache.
        leaves_alike: gives the same of those that are judged like another one; if it is not said,
            they are judged for that.

    Attributes:
        plan: by which contacts are judged.
        watermark: the partition's event time so far; set by ``advance``, never goes back.
        complete_until: the instant up to which the books are complete: the watermark, or earlier
            while contacts are read only when they are over; never goes back.
        contacts: what is in state, by call id.
        most: how many of these there may be.
        retired: ids that left state.
        bookings: where all contacts are booked.
        decided: what was decided of them.
    """

    def __init__(
        self,
        plan: Plan,
        grace: int = GRACE,
        leaves: Leaves = _all_of_it,
        leaves_alike: LeavesAlike | None = None,
    ) -> None:
        self.plan = plan
        self.grace = grace
        self._known = Known(plan)
        self._leaves = leaves
        self._leaves_alike = leaves_alike
        self.watermark = self.complete_until = -NEVER
        self.contacts: dict[str, OpenContact] = {}
        self.most = NEVER
        self.retired = Retired()
        self.bookings = Bookings(self.watermark, grace, self._booked_of)
        self.decided = DecisionSlots()
        self._unread: dict[str, OpenContact] = {}
        self._awake = Awake()
        self._schedule: list[tuple[int, str]] = []
        self._told: dict[str, OpenContact] = {}
        self._leaving: list[tuple[Left, list[tuple[Piece, Outcome]] | Alike]] = []
        self._retiring: list[tuple[Left, list[Any]]] = []
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
        self.watermark = watermark
        self.bookings.advance(watermark)
        self.decided.advance(watermark)
        self.retired.restore(retired)
        for key, tally in retired_parts.items():
            self.bookings.restore(key, tally)
        left = iter(contacts)
        while some := list(islice(left, RESTORED_AT_ONCE)):
            for contact in some:
                self.contacts[contact.call_id] = self._unread[contact.call_id] = contact
                self._awake.add(contact)
            # Booked as they were then: what later facts take back must be known to have been
            # published.
            self.advance(watermark)
            yield
        self.advance(watermark)

    def accept(self, event: Event, at: int) -> bool:
        """Merges an event, or says that it is late: False, and nothing changes.

        Late is an event that is older than the watermark less grace; one of a contact that is over
        and has left state, or waits there for others of its id; and any corrected version. What was
        merged before is none of these.

        Raises:
            FullError: it would begin a contact for which there is no room.
        """
        if event.revision:
            return False
        call_id = event.call_id
        contact = self.contacts.get(call_id)
        if contact is not None and contact.rests:
            self._awake.add(contact)
        if at < self.watermark - self.grace or (
            # What is in state began after all that has left under its id.
            (contact is None or at < contact.oldest)
            and at <= self.retired.get(call_id, -NEVER) + GAP
        ):
            return contact is not None and contact.knows(event, at)
        if contact is None:
            if len(self.contacts) >= self.most:
                raise FullError
            contact = self.contacts[call_id] = OpenContact(call_id)
            self._awake.add(contact)
        elif at <= contact.over_until + GAP:
            return contact.knows(event, at)
        if contact.add(row(event, at)):
            self._unread[call_id] = self._told[call_id] = contact
        return True

    def advance(self, watermark: int, lazily: bool = False) -> None:
        """Moves the books on to a watermark: reads again what changed and what time has changed.

        Args:
            watermark: event time so far; an earlier one than before moves nothing.
            lazily: leave contacts with an event within the grace for later, unless what was
                published as complete would change, so that most are read once, when they are over:
                twice as fast while catching up. So are those left that find no room. Then the books
                are complete only up to the oldest of these, which ``complete_until`` says; and no
                slots are booked, for no window is looked at that will hold them.
        """
        if watermark > self.watermark:
            self.watermark = watermark
        self.bookings.advance(self.watermark, lazily)
        unread, self._unread = self._unread, {}
        for contact in self._woken():
            unread[contact.call_id] = contact
        due: Iterable[OpenContact] = unread.values()
        complete_until = self.watermark
        if lazily:
            going_on = self.watermark - self.grace
            due = self._wait_with(due, lambda contact: contact.newest >= going_on)
        left = iter(due)
        while some := list(islice(left, READ_TOGETHER)):
            if lazily and not self._has_room():
                some = self._wait_with(some, lambda _: True)
            for contact in some:
                if contact.rests:
                    self._awake.add(contact)
            for reading in self._read(some):
                self._book(reading)
            self._leave()
        if self._unread:
            oldest = min([contact.oldest for contact in self._unread.values()])
            complete_until = min(oldest, complete_until)
        self.complete_until = self.bookings.complete_until = complete_until
        self.decided.advance(complete_until)
        self.bookings.roll_up()
        self.retired.evict(self.watermark - self.grace - GAP)
        self._awake.lay_to_rest(self._unread)

    def _read(self, contacts: Iterable[OpenContact]) -> list[Reading]:
        if self._known.plan is not self.plan:
            self._known = Known(self.plan)
        over = self.watermark - self.grace
        return read_once(contacts, self.plan, self.watermark, self._known, over)

    def _wait_with(
        self, contacts: Iterable[OpenContact], may_wait: Callable[[OpenContact], bool]
    ) -> list[OpenContact]:
        """Leaves contacts for later that may wait, where nothing that was published as complete
        would change; gives the others."""
        before, waits = self.complete_until, self._unread
        due = []
        for contact in contacts:
            if contact.oldest >= before and may_wait(contact):
                waits[contact.call_id] = contact
            else:
                due.append(contact)
        return due

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

    def _booked_of(self, contact: OpenContact) -> list[Entry]:
        """What a contact adds to the books."""
        return contact.booked if contact.known else as_read(contact, self.plan).booked()

    def _book(self, reading: Reading) -> None:
        """Books what a contact adds as it was read now, for good when it is over."""
        if reading.alike is not None:
            if self._has_room():
                self._retire_alike(reading.contact, reading.alike)
                return
            (reading,) = read([reading.contact], self.plan, self.watermark)
        now, contact, outcomes = self.watermark, reading.contact, reading.outcomes
        if not reading.pieces:
            self._wake(contact, contact.oldest)
            return
        if not contact.known:
            before = as_read(contact, self.plan)
            contact.know(before.booked(), before.decided, before.calls)
        self._update_calls(contact, reading.calls)
        wakes, over = reading.ahead, reading.ahead == NEVER
        over_until = -NEVER
        for piece, outcome in outcomes:
            retires = max(piece.newest, outcome.done_at) + self.grace
            if retires < now:
                over_until = piece.newest
            else:
                wakes, over = min(wakes, retires + 1), False
            wakes = min(wakes, outcome.changes_at)
        if over and self._has_room():
            self._retire(reading)
            return
        contact.over_until, contact.as_of = over_until, now
        if reading.decided != contact.decided:
            self.decided.replace(contact.decided, reading.decided)
            contact.decided = reading.decided
        booked = reading.booked()
        held = intervals_of(contact.instants())
        if booked != contact.booked or held != contact.held:
            self.bookings.book(contact, booked, held)
        self._wake(contact, now + 1 if over else max(wakes, now + 1))

    def _wake(self, contact: OpenContact, at: int) -> None:
        """Has the contact read again at an instant, unless it is scheduled for an earlier one."""
        if at < contact.wakes:
            contact.wakes = at
            heappush(self._schedule, (at, contact.call_id))

    def _has_room(self) -> bool:
        return (
            len(self._retiring) + len(self._leaving) < RETIRED_AT_ONCE
            and self.bookings.retiring < RETIRING_CELLS_AT_ONCE
        )

    def _retire(self, reading: Reading) -> None:
        contact = reading.contact
        if contact.booked or contact.held:
            self.bookings.retire(contact, reading.booked())
        else:
            self.bookings.retire_unbooked(outcome for _, outcome in reading.outcomes)
        self.decided.retire(contact.decided, reading.decided)
        self._leaving.append((self._left(contact), reading.outcomes))

    def _retire_alike(self, contact: OpenContact, alike: Alike) -> None:
        """Retires a contact that was never read before and is judged like another one."""
        call_id = contact.call_id
        judged, _, _, _, caller = alike
        if caller is not None and judged.has_call:
            call = call_of(call_id, alike)
            self._calls[caller, call.contact] = call
        self.bookings.retire_alike(alike)
        self.decided.retire((), told_of(call_id, alike))
        self._leaving.append((self._left(contact), alike))

    def _left(self, contact: OpenContact) -> Left:
        call_id, newest = contact.call_id, contact.newest
        del self.contacts[call_id]
        self._awake.remove(call_id)
        self._told.pop(call_id, None)
        self.retired.add(call_id, newest)
        return Left(call_id, newest, contact.is_stored)

    def _leave(self) -> None:
        """Lets go of what was read of the contacts that leave, but for what is kept of it."""
        leaves, leaves_alike = self._leaves, self._leaves_alike or self._judged_alike
        self._retiring += [
            (
                left,
                [leaves_alike(left.call_id, read)]
                if isinstance(read, tuple)
                else [leaves(left.call_id, *each) for each in read],
            )
            for left, read in self._leaving
        ]
        self._leaving.clear()

    def _judged_alike(self, call_id: str, alike: Alike) -> Any:
        """Keeps of a contact that is judged like another one what is kept of any."""
        _, piece, _, _, _ = alike
        outcome = judge(piece, self.plan, self.watermark)
        assert outcome is not None
        return self._leaves(call_id, piece, outcome)

    def _update_calls(self, contact: OpenContact, calls: list[callers.Call]) -> None:
        known = contact.calls
        if calls == known:
            return
        for call in known:
            if call not in calls:
                self._calls[call.caller, call.contact] = None
        for call in calls:
            if call not in known:
                self._calls[call.caller, call.contact] = call
        contact.calls = calls

    def changes(self) -> Changes:
        """What changed since this was asked last."""
        booked = self.bookings.changes()
        changes = Changes(
            list(self._told.values()),
            self._retiring,
            booked.retired_parts,
            booked.partials,
            self.decided.changes(),
            booked.waiting,
            self._calls,
            booked.evicted,
            booked.unequal
            + imbalance((scope, each.tally) for (scope, _, _), each in booked.partials.items()),
        )
        self._told, self._retiring, self._calls = {}, [], {}
        return changes
