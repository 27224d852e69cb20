"""What only the calls of one caller together tell: repeat callers and callbacks kept.

Contacts are partitioned by call, callers by their pseudonym, so these figures have a path of their
own: each contact hands on a ``Call``, and whoever has all calls of a caller books what follows.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from streams.domain.counts import ONE
from streams.domain.disposition import CALLBACK
from streams.domain.entries import scopes
from streams.domain.instants import DAY
from streams.domain.outcome import ORPHAN, OUTGOING, TOO_MANY_EVENTS, Outcome, Visit
from streams.domain.tally import CITY, Entry

REPEAT_WITHIN: Final = DAY
"""How long before a contact its caller may have called in vain for it to be a repeat call."""


class Callback(NamedTuple):
    """A callback that the caller accepted, and until when it must be kept."""

    accepted: int
    until: int
    bookings: tuple[tuple[str, int], ...]


class Call(NamedTuple):
    """What a contact tells of its caller.

    ``bookings`` are the scopes and instants where the contact itself is booked: none of an outgoing
    one, which is no call of theirs. ``answered`` is when it was answered first.
    """

    caller: str
    begun: int
    call_id: str
    answered: int | None
    bookings: tuple[tuple[str, int], ...]
    callbacks: tuple[Callback, ...]
    outgoing: bool = False

    @property
    def contact(self) -> str:
        """The contact's identity: an id may be used again, so its beginning is part of it."""
        return f"{self.call_id}@{self.begun}"


def call(call_id: str, outcome: Outcome) -> Call | None:
    """The contact as its caller's history knows it; None when its caller is not known, or when it
    counts as nothing."""
    caller = outcome.caller
    if caller is None or outcome.outcome in (ORPHAN, TOO_MANY_EVENTS):
        return None
    visited = outcome.visits
    begun = outcome.begun
    if outcome.outcome is OUTGOING:
        return Call(caller, begun, call_id, _first_answer(visited), (), (), True)
    if len(visited) == 1 and visited[0].disposition is not CALLBACK:
        visit = visited[0]
        line, vendor = scopes(visit)
        booked = ((CITY, begun), (line, visit.begun), (vendor, visit.begun))
        return Call(caller, begun, call_id, visit.answered, booked, ())
    bookings = {CITY: begun}
    callbacks = []
    for visit in visited:
        places = scopes(visit)
        for scope in places:
            bookings[scope] = min(visit.begun, bookings.get(scope, visit.begun))
        if visit.disposition is CALLBACK:
            assert visit.ended is not None
            callbacks.append(
                Callback(
                    visit.ended,
                    visit.ended + visit.terms.callback_within,
                    tuple((scope, visit.begun) for scope in (*places, CITY)),
                )
            )
    return Call(
        caller,
        begun,
        call_id,
        _first_answer(visited),
        tuple(sorted(bookings.items())),
        tuple(sorted(callbacks)),
    )


def _first_answer(visits: list[Visit]) -> int | None:
    return min((visit.answered for visit in visits if visit.answered is not None), default=None)


def entries(calls: Iterable[Call]) -> list[Entry]:
    """What all known calls of one caller add to the books.

    A contact is a *repeat* when the same caller called in vain up to 24 h before it. A callback is
    *kept* when another contact of the same caller, whoever dialled, was answered after it and in
    time.
    """
    ordered = sorted(calls, key=lambda each: (each.begun, each.call_id))
    answers = sorted((each.answered, each.contact) for each in ordered if each.answered is not None)
    repeat, kept = ONE["repeat_callers"], ONE["callbacks_kept"]
    booked: list[Entry] = []
    in_vain: int | None = None  # beginning of the latest unanswered call before this one
    pending: int | None = None  # the same, of calls that began at this very instant
    previous: int | None = None
    for each in ordered:
        if each.outgoing:
            continue
        if each.begun != previous:
            in_vain = pending if pending is not None else in_vain
            pending, previous = None, each.begun
        if in_vain is not None and each.begun - in_vain <= REPEAT_WITHIN:
            booked += [(scope, at, repeat, -1, -1, -1, "") for scope, at in each.bookings]
        if each.answered is None:
            pending = each.begun
        for callback in each.callbacks:
            first = bisect_right(answers, (callback.accepted, "\U0010ffff"))
            # At most one of them is the contact itself, so two tell whether another one was.
            for answered, contact in answers[first : first + 2]:
                if answered <= callback.until and contact != each.contact:
                    for scope, at in callback.bookings:
                        booked.append((scope, at, kept, -1, -1, -1, ""))
                    break
    return booked
