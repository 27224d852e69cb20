"""The books of a set of contacts: per line, vendor and city, in total and per interval.

``Books`` reads every contact once, as a replay does; ``ledger`` keeps the same books while events
come in. That both give the same, whatever the order, is what the live figure, the alert and the
statement rest on.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from streams.domain import caller_history as callers
from streams.domain.alike import Alike, Known, call_of
from streams.domain.call_events import Contact
from streams.domain.contact import pieces
from streams.domain.counts import COUNTS
from streams.domain.departments import Departments
from streams.domain.disposition import DISPOSITIONS
from streams.domain.gathered import Gathering
from streams.domain.instants import MINUTE, SECOND
from streams.domain.irregularities import Irregularities
from streams.domain.judge import judge
from streams.domain.local_intervals import LocalIntervals
from streams.domain.menus import Menus
from streams.domain.outcome import Outcome
from streams.domain.plan import Contract, Plan
from streams.domain.tally import CITY, LINE, VENDOR, Entry, Tally
from streams.domain.walked import NO_ROW

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


READ_TOGETHER: Final = 64
"""Contacts that are read together, one step of it for all of them after another: what the step
needs stays in the processor's cache meanwhile, and what is read of so few does not leave it. That
took a third off reading."""


class Books:
    """Tallies per scope over everything, and per scope and interval.

    Args:
        starts: where the interval of an instant begins; by UTC if it is not said.

    Attributes:
        totals: by scope (``tally.CITY`` and its neighbours).
        intervals: by scope and the interval's start; filled when a width is given. Without what
            only callers' histories tell: that may change long after an interval is final.
        lines: those that the plan had meanwhile, whether anybody called them or not.
        entrances, languages: those of the plan.
        targets: the contract of each entrance that has one of its own, as of the end.
        irregular: what was odd about the contacts.
        menus: what came of each version of the menu; None until that was asked for.
        departments: what the lines behind the first carry; None until that was asked for.
    """

    def __init__(
        self, width: int | None = None, starts: Callable[[int], int] | None = None
    ) -> None:
        self.width = width
        self._starts = starts
        self.totals: dict[str, Tally] = {CITY: Tally()}
        self.intervals: dict[tuple[str, int], Tally] = {}
        self.lines: list[str] = []
        self.entrances: list[str] = []
        self.languages: list[str] = []
        self.targets: dict[str, Contract] = {}
        self.irregular = Irregularities()
        self.menus: Menus | None = None
        self.departments: Departments | None = None

    def add(self, entry: Entry) -> None:
        """Books one entry of a contact."""
        self.add_total(entry)
        if self.width is not None:
            self._interval(entry[0], entry[1]).add(entry)

    def add_total(self, entry: Entry) -> None:
        """Books one entry in the totals only."""
        self._total(entry[0]).add(entry)

    def gathering(self) -> Gathering:
        """What books contacts that are read once, until it is rolled up."""
        width, starts = self.width, self._starts
        if width is None:
            return Gathering(lambda at: None, lambda scope, at: (self._total(scope),))
        if starts is None:
            return Gathering(lambda at: start_of(at, width), self._tallies)
        return Gathering(starts, self._tallies)

    def _tallies(self, scope: str, at: int) -> tuple[Tally, Tally]:
        return self._total(scope), self._interval(scope, at)

    def _total(self, scope: str) -> Tally:
        total = self.totals.get(scope)
        if total is None:
            total = self.totals[scope] = Tally()
        return total

    def _interval(self, scope: str, at: int) -> Tally:
        assert self.width is not None
        start = start_of(at, self.width) if self._starts is None else self._starts(at)
        interval = self.intervals.get((scope, start))
        if interval is None:
            interval = self.intervals[scope, start] = Tally()
        return interval

    def imbalance(self) -> int:
        """By how much the books fail to balance, over all scopes; 0 or they are wrong."""
        totals = self.totals
        return imbalance(totals.items()) + unequal((scope, t.packed) for scope, t in totals.items())


def imbalance(tallies: Iterable[tuple[str, Tally]]) -> int:
    """By how much tallies, each with its scope, fail to balance; 0 or they are wrong."""
    return sum(
        tally.imbalance() + (0 if scope.startswith((LINE, VENDOR)) else tally.contacts_imbalance())
        for scope, tally in tallies
        if tally.packed
    )


_VISITS: Final = tuple(map(COUNTS.index, ("line_offered", "open", *DISPOSITIONS)))


def unequal(packed: Iterable[tuple[str, int]]) -> int:
    """By how much lines, vendors and the city differ, visit for visit; 0 or the books are wrong: a
    visit is booked once at its line, once for its vendor and once in the city.

    Args:
        packed: of all of them, over the same time, each scope with its counts (``Tally.packed``).
    """
    lines = vendors = city = 0
    for scope, counts in packed:
        if scope.startswith(LINE):
            lines += counts
        elif scope.startswith(VENDOR):
            vendors += counts
        elif scope == CITY:
            city += counts
    if lines == vendors == city == 0:
        return 0
    ours, theirs, all_ = (Tally(each).counts for each in (lines, vendors, city))
    return sum(abs(ours[n] - theirs[n]) + abs(ours[n] - all_[n]) for n in _VISITS)


def books(contacts: Iterable[Contact], plan: Plan, now: int, width: int | None = None) -> Books:
    """The books of these contacts as of ``now``, repeat callers and callbacks kept included; their
    intervals begin by the plan's local time."""
    starts = None if width is None else LocalIntervals(plan, width).start_of
    result = Books(width, starts)
    gathering = result.gathering()
    histories = _Histories()
    find = Known(plan).find
    add, look_at = gathering.add, result.irregular.add
    menus = result.menus = Menus(plan)
    departments = result.departments = Departments(plan)
    first = now
    left = iter(contacts)
    while some := list(islice(left, READ_TOGETHER)):
        # Read once, and not kept: the memory of each is used again while still in the cache.
        alike: list[tuple[str, Alike]] = []
        read: list[tuple[str, Outcome]] = []
        for contact, each in [(contact, pieces(contact.rows)) for contact in some]:
            for piece in each:
                found = find(piece, now)
                if found is not None:
                    alike.append((contact.call_id, found))
                elif (outcome := judge(piece, plan, now)) is not None:
                    read.append((contact.call_id, outcome))
        for call_id, found in alike:
            judged, piece, _, told, caller = found
            if piece.ats[0] < first:
                first = piece.ats[0]
            if caller is not None and judged.has_call:
                histories.add_alike(caller, call_id, found)
            if plan.menus or told.menu:
                menus.add_alike(found)
            gathering.add_alike(found)
        for call_id, outcome in read:
            if outcome.begun < first:
                first = outcome.begun
            call = callers.call(call_id, outcome)
            if call is not None:
                histories.add(call)
        for call_id, outcome in read:
            look_at(outcome)
            if len(outcome.visits) > 1:
                departments.add(call_id, outcome)
            if plan.menus or outcome.properties.menu:
                menus.add(outcome)
        for _, outcome in read:
            add(outcome)
    gathering.roll_up()
    departments.conclude(histories.of, now)
    for entry in histories.entries(now, plan):
        result.add_total(entry)
    result.lines = plan.lines_between(first, now)
    result.entrances = sorted({version.entry.id for version in plan.entries.entrances})
    result.targets = {
        each: contract
        for each in result.entrances
        if (contract := _contract_of(plan, each, now)) is not None
    }
    result.languages = sorted(plan.entries.city.languages)
    return result


