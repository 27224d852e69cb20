"""The decisions that a contact brings about, for the detector of each line.

Per visit in hours: whether its service level was met, by the contract's own formula; whether the
caller was reached; and that the line closed on somebody waiting. Each is booked, as a note, in the
slot of its deciding instant, which need not be the slot of the visit.
"""

from typing import Final

from streams.domain import visits
from streams.domain.detector import Decision
from streams.domain.tally import Entry
from streams.domain.visits import NEVER, Reading, Visit

DECIDED: Final = "decided:"
"""Scope of a line's decisions: ``decided:ID``."""

_SHORT: Final = {"service_level": "s", "reachability": "r", "closed": "c"}
_LONG: Final = {short: kind for kind, short in _SHORT.items()}


def decisions(call_id: str, reading: Reading) -> list[tuple[str, Decision]]:
    """The decisions of a contact's visits, each with its line."""
    found: list[tuple[str, Decision]] = []
    for visit in reading.visits:
        if not visit.terms.open:
            continue
        key = f"{call_id}/{visit.number}"
        line = visit.line
        good = _service(visit)
        if good is not None:
            found.append((line, Decision(visit.service_at, "service_level", good, key)))
        if visit.reach_at != NEVER:
            in_time = visit.answered is not None and visit.answered <= visit.reach_at
            found.append((line, Decision(visit.reach_at, "reachability", in_time, key)))
        if visit.disposition is visits.CLOSED and visit.ended is not None:
            found.append((line, Decision(visit.ended, "closed", False, key)))
    return found


def _service(visit: Visit) -> bool | None:
    """Whether the service level was met; None while undecided and for what its formula leaves
    out. Who still waited at the threshold was a miss then, whatever they did after it: that is what
    a live system knew, and what a replay must find again."""
    if visit.service_at == NEVER:
        return None
    abandoned = visit.disposition in (visits.ABANDONED, visits.SHORT_ABANDONED)
    if abandoned and visit.within:
        formula = visit.terms.contract.formula
        if formula in ("abandons_ignored", "answered_only"):
            return None
        return formula == "abandons_positive"
    return bool(visit.within)


def entries(call_id: str, reading: Reading) -> list[Entry]:
    """The decisions as entries of the books."""
    return [
        (DECIDED + line, decision.at, 0, -1, -1, -1, _note(decision))
        for line, decision in decisions(call_id, reading)
    ]


def _note(decision: Decision) -> str:
    return f"{decision.at}|{_SHORT[decision.kind]}|{decision.good:d}|{decision.key}"


def from_note(note: str) -> Decision:
    """The decision that a note tells of."""
    at, short, good, key = note.split("|", 3)
    return Decision(int(at), _LONG[short], good == "1", key)  # type: ignore[arg-type]
