"""The decisions that a contact brings about, for the detector of each line.

Per visit in hours: whether its service level was met, by the contract's own formula; whether the
caller was reached; and that the line closed on somebody waiting (``decided``). They are no counts:
a detector is fed each of them, in the order in which they were made. So they go a way of their own
(``decision_slots``).
"""

from collections.abc import Iterator
from typing import Final, Literal

from streams.domain.contact import Piece
from streams.domain.decided import decisions as decided
from streams.domain.decided import made
from streams.domain.detector import Decision
from streams.domain.outcome import Outcome
from streams.domain.plan import Plan

Told = tuple[str, int, str, str, str]
"""The decisions of one visit at one instant, as they are told and kept: the line, the instant, a
letter for each kind, for each whether it was good (``1`` or ``0``), and the visit."""

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


def told(call_id: str, piece: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Told]:
    """The decisions as they are told. Those of one visit at one instant, as the two of nearly
    everybody who is answered in time, are told together."""
    left = made(piece, plan, outcome, now)
    if len(left) == 2 and left[0][:3] == left[1][:3]:
        at, line, nth, kind, good = left[0]
        *_, other, as_good = left[1]
        goods = ("1" if good else "0") + ("1" if as_good else "0")
        return [(line, at, _SHORT[kind] + _SHORT[other], goods, f"{call_id}/{nth}")]
    found: list[Told] = []
    left.reverse()
    while left:
        at, line, nth, kind, good = left.pop()
        shorts, goods = _SHORT[kind], "1" if good else "0"
        while left and left[-1][0] == at and left[-1][1:3] == (line, nth):
            *_, kind, good = left.pop()
            shorts += _SHORT[kind]
            goods += "1" if good else "0"
        found.append((line, at, shorts, goods, f"{call_id}/{nth}"))
    return found


def decoded(each: Told) -> Iterator[Decision]:
    """The decisions that are told together."""
    _, at, shorts, goods, visit = each
    for short, good in zip(shorts, goods, strict=True):
        yield Decision(at, _LONG[short], good == "1", visit)
