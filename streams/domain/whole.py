"""What became of the person: the outcome of a whole contact, and what happened on its way.

A line's figures do not say it: who was answered, passed on and left waiting at a desk is reached in
the one line's books and abandoned in the other's. So each contact comes to exactly one outcome, the
first that applies, and these add up to the contacts. They are booked where the contact began, in
the city and for the vendor of its first visit.

A contact's *last visit* is the walk's last that is neither ``chose_again`` nor at a station on the
way, an announcement or a survey: nobody is served there, and no contact ends there.
"""

from collections.abc import Sequence
from typing import Final

from streams.domain.became import (
    AFTER_TRANSFER,
    AT_ONCE,
    CAME_OUT_OF_HOURS,
    COUNTED,
    DEAD_END,
    GIVEN_UP,
    INFORMED,
    NEVER_HEARD_OF,
    NOT_OVER,
    NUISANCE,
    PASSED_OUTSIDE,
    REFUSED,
    TURNED_AWAY,
    WITH_CALLBACK,
    WITH_FORM,
)
from streams.domain.contact import Piece
from streams.domain.counts import ONE
from streams.domain.disposition import (
    BLOCKED,
    CALLBACK,
    CHOSE_AGAIN,
    CLOSED,
    FORM,
    LOST,
    OVERFLOWED,
)
from streams.domain.outcome import (
    CLOSED_MARK,
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    OUTGOING,
    QUEUED_MARK,
    TOO_MANY_EVENTS,
    WITHIN_MARK,
    Outcome,
    Visit,
)
from streams.domain.plan import Plan
from streams.domain.rows import INFORMED_FIELD, KIND_BITS, MENU_CHOICE, ROW_WIDTH, told
from streams.domain.walked import NO_ROW, TRANSFER, Walk

_NEVER_ANSWERED: Final = {
    BLOCKED: REFUSED,
    CLOSED: REFUSED,
    LOST: NEVER_HEARD_OF,
    OVERFLOWED: TURNED_AWAY,
}
"""By the disposition of the last visit; all else is given up."""

_REFUSED_AT_ENTRANCE: Final = (ENTRANCE_BLOCKED, ENTRANCE_CLOSED)


def conclude(contact: Outcome, known: Piece, plan: Plan, now: int) -> None:
    """Says what became of a contact whose visits have been judged, and what it was on the way.

    Until it is over, ``changes_at`` has the instant at which it is without a hangup.
    """
    visits = contact.visits
    over = contact.hung_up is not None or now >= contact.done_at
    if not over:
        contact.became = NOT_OVER
        if contact.done_at < contact.changes_at:
            contact.changes_at = contact.done_at
    if len(visits) == 1:  # mostly, and then most of what follows is plain
        visit = visits[0]
        terms = visit.terms
        if visit.entries > 1 or visit.reason == TRANSFER:
            contact.passed = _passed(visits)
        if over and visit.entered is not None and not terms.is_station:
            contact.whole_wait = wait = visit.wait
            if visit.answered is None or wait is None or wait > plan.whole_within(contact.begun):
                contact.whole_marks = QUEUED_MARK
            else:
                contact.whole_marks = QUEUED_MARK | WITHIN_MARK
            if visit.answered is not None and contact.in_hours and not visit.reason:
                contact.became = AT_ONCE
                return
    elif visits:
        contact.passed = _passed(visits)
        if over:
            _wait_in_all(contact, plan.whole_within(contact.begun))
    if over:
        contact.became = _became(contact, known, plan)
        if contact.became is INFORMED:
            contact.reached = None
        elif contact.became is DEAD_END:
            last = last_visit(visits)
            if last is not None and last.disposition is CLOSED:
                contact.whole_marks |= CLOSED_MARK


def _wait_in_all(contact: Outcome, within: int) -> None:
    """All the time in queues of a contact of several visits, which is over, and whether that was
    short enough."""
    waits = [
        visit.wait
        for visit in contact.visits
        if visit.entered is not None and not visit.terms.is_station
    ]
    if waits:
        contact.whole_marks = QUEUED_MARK
        known = [wait for wait in waits if wait is not None]
        if len(known) == len(waits):
            contact.whole_wait = sum(known)
            if contact.answered and contact.whole_wait <= within:
                contact.whole_marks |= WITHIN_MARK


def last_visit(visits: Sequence[Visit]) -> Visit | None:
    """The visit that a contact ended with; None where it came to no line."""
    for visit in reversed(visits):
        if visit.disposition is not CHOSE_AGAIN and not visit.terms.is_station:
            return visit
    return None