def _contract_of(plan: Plan, entrance: str, at: int) -> Contract | None:
    """By which contract all that came in by an entrance is judged, where it has one of its own."""
    entry = plan.entrance_at(entrance, at)
    return None if entry is None or entry.contract is None else plan.contract(entry.contract, at)


class _Histories:
    """All calls of each caller, of which some are judged like another one's: these are made a call
    only where there are several of one caller."""

    def __init__(self) -> None:
        self._of: dict[str, list[callers.Call | tuple[str, Alike]]] = {}

    def add(self, call: callers.Call) -> None:
        self._of.setdefault(call.caller, []).append(call)

    def add_alike(self, caller: str, call_id: str, alike: Alike) -> None:
        self._of.setdefault(caller, []).append((call_id, alike))

    def of(self, caller: str) -> list[callers.Call]:
        """All calls of one caller."""
        return [
            each if isinstance(each, callers.Call) else call_of(*each)
            for each in self._of.get(caller, ())
        ]

    def entries(self, now: int, plan: Plan) -> Iterator[Entry]:
        """What only all calls of one caller tell."""
        alone = callers.Alone()
        for caller, calls in self._of.items():
            if len(calls) == 1:
                (each,) = calls
                if not isinstance(each, callers.Call):
                    _, (judged, piece, here, told, _) = each
                    ats, row = piece.ats, judged.answered
                    answered = None if row == NO_ROW else ats[row]
                    alone.add((*told.wide, here.scopes[1]), ats[0], answered, 0)
                    continue
                if not each.callbacks:
                    answered = each.answers[0].at if each.answers else None
                    alone.add(callers.of_whole(each.bookings), each.begun, answered, 0)
                    continue
            yield from callers.entries(self.of(caller), now, plan.day_of)
        yield from alone.entries()
