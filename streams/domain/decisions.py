"""The decisions that a contact brings about, for the detector of each line.

Per visit in hours: whether its service level was met, by the contract's own formula; whether the
caller was reached; and that the line closed on somebody waiting (``decided``). Each is booked,
encoded, in the slot of its deciding instant, which need not be the slot of the visit.
"""

from typing import Final, Literal

from streams.domain.contact import Piece
from streams.domain.decided import decisions as decided
from streams.domain.decided import made
from streams.domain.detector import Decision
from streams.domain.outcome import Outcome
from streams.domain.plan import Plan
from streams.domain.tally import Entry

DECIDED: Final = "decided:"
"""Scope of a line's decisions: ``decided:ID``."""

_LONG: Final[dict[str, Literal["service_level", "reachability", "closed"]]] = {
    "s": "service_level",
    "r": "reachability",
    "c": "closed",
}
_SHORT: Final = {kind: short for short, kind in _LONG.items()}


def decisions(
    call_id: str, piece: Piece, plan: Plan, outcome: Outcome, now: int
) -> list[tuple[str, Decision]]:
    """The decisions of a contact's visits up to an instant, each with its line."""
    return [
        (each.line, Decision(each.at, each.kind, each.good, f"{call_id}/{each.nth}"))
        for each in decided(piece, plan, outcome, now)
    ]


def entries(call_id: str, piece: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Entry]:
    """The decisions as entries of the books. Those of one visit at one instant, as the two of
    nearly everybody who is answered in time, are one entry."""
    booked: list[Entry] = []
    left = made(piece, plan, outcome, now)
    left.reverse()
    while left:
        at, line, nth, kind, good = left.pop()
        shorts, goods = _SHORT[kind], "1" if good else "0"
        while left and left[-1][0] == at and left[-1][1:3] == (line, nth):
            *_, kind, good = left.pop()
            shorts += _SHORT[kind]
            goods += "1" if good else "0"
        encoded = f"{at}|{shorts}|{goods}|{call_id}/{nth}"
        booked.append((_scopes.get(line) or _scope(line), at, 0, -1, -1, -1, encoded))
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