def is_nuisance(walk: Walk, ats: Sequence[int], plan: Plan) -> bool:
    """Whether somebody hung up so soon after the start, unanswered, that the plan calls it one. A
    callback that was accepted, or a form, is none: somebody wanted something."""
    if walk.hangup == NO_ROW or walk.start == NO_ROW:
        return False
    soon = plan.nuisance_at(ats[walk.start])
    if not soon or ats[walk.hangup] - ats[walk.start] > soon:
        return False
    return all(visit.answered == NO_ROW and visit.reason != CALLBACK for visit in walk.visits)


def _became(contact: Outcome, known: Piece, plan: Plan) -> str:
    """What became of a contact that is over: the first that applies."""
    if contact.outcome is TOO_MANY_EVENTS:
        return TOO_MANY_EVENTS
    if contact.became is NUISANCE:
        return NUISANCE
    if not contact.in_hours:
        return CAME_OUT_OF_HOURS
    if plan.has_announcements and _is_informed(contact, known, plan):
        return INFORMED
    last = last_visit(contact.visits)
    if last is None:
        return REFUSED if contact.outcome in _REFUSED_AT_ENTRANCE else GIVEN_UP
    how = last.disposition
    if last.answered is not None:
        if last.reason == TRANSFER and last.found.to == NO_ROW:
            return PASSED_OUTSIDE
        return AFTER_TRANSFER if _others_answered(contact.visits, last) else AT_ONCE
    if how is CALLBACK:
        return WITH_CALLBACK
    if how is FORM:
        return WITH_FORM
    return DEAD_END if contact.answered else _NEVER_ANSWERED.get(how, GIVEN_UP)


def _others_answered(visits: Sequence[Visit], last: Visit) -> bool:
    if len(visits) == 1:
        return False
    return any(
        visit.answered is not None and visit is not last and not visit.terms.is_station
        for visit in visits
    )


def _is_informed(contact: Outcome, known: Piece, plan: Plan) -> bool:
    """Whether an announcement of the plan was heard to its end and that was all: the hangup tells
    it, or a choice after which the contact came to no line."""
    walk = contact.walk
    if walk is None or contact.answered:
        return False
    for row in walk.order[: len(walk.order) - walk.after_hangup]:
        heard = told(known.rows[ROW_WIDTH * row + 4], INFORMED_FIELD)
        if heard is None or not plan.announces(heard, known.ats[row]):
            continue
        if row == walk.hangup:
            return True
        is_choice = known.rows[ROW_WIDTH * row + 1] & KIND_BITS == MENU_CHOICE
        if is_choice and not _came_on(contact.visits, known.ats[row]):
            return True
    return False


def _came_on(visits: Sequence[Visit], since: int) -> bool:
    """Whether a contact came to a line from an instant on."""
    return any(
        visit.begun >= since or (visit.chosen is not None and visit.chosen >= since)
        for visit in visits
        if not visit.terms.is_station
    )


def _passed(visits: Sequence[Visit]) -> tuple[int, ...]:
    """Transfers, bounces and laps of a contact; empty where there is none of them. A transfer to a
    station on the way passes nobody on."""
    transfers = bounces = laps = 0
    for visit in visits:
        if visit.reason == TRANSFER:
            to = visit.found.to
            transfers += to == NO_ROW or not visits[to].terms.is_station
        bounces += visit.bounced
        laps += max(0, visit.entries - 1)
    return (transfers, bounces, laps) if transfers or bounces or laps else ()


def passed_counts(contact: Outcome) -> int:
    """What a contact counts of its way, packed: transfers, bounces and laps."""
    if not contact.passed:
        return 0
    transfers, bounces, laps = contact.passed
    return transfers * ONE["transfers"] + bounces * ONE["bounces"] + laps * ONE["laps"]


def marks(contact: Outcome) -> tuple[str, ...]:
    """The counts that a contact adds one to in every scope that it is of as a whole."""
    if contact.outcome is OUTGOING:
        return (OUTGOING, "outgoing_answered") if contact.answered else (OUTGOING,)
    found = ["whole_contacts", COUNTED[contact.became]]
    if contact.closed_meanwhile:
        found.append("whole_closed_meanwhile")
    if contact.queued and is_judged(contact):
        found.append("whole_queued")
        if contact.whole_wait is not None:
            found.append("whole_waited")
        if contact.whole_within:
            found.append("whole_within")
    return tuple(found)


def is_judged(contact: Outcome) -> bool:
    """Whether ratios are of a contact."""
    return contact.in_hours and contact.became is not NUISANCE and contact.outcome is not OUTGOING
