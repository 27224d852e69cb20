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
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from streams.domain import caller_history as callers
from streams.domain import decisions
from streams.domain.bookings import Bookings, Partial
from streams.domain.books import READ_TOGETHER, imbalance
from streams.domain.call_events import row
from streams.domain.cells import CellKey
from streams.domain.contact import GAP, Piece
from streams.domain.decision_slots import DecisionChanges, DecisionSlots
from streams.domain.decisions import Told
from streams.domain.entries import entries
from streams.domain.events import Event
from streams.domain.instants import MINUTE
from streams.domain.judge import judge
from streams.domain.open_contact import NEVER_READ, OpenContact, intervals_of
from streams.domain.outcome import NEVER, Outcome
from streams.domain.plan import Plan
from streams.domain.tally import Entry, Tally

GRACE: Final = 15 * MINUTE
"""How long after an instant its events may come and still be merged."""

RETIRED_KEPT: Final = 1_000_000
"""Ids of retired contacts remembered at most, about 150 MB: with more than that within twelve
hours, the oldest are evicted first."""

RETIRED_AT_ONCE: Final = 20_000
RETIRING_CELLS_AT_ONCE: Final = 10_000
"""Contacts that retire, and cells that they leave something in, between two checkpoints at most. A
checkpoint names them all in one record, which must stay well below what a broker takes as one
message (id and tally have about 30 and 300 bytes; an id 128 at most). The rest waits for the next
checkpoint."""

AWAKE_AT_MOST: Final = 20_000
"""Contacts in state that are not at rest: some 90 MB, where a million would take 4 GB. A city has
that many only in a disaster; whoever works off a backlog, or takes a state up, has more."""

RESTORED_AT_ONCE: Final = 1_000
"""Contacts that are taken up between two turns of others: a tenth of a second on a slow machine. A
million of them at once took a minute, without a heartbeat, and the group went on without."""


class Left(NamedTuple):
    """A call id that left state: the newest instant told under it, and whether it is stored."""

    call_id: str
    newest: int
    is_stored: bool


