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


class Decided(NamedTuple):
    """One decision.

    Attributes:
        at: when it was made.
        line: of which line.
        nth: of which of the contact's visits there.
        kind: whether the service level was met, whether the caller was reached, or that the line
            closed on somebody waiting.
        good: whether it was.
    """

    at: int
    line: str
    nth: int
    kind: Literal["service_level", "reachability", "closed"]
    good: bool


def decisions(contact: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Decided]:
    """The decisions of a contact up to an instant, in the order in which they were made.

    Args:
        contact: all that is known of it.
        plan: by which it is judged.
        outcome: as it is read now.
        now: the instant.
    """
    if _is_plain(outcome):
        return sorted(_in_one_reading(outcome))
    first: dict[tuple[str, int, str], Decided] = {}
    instants = sorted({at for at in contact.ats if at <= now})
    for place, at in enumerate(instants):
        until = instants[place + 1] - 1 if place + 1 < len(instants) else now
        seen = judge(contact, plan, until)
        if seen is not None:
            for each in _in_one_reading(seen):
                made = each._replace(at=max(each.at, at))
                first.setdefault((each.line, each.nth, each.kind), made)
    return sorted(first.values())


def _is_plain(outcome: Outcome) -> bool:
    """Whether the contact was never read otherwise than as the beginning of what it is now."""
    return (
        outcome.walk is not None
        and outcome.walk.plain
        and outcome.outcome != OUTGOING
        and not any(
            (visit.by_transfer and visit.entered is not None and visit.terms.permanence == "none")
            or (visit.answered is not None and visit.answered > visit.lost_at)
            for visit in outcome.visits
        )
    )


def _in_one_reading(outcome: Outcome) -> list[Decided]:
    if not outcome.in_hours or outcome.outcome in (OUTGOING, TOO_MANY_EVENTS):
        return []
    found: list[Decided] = []
    for visit in outcome.visits:
        good = _service(visit)
        if good is not None:
            found.append(Decided(visit.service_at, visit.line, visit.nth, "service_level", good))
        if visit.reach_at != NEVER:
            in_time = visit.answered is not None and visit.answered <= visit.reach_at
            found.append(Decided(visit.reach_at, visit.line, visit.nth, "reachability", in_time))
        if visit.disposition is CLOSED and visit.ended is not None:
            found.append(Decided(visit.ended, visit.line, visit.nth, "closed", False))
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
