"""The decisions that a contact brings about, for the detector of each line.

Per visit in hours: whether its service level was met, by the contract's own formula; whether the
caller was reached; and that the line closed on somebody waiting. Each is booked, encoded, in the
slot of its deciding instant, which need not be the slot of the visit.
"""

from typing import Final, Literal

from streams.domain import visits
from streams.domain.detector import Decision
from streams.domain.tally import Entry
from streams.domain.visits import NEVER, Reading, Visit

DECIDED: Final = "decided:"
"""Scope of a line's decisions: ``decided:ID``."""

_LONG: Final[dict[str, Literal["service_level", "reachability", "closed"]]] = {
    "s": "service_level",
    "r": "reachability",
    "c": "closed",
}


def decisions(call_id: str, reading: Reading) -> list[tuple[str, Decision]]:
    """The decisions of a contact's visits, each with its line."""
    return [
        (visit.line, Decision(at, _LONG[short], good, f"{call_id}/{visit.number}"))
        for visit in reading.visits
        if visit.terms.open
        for at, short, good in _decided(visit)
    ]


def _decided(visit: Visit) -> list[tuple[int, str, bool]]:
    """What was decided of a visit in hours: when, which (in short), and whether it was good."""
    found: list[tuple[int, str, bool]] = []
    good = _service(visit)
    if good is not None:
        found.append((visit.service_at, "s", good))
    if visit.reach_at != NEVER:
        in_time = visit.answered is not None and visit.answered <= visit.reach_at
        found.append((visit.reach_at, "r", in_time))
    if visit.disposition is visits.CLOSED and visit.ended is not None:
        found.append((visit.ended, "c", False))
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
    """The decisions as entries of the books. Those of one visit at one instant, as the two of
    nearly everybody who is answered in time, are one entry."""
    booked: list[Entry] = []
    for visit in reading.visits:
        if not visit.terms.open:
            continue
        decided: dict[int, tuple[str, str]] = {}
        for at, short, good in _decided(visit):
            shorts, goods = decided.get(at, ("", ""))
            decided[at] = shorts + short, goods + ("1" if good else "0")
        scope = _scope(visit.line)
        for at, (shorts, goods) in decided.items():
            encoded = f"{at}|{shorts}|{goods}|{call_id}/{visit.number}"
            booked.append((scope, at, 0, -1, -1, -1, encoded))
    return booked


_scopes: dict[str, str] = {}


def _scope(line: str) -> str:
    """The scope of a line's decisions; there are as many as in the plan, so each is made once."""
    scope = _scopes.get(line)
    if scope is None:
        scope = _scopes[line] = DECIDED + line
    return scope


def decode(encoded: str) -> list[Decision]:
    """The decisions that an entry of the books has encoded."""
    at, shorts, goods, key = encoded.split("|", 3)
    return [
        Decision(int(at), _LONG[short], good == "1", key)
        for short, good in zip(shorts, goods, strict=True)
    ]
