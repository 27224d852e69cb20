"""What was decided of a contact's visits, and when: what the detectors live on.

A decision at an instant is what the walk of the events up to then says, and the first decision of a
visit stands: that is what a live system knew, and what a replay must find again. Most contacts only
ever grow at their end, and their decisions are found in one reading. Where a visit went on, an
answer was taken back or something was told late, the contact is read as of each of its events.
"""

from typing import Literal, NamedTuple

from streams.domain.contact import Piece
from streams.domain.disposition import ABANDONED, CLOSED, SHORT_ABANDONED
from streams.domain.judge import judge
from streams.domain.outcome import NEVER, OUTGOING, TOO_MANY_EVENTS, Outcome, Visit
from streams.domain.plan import Plan

Kind = Literal["service_level", "reachability", "closed"]


class Decided(NamedTuple):
    """One decision.

    Attributes:
        at: when it was made.
        line: the line.
        nth: which of the contact's visits there, from 1.
        kind: whether the service level was met, whether the caller was reached, or that the line
            closed on somebody waiting.
        good: whether it was.
    """

    at: int
    line: str
    nth: int
    kind: Kind
    good: bool


Made = tuple[int, str, int, Kind, bool]
"""A decision as a plain tuple: the books make two of every visit, and a name for each of its values
took a third of that."""


def decisions(contact: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Decided]:
    """The decisions of a contact up to an instant, in the order in which they were made.

    Args:
        contact: all that is known of it.
        plan: by which it is judged.
        outcome: as it is read now.
        now: the instant.
    """
    return [Decided._make(each) for each in made(contact, plan, outcome, now)]


def made(contact: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Made]:
    """The same as plain tuples."""
    if _is_plain(outcome):
        found = _in_one_reading(outcome)
        if len(found) > 1:
            found.sort()
        return found
    first: dict[tuple[str, int, Kind], Made] = {}
    instants = sorted({at for at in contact.ats if at <= now})
    for place, at in enumerate(instants):
        until = instants[place + 1] - 1 if place + 1 < len(instants) else now
        seen = judge(contact, plan, until)
        if seen is not None:
            for decided_at, line, nth, kind, good in _in_one_reading(seen):
                first.setdefault((line, nth, kind), (max(decided_at, at), line, nth, kind, good))
    return sorted(first.values())


def _is_plain(outcome: Outcome) -> bool:
    """Whether the contact was never read otherwise than as the beginning of what it is now."""
    if outcome.walk is None or not outcome.walk.plain or outcome.outcome is OUTGOING:
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
    for visit in outcome.visits:
        line, nth = visit.line, visit.nth
        good = _service(visit)
        if good is not None:
            found.append((visit.service_at, line, nth, "service_level", good))
        reach_at = visit.reach_at
        if reach_at != NEVER:
            in_time = visit.answered is not None and visit.answered <= reach_at
            found.append((reach_at, line, nth, "reachability", in_time))
        if visit.disposition is CLOSED and visit.ended is not None:
            found.append((visit.ended, line, nth, "closed", False))
    return found


def _service(visit: Visit) -> bool | None:
    """Whether the service level was met; None while undecided and for what its formula leaves
    out."""
    if visit.service_at == NEVER:
        return None
    if visit.within and visit.disposition in (ABANDONED, SHORT_ABANDONED):
        formula = visit.terms.contract.formula
        if formula in ("abandons_ignored", "answered_only"):
            return None
        return formula == "abandons_positive"
    return bool(visit.within)
