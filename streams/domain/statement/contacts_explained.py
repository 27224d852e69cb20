"""What happened to somebody's calls: whole contacts, found by their caller or by a call id.

A line's explanation begins with a figure and shows the visits behind it. Here somebody asks for
their own call, so each contact is shown whole, at whichever lines it was: step by step, how its
visits count, and what became of the person.
"""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from streams.domain import caller_history as callers
from streams.domain.books import INTERVAL, start_of
from streams.domain.call_events import Contact
from streams.domain.contact import Piece
from streams.domain.entries import entries
from streams.domain.instants import HOUR
from streams.domain.judge import judge
from streams.domain.outcome import ORPHAN, OUTGOING, TOO_MANY_EVENTS, Outcome, Visit
from streams.domain.plan import Plan
from streams.domain.rows import CALL_START, KIND_BITS, ROW_WIDTH, USUAL_FIELD, told
from streams.domain.statement.assignments import Cells
from streams.domain.statement.exclusions import VOLUME, Excluding
from streams.domain.statement.explanation import (
    Counted,
    Kept,
    counted,
    kept_callbacks,
)
from streams.domain.statement.happened import Happened, happened
from streams.domain.tally import LINE, Tally

Wanted = Callable[[str, Outcome], bool]
"""Whether a contact is asked for, by its call id and what it comes to."""


class ContactExplained(NamedTuple):
    """A contact.

    Attributes:
        call_id: its call.
        piece: its events.
        outcome: what they come to.
        visits: each with how it counts for the measures of its contract: for none where the city
            dialled itself, and of other channels than the telephone, which are on no statement.
    """

    call_id: str
    piece: Piece
    outcome: Outcome
    visits: tuple[tuple[Visit, tuple[Counted, ...]], ...]

    @property
    def walk(self) -> list[Happened]:
        """It step by step; empty of one with more events than are walked through."""
        return [] if self.piece.too_many else happened(self.piece)

    @property
    def became(self) -> str:
        """What became of the person, one of ``became.OUTCOMES``; of a call that the city made
        itself, ``outgoing``; of a hangup alone, ``orphans``."""
        other = self.outcome.outcome
        return other if other in (OUTGOING, ORPHAN) else self.outcome.became


def of_caller(pseudonyms: Collection[str]) -> Wanted:
    """The calls of a caller who goes by one of these pseudonyms, and the city's calls to them."""
    return lambda call_id, outcome: _caller(outcome) in pseudonyms


def _caller(outcome: Outcome) -> str | None:
    """Who called: of a contact of too many events too, which is not walked through."""
    rows = outcome.known.rows
    if outcome.outcome is TOO_MANY_EVENTS:
        for row in range(0, len(rows), ROW_WIDTH):
            if rows[row + 1] & KIND_BITS == CALL_START:
                caller: str | None = told(rows[row + 4], USUAL_FIELD)
                return caller
    return outcome.caller


def of_call(wanted: str) -> Wanted:
    """The contacts of a call id; one that was used again has several."""
    return lambda call_id, outcome: call_id == wanted


def explain_contacts(
    contacts: Collection[Contact], plan: Plan, wanted: Wanted, since: int, until: int, now: int
) -> list[ContactExplained]:
    """The contacts that are asked for and of which anything was told in a span, in the order of
    their beginning.

    Args:
        contacts: all that are known: a callback is kept by another call.
        since, until: the span; a call that goes on over its edge is in it.
        now: as of which they are read.
    """
    found: list[tuple[str, Outcome]] = []
    calls: dict[str, list[callers.Call]] = {}
    for call_id, outcome in _judged(contacts, plan, now):
        call = callers.call(call_id, outcome)
        if call is not None:
            calls.setdefault(call.caller, []).append(call)
        ats = outcome.known.ats
        if ats[0] < until and ats[-1] >= since and wanted(call_id, outcome):
            found.append((call_id, outcome))
    asked = {outcome.caller for _, outcome in found}
    kept = kept_callbacks((of for caller, of in calls.items() if caller in asked), now)
    excluding = Excluding(plan, _cells(contacts, plan, [each for _, each in found], now))
    explained = [
        ContactExplained(
            call_id,
            outcome.known,
            outcome,
            tuple(
                (visit, _counted(call_id, visit, outcome, kept, excluding))
                for visit in outcome.visits
            ),
        )
        for call_id, outcome in found
    ]
    return sorted(explained, key=lambda each: (each.outcome.begun, each.call_id))


def _counted(
    call_id: str,
    visit: Visit,
    outcome: Outcome,
    kept: Kept,
    excluding: Excluding,
) -> tuple[Counted, ...]:
    if outcome.outcome is OUTGOING or outcome.channel:
        return ()
    return tuple(counted(call_id, visit, outcome, kept, excluding))


def _judged(contacts: Collection[Contact], plan: Plan, now: int) -> Iterator[tuple[str, Outcome]]:
    for contact in contacts:
        for piece in contact.pieces():
            outcome = judge(piece, plan, now)
            if outcome is not None:
                yield contact.call_id, outcome


def _cells(
    contacts: Collection[Contact], plan: Plan, found: Collection[Outcome], now: int
) -> dict[str, Cells]:
    """The quarter-hours that an agreed volume is compared with: those of the lines of which it was
    agreed, around the visits. All contacts are read again for them, where there are any."""
    around: dict[str, set[int]] = {}
    for visit in (visit for outcome in found for visit in outcome.visits):
        if any(each.kind == VOLUME for each in visit.terms.contract.exclusions):
            start = start_of(visit.begun, INTERVAL)
            near = range(start - HOUR, start + HOUR + INTERVAL, INTERVAL)
            around.setdefault(LINE + visit.line, set()).update(near)
    booked: dict[str, dict[int, Tally]] = {scope: {} for scope in around}
    for _, outcome in _judged(contacts, plan, now) if around else ():
        for entry in entries(outcome):
            scope, at, *_ = entry
            if scope in around and start_of(at, INTERVAL) in around[scope]:
                booked[scope].setdefault(start_of(at, INTERVAL), Tally()).add(entry)
    return {scope.removeprefix(LINE): sorted(of.items()) for scope, of in booked.items()}
