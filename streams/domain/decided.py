"""What happened to a contact's visits, and when, as the detectors see it.

What is said at an instant is what the walk of the events up to then says, and what was said first
of a visit stands: that is what a live system knew, and what a replay must find again. Most contacts
only ever grow at their end, and all of it is found in one reading. Where a visit went on, an answer
was taken back or something was told late, the contact is read as of each of its events.
"""

from typing import Final, NamedTuple

from streams.domain.became import INFORMED
from streams.domain.contact import Piece
from streams.domain.detector.detector import (
    ENTERS,
    LEFT_CLOSED,
    LEFT_OTHERWISE,
    NO_ENTRY,
    REACH,
    SPEAKS,
    TALKED,
    UNANSWERED,
)
from streams.domain.disposition import BLOCKED, LEFT_BEFORE_QUEUE, LOST
from streams.domain.disposition import CLOSED as HEARD_CLOSED
from streams.domain.instants import SECOND
from streams.domain.judge import judge
from streams.domain.outcome import (
    ENTRANCE_BLOCKED,
    ENTRANCE_CLOSED,
    MENU_ABANDONED,
    NEVER,
    OUTGOING,
    TOO_MANY_EVENTS,
    Outcome,
    Visit,
)
from streams.domain.plan import Plan

NO_LINE: Final = ""
"""Stands for the line of who never came to one."""


NUISANCE_KNOWN: Final = 30 * SECOND
"""Who hung up as a nuisance within this of the start is told of to no detector: what they did
before is sealed no sooner (``alarms.SEAL``). Of who stayed longer it has been told by then."""


class Decided(NamedTuple):
    """Something that happened.

    Attributes:
        at: when.
        line: the line; ``NO_LINE`` for the contact itself, which never came to one.
        nth: which of the contact's visits there, from 1.
        kind: one of the letters of ``detector``; a capital where it says of the contact as a whole
            whether it came into a queue.
        mark: what goes with it.
    """

    at: int
    line: str
    nth: int
    kind: str
    mark: str


Made = tuple[int, str, int, str, str]
"""The same as a plain tuple: the books make some of every visit, and a name for each of its values
took a third of that."""

_OF_CONTACT: Final = {MENU_ABANDONED: "m", ENTRANCE_BLOCKED: "b", ENTRANCE_CLOSED: "c"}
_OF_VISIT: Final = {LEFT_BEFORE_QUEUE: "h", BLOCKED: "b", HEARD_CLOSED: "c", LOST: "l"}


def decisions(contact: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Decided]:
    """What happened to a contact up to an instant, in the order of time.

    Args:
        contact: all that is known of it.
        plan: by which it is judged.
        outcome: as it is read now.
        now: the instant.
    """
    return [Decided._make(each) for each in sorted(made(contact, plan, outcome, now))]


def made(contact: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Made]:
    """The same as plain tuples, in no order."""
    if outcome.nuisance and _is_known(outcome):
        return []
    if _is_plain(outcome):
        return _in_one_reading(outcome)
    first: dict[tuple[str, int, str], Made] = {}
    instants = sorted({at for at in contact.ats if at <= now})
    for place, at in enumerate(instants):
        until = instants[place + 1] - 1 if place + 1 < len(instants) else now
        seen = judge(contact, plan, until)
        if seen is not None:
            for said_at, line, nth, kind, mark in _in_one_reading(seen):
                about = ENTERS if kind in "eEnN" else kind
                first.setdefault((line, nth, about), (max(said_at, at), line, nth, kind, mark))
    return list(first.values())


def _is_known(nuisance: Outcome) -> bool:
    started, hung_up = nuisance.started, nuisance.hung_up
    return started is not None and hung_up is not None and hung_up - started <= NUISANCE_KNOWN


def _is_plain(outcome: Outcome) -> bool:
    """Whether the contact was never read otherwise than as the beginning of what it is now."""
    if outcome.walk is None or not outcome.walk.plain or outcome.outcome is OUTGOING:
        return False
    if outcome.nuisance:
        return False
    for visit in outcome.visits:
        if visit.answered is not None and visit.answered > visit.lost_at:
            return False
        if visit.entered is not None and visit.by_transfer and visit.terms.permanence == "none":
            return False
    return True


def _in_one_reading(outcome: Outcome) -> list[Made]:
    found: list[Made] = []
    if not outcome.in_hours or outcome.channel or outcome.outcome in (OUTGOING, TOO_MANY_EVENTS):
        return found
    if not outcome.visits:
        _add_without_visit(outcome, _OF_CONTACT.get(outcome.outcome), found)
        return found
    of_contact = only_stations = True
    informed = outcome.became is INFORMED
    for visit in outcome.visits:
        if visit.terms.is_station:
            continue  # nobody is served there, and no contact ends there
        only_stations = False
        line, nth, answered, ended = visit.line, visit.nth, visit.answered, visit.ended
        entered = visit.entered if answered is None or visit.entered is not None else answered
        if entered is not None and not (visit.disposition is BLOCKED and ended == entered):
            found.append((entered, line, nth, "E" if of_contact else ENTERS, ""))
            of_contact = False
            if answered is None:
                _add_unanswered(visit, found)
        else:
            cause = _OF_VISIT.get(visit.disposition)
            if cause is not None and not informed:
                at = visit.lost_at + 1 if ended is None else ended
                found.append((at, line, nth, "N" if of_contact else NO_ENTRY, cause))
                of_contact = False
        if answered is not None:
            found.append((answered, line, nth, SPEAKS, ""))
            if ended is not None:
                found.append((max(ended, answered), line, nth, TALKED, ""))
        reach_at = visit.reach_at
        if reach_at != NEVER:
            in_time = answered is not None and answered <= reach_at
            found.append((reach_at, line, nth, REACH, "1" if in_time else "0"))
    if of_contact and (informed or only_stations):
        _add_without_visit(outcome, _OF_CONTACT[MENU_ABANDONED], found)
    return found


def _add_without_visit(outcome: Outcome, cause: str | None, found: list[Made]) -> None:
    """Who came to no line was lost on the way, unless they heard all that they called for."""
    at = outcome.hung_up
    if at is None:
        return
    if outcome.became is INFORMED:
        found.append((at, NO_LINE, 1, "E", ""))
    elif cause is not None:
        found.append((at, NO_LINE, 1, "N", cause))


def _add_unanswered(visit: Visit, found: list[Made]) -> None:
    if visit.ended is not None:
        mark = LEFT_CLOSED if visit.disposition is HEARD_CLOSED else LEFT_OTHERWISE
        found.append((visit.ended, visit.line, visit.nth, UNANSWERED, mark))
    elif visit.disposition is LOST:
        found.append((visit.lost_at + 1, visit.line, visit.nth, UNANSWERED, LEFT_OTHERWISE))