Leaves = Callable[[str, Piece, Outcome], Any]
"""What is to be kept of a contact that leaves, until changes are asked for."""


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

    Attributes:
        plan: by which contacts are judged.
        watermark: the partition's event time so far; set by ``advance``, never goes back.
        complete_until: the instant up to which the books are complete: the watermark, or earlier
            while contacts are read only when they are over; never goes back.
        contacts: what is in state, by call id.
        retired: ids that left state, with the newest instant of what was told under them, for as
            long as an event may come that belongs to it.
        ids_forgotten: how many of these had to be evicted before that; of an event that still comes
            under such an id nothing is claimed.
        bookings: where all contacts are booked.
        decided: what was decided of them.
    """

    def __init__(self, plan: Plan, grace: int = GRACE, leaves: Leaves = _all_of_it) -> None:
        self.plan = plan
        self.grace = grace
        self._leaves = leaves
        self.watermark = self.complete_until = -NEVER
        self.contacts: dict[str, OpenContact] = {}
        self.retired: dict[str, int] = {}
        self.ids_forgotten = 0
        self.bookings = Bookings(self.watermark, grace, self._booked_of)
        self.decided = DecisionSlots()
        self._unread: dict[str, OpenContact] = {}
        self._awake: dict[str, OpenContact] = {}  # in the order in which they woke
        self._schedule: list[tuple[int, str]] = []
        self._told: dict[str, OpenContact] = {}
        self._leaving: list[tuple[Left, list[tuple[Piece, Outcome]]]] = []
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
        forgotten = max(0, len(retired) - RETIRED_KEPT)  # counted by whoever evicted them
        self.retired = dict(islice(retired.items(), forgotten, None))
        for key, tally in retired_parts.items():
            self.bookings.restore(key, tally)
        left = iter(contacts)
        while some := list(islice(left, RESTORED_AT_ONCE)):
            for contact in some:
                self.contacts[contact.call_id] = self._unread[contact.call_id] = contact
                self._awake[contact.call_id] = contact
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
        """
        if event.revision:
            return False
        call_id = event.call_id
        contact = self.contacts.get(call_id)
        if contact is not None and contact.rests:
            self._rouse(contact)
        if at < self.watermark - self.grace or (
            # What is in state began after all that has left under its id.
            (contact is None or at < contact.oldest)
            and at <= self.retired.get(call_id, -NEVER) + GAP
        ):
            return contact is not None and contact.knows(event, at)
        if contact is None:
            contact = self.contacts[call_id] = self._awake[call_id] = OpenContact(call_id)
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
                    self._rouse(contact)
            for read in self._read(some, self.watermark):
                self._book(read)
            self._leave()
        if self._unread:
            oldest = min([contact.oldest for contact in self._unread.values()])
            complete_until = min(oldest, complete_until)
        self.complete_until = self.bookings.complete_until = complete_until
        self.decided.advance(complete_until)
        self.bookings.roll_up()
        self._evict_retired()
        if len(self._awake) > AWAKE_AT_MOST:
            self._lay_to_rest()

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

    def _rouse(self, contact: OpenContact) -> None:
        """Unpacks the events of a contact at rest."""
        contact.wake()
        self._awake[contact.call_id] = contact

    def _lay_to_rest(self) -> None:
        """Packs the contacts that have been awake for longest, but those that have been told more
        since they were read."""
        excess = len(self._awake) - AWAKE_AT_MOST
        tired: list[OpenContact] = []
        for call_id, contact in self._awake.items():
            if len(tired) == excess:
                break
            if contact.as_of == NEVER_READ or call_id not in self._unread:
                tired.append(contact)
        for contact in tired:
            del self._awake[contact.call_id]
            contact.rest()

    def _as_read(self, contact: OpenContact) -> "_Reading":
        """A contact that has rested, as it was read last."""
        (read,) = self._read([contact.as_read()], contact.as_of)
        return read

    def _booked_of(self, contact: OpenContact) -> list[Entry]:
        """What a contact adds to the books."""
        return contact.booked if contact.known else _booked(self._as_read(contact).outcomes)

    def _read(self, contacts: Iterable[OpenContact], now: int) -> "list[_Reading]":
        """Reads contacts, one step of it for all of them after another."""
        plan = self.plan
        read = [
            # While topics are read at different paces, many contacts begin beyond the watermark.
            _Reading(contact, contact.pieces() if _has_begun(contact, now) else [])
            for contact in contacts
        ]
        for each in read:
            for piece in each.pieces:
                outcome = judge(piece, plan, now)
                if outcome is None:
                    each.ahead = min(each.ahead, piece.ats[0])
                else:
                    each.outcomes.append((piece, outcome))
        for each in read:
            call_id = each.contact.call_id
            for piece, outcome in each.outcomes:
                each.decided += decisions.told(call_id, piece, plan, outcome, now)
        for each in read:
            call_id = each.contact.call_id
            for _, outcome in each.outcomes:
                call = callers.call(call_id, outcome)
                if call is not None:
                    each.calls.append(call)
        return read

    def _book(self, read: "_Reading") -> None:
        """Books what a contact adds as it was read now, for good when it is over."""
        now, contact, outcomes = self.watermark, read.contact, read.outcomes
        if not read.pieces:
            self._wake(contact, contact.oldest)
            return
        if not contact.known:
            before = self._as_read(contact)
            contact.know(_booked(before.outcomes), before.decided, before.calls)
        self._update_calls(contact, read.calls)
        wakes, over = read.ahead, read.ahead == NEVER
        over_until = -NEVER
        for piece, outcome in outcomes:
            retires = max(piece.newest, outcome.done_at) + self.grace
            if retires < now:
                over_until = piece.newest
            else:
                wakes, over = min(wakes, retires + 1), False
            wakes = min(wakes, outcome.changes_at)
        if over and self._has_room():
            self._retire(contact, outcomes, read.decided)
            return
        contact.over_until, contact.as_of = over_until, now
        if read.decided != contact.decided:
            self.decided.replace(contact.decided, read.decided)
            contact.decided = read.decided
        booked = _booked(outcomes)
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

    def _retire(
        self, contact: OpenContact, outcomes: list[tuple[Piece, Outcome]], decided: list[Told]
    ) -> None:
        if contact.booked or contact.held:
            self.bookings.retire(contact, _booked(outcomes))
        else:
            self.bookings.retire_unbooked(outcome for _, outcome in outcomes)
        self.decided.retire(contact.decided, decided)
        call_id = contact.call_id
        del self.contacts[call_id], self._awake[call_id]
        self._told.pop(call_id, None)
        left = Left(call_id, contact.newest, contact.is_stored)
        self._leaving.append((left, outcomes))
        self.retired.pop(call_id, None)  # so that it is forgotten in its turn
        self.retired[call_id] = contact.newest

    def _leave(self) -> None:
        """Lets go of what was read of the contacts that leave, but for what is kept of it."""
        leaves = self._leaves
        self._retiring += [
            (left, [leaves(left.call_id, *each) for each in outcomes])
            for left, outcomes in self._leaving
        ]
        self._leaving.clear()

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

    def _evict_retired(self) -> None:
        retired = self.retired
        oldest = self.watermark - self.grace - GAP
        evicted: list[str] = []
        excess = len(retired) - RETIRED_KEPT
        for call_id, newest in retired.items():  # in the order of retiring
            if newest >= oldest:
                if len(evicted) >= excess:
                    break
                self.ids_forgotten += 1
            evicted.append(call_id)
        for call_id in evicted:
            del retired[call_id]

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
            imbalance((scope, each.tally) for (scope, _, _), each in booked.partials.items()),
        )
        self._told, self._retiring, self._calls = {}, [], {}
        return changes


class _Reading:
    """A contact as it is read: its pieces, none when nothing of it has begun; what those that have
    begun come to; when the next one begins; its decisions and its calls."""

    __slots__ = ("ahead", "calls", "contact", "decided", "outcomes", "pieces")

    def __init__(self, contact: OpenContact, pieces: list[Piece]) -> None:
        self.contact = contact
        self.pieces = pieces
        self.outcomes: list[tuple[Piece, Outcome]] = []
        self.ahead = NEVER
        self.decided: list[Told] = []
        self.calls: list[callers.Call] = []


def _has_begun(contact: OpenContact, now: int) -> bool:
    return contact.oldest <= now or contact.as_of > NEVER_READ


def _booked(outcomes: list[tuple[Piece, Outcome]]) -> list[Entry]:
    """All that a contact adds to the books."""
    return [*chain.from_iterable(entries(outcome) for _, outcome in outcomes)]
