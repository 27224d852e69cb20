"""The books of a set of contacts: per line, vendor and city, in total and per interval.

``Books`` reads every contact once, as a replay does; ``ledger`` keeps the same books while events
come in. That both give the same, whatever the order, is what the live figure, the alert and the
statement rest on.
"""

from collections.abc import Callable, Iterable
from typing import Final

from streams.domain import caller_history as callers
from streams.domain.call_events import Contact
from streams.domain.contact import pieces
from streams.domain.entries import ContactPattern, amounts, contact_pattern, entries, scopes
from streams.domain.gathered import Gathered, of_contacts
from streams.domain.instants import MINUTE, SECOND
from streams.domain.irregularities import Irregularities
from streams.domain.judge import judge
from streams.domain.local_intervals import LocalIntervals
from streams.domain.outcome import OUTGOING, Outcome
from streams.domain.plan import Plan
from streams.domain.tally import CITY, Entry, Tally

SLOT: Final = 10 * SECOND
"""Width of the slots that the rolling windows are made of."""

INTERVAL: Final = 15 * MINUTE
"""Width of the intervals that statements are made of: quarter-hours of UTC, and of every local
time that is used, since all offsets are multiples of it."""


def start_of(at: int, width: int) -> int:
    """Where the slot or interval of this width begins that an instant falls into.

    >>> start_of(25 * SECOND, SLOT) == 20 * SECOND
    True
    """
    return at - at % width


class Books:
    """Tallies per scope over everything, and per scope and interval.

    Args:
        starts: where the interval of an instant begins; by UTC if it is not said.

    Attributes:
        totals: by scope (``city``, ``line:ID``, ``vendor:ID``).
        intervals: by scope and the interval's start; filled when a width is given. Without what
            only callers' histories tell: that may change long after an interval is final.
        lines: those that the plan had meanwhile, whether anybody called them or not.
        irregular: what was odd about the contacts.
    """

    def __init__(
        self, width: int | None = None, starts: Callable[[int], int] | None = None
    ) -> None:
        self.width = width
        self._starts = starts
        self.totals: dict[str, Tally] = {CITY: Tally()}
        self.intervals: dict[tuple[str, int], Tally] = {}
        self.lines: list[str] = []
        self.irregular = Irregularities()

    def add(self, entry: Entry) -> None:
        """Books one entry of a contact."""
        self.add_total(entry)
        if self.width is not None:
            scope, at, _, _, _, _, _ = entry
            starts = self._starts
            key = (scope, start_of(at, self.width) if starts is None else starts(at))
            interval = self.intervals.get(key)
            if interval is None:
                interval = self.intervals[key] = Tally()
            interval.add(entry)

    def add_total(self, entry: Entry) -> None:
        """Books one entry in the totals only."""
        scope, _, _, _, _, _, _ = entry
        total = self.totals.get(scope)
        if total is None:
            total = self.totals[scope] = Tally()
        total.add(entry)

    def _add_tally(self, scope: str, start: int | None, tally: Tally) -> None:
        total = self.totals.get(scope)
        if total is None:
            total = self.totals[scope] = Tally()
        total.plus(tally)
        if start is not None:
            interval = self.intervals.get((scope, start))
            if interval is None:
                interval = self.intervals[scope, start] = Tally()
            interval.plus(tally)

    def imbalance(self) -> int:
        """By how much the books fail to balance, over all scopes; 0 or they are wrong."""
        return imbalance(self.totals.items())


def imbalance(tallies: Iterable[tuple[str, Tally]]) -> int:
    """By how much tallies, each with its scope, fail to balance; 0 or they are wrong."""
    return sum(
        tally.imbalance() + (tally.contacts_imbalance() if scope == CITY else 0)
        for scope, tally in tallies
        if tally.packed
    )


class _Gathering:
    """The books of contacts that are read once: gathered first, then rolled up."""

    def __init__(self, books: Books, starts: Callable[[int], int] | None) -> None:
        self._books = books
        self._starts = starts
        self._visits: dict[tuple[tuple[str, str], int | None], Gathered] = {}
        self._contacts: dict[int | None, dict[ContactPattern, int]] = {}
        self._add = books.add_total if starts is None else books.add

    def add(self, outcome: Outcome) -> None:
        """Books a contact."""
        visits = outcome.visits
        if len(visits) > 1 and outcome.outcome is not OUTGOING:
            for entry in entries(outcome):
                self._add(entry)
            return
        starts = self._starts
        contact = contact_pattern(outcome)
        start = None if starts is None else starts(outcome.begun)
        contacts = self._contacts.get(start)
        if contacts is None:
            contacts = self._contacts[start] = {}
        contacts[contact] = contacts.get(contact, 0) + 1
        if visits and outcome.outcome is not OUTGOING:
            visit = visits[0]
            key = scopes(visit), None if starts is None else starts(visit.begun)
            gathered = self._visits.get(key)
            if gathered is None:
                gathered = self._visits[key] = Gathered()
            gathered.add(contact, *amounts(visit))

    def roll_up(self) -> None:
        """Brings what was gathered into the books."""
        add = self._books._add_tally
        for ((line, vendor), start), gathered in self._visits.items():
            of_city = gathered.of_city()
            of_line = gathered.of_line(of_city)
            add(line, start, of_line)
            add(vendor, start, of_line)
            add(CITY, start, of_city)
        for start, contacts in self._contacts.items():
            add(CITY, start, of_contacts(contacts))


def books(contacts: Iterable[Contact], plan: Plan, now: int, width: int | None = None) -> Books:
    """The books of these contacts as of ``now``, repeat callers and callbacks kept included; their
    intervals begin by the plan's local time."""
    starts = None if width is None else LocalIntervals(plan, width).start_of
    result = Books(width, starts)
    gathering = _Gathering(result, starts)
    by_caller: dict[str, list[callers.Call]] = {}
    add = gathering.add
    look_at = result.irregular.add
    first = now
    for contact in contacts:
        # Read once, and not kept: the memory of each is still in the cache for the next.
        for piece in pieces(contact.rows):
            outcome = judge(piece, plan, now)
            if outcome is None:
                continue
            if outcome.begun < first:
                first = outcome.begun
            add(outcome)
            look_at(outcome)
            call = callers.call(contact.call_id, outcome)
            if call is not None:
                by_caller.setdefault(call.caller, []).append(call)
    gathering.roll_up()
    for calls in by_caller.values():
        if len(calls) > 1:  # nothing follows from one alone
            for entry in callers.entries(calls):
                result.add_total(entry)
    result.lines = plan.lines_between(first, now)
    return result
