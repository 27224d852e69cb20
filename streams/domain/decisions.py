"""What detectors are told of a contact, and how that is written.

Of each visit in hours: that it came into a queue or into none, was answered or not, and when
(``decided``). They are no counts: a detector is fed each of them, in the order in which they
happened. So they go a way of their own (``decision_slots``).
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final

from streams.domain.contact import Piece
from streams.domain.decided import Made, made
from streams.domain.outcome import Outcome
from streams.domain.plan import Plan

Told = tuple[str, int, str, str, str, int, int]
"""What happened to one visit, as it is told and kept: the line, the first instant, what happened
then and at up to two later instants, the visit, the caller, and how long after the first these
were. What happened at an instant is a letter and what goes with it for each of them, and ``+``
stands between instants: ``E+r1s+t`` is a contact that came into the queue, was reached and answered
some time later, and was over later still."""

CALLER_KEPT: Final = 8
"""Digits of a caller's pseudonym that are told: that a city's callers of half an hour share one of
four billion is not to be feared, and all of them would be half of a record."""

INSTANTS: Final = 3
"""That are told together at most: nearly all visits have no more."""


def told(call_id: str, piece: Piece, plan: Plan, outcome: Outcome, now: int) -> list[Told]:
    """What is told of a contact."""
    left = made(piece, plan, outcome, now)
    if not left:
        return []
    caller = "" if outcome.caller is None else outcome.caller[:CALLER_KEPT]
    walked = outcome.walk
    # What was said of a visit stands, even if the contact is not read so any more.
    if len(outcome.visits) != 1 or walked is None or not walked.plain:
        left.sort(key=_visit)
        found: list[Told] = []
        for _, of_visit in groupby(left, _visit):
            found += _together(call_id, caller, list(of_visit))
        return found
    return _together(call_id, caller, left)


def _visit(each: Made) -> tuple[str, int]:
    return each[1], each[2]


def _together(call_id: str, caller: str, left: list[Made]) -> list[Told]:
    """What is told of one visit."""
    left.sort()
    first, line, nth, kind, mark = left[0]
    key = f"{call_id}/{nth}"
    what, last, later = kind + mark, first, [0, 0]
    found: list[Told] = []
    instant = 0  # which of those that are told together
    for at, _, _, kind, mark in left[1:]:
        if at == last:
            what += kind + mark
            continue
        last = at
        instant += 1
        if instant == INSTANTS:
            found.append((line, first, what, key, caller, later[0], later[1]))
            first, what, later, instant = at, kind + mark, [0, 0], 0
            continue
        later[instant - 1] = at - first
        what += f"+{kind}{mark}"
    found.append((line, first, what, key, caller, later[0], later[1]))
    return found


def parted(each: Told) -> list[Told]:
    """The same, each instant by itself.

    >>> for part in parted(("waste", 10, "E+r1s+t", "c/1", "", 5, 90)):
    ...     print(part)
    ('waste', 10, 'E', 'c/1', '', 0, 0)
    ('waste', 15, 'r1s', 'c/1', '', 0, 0)
    ('waste', 100, 't', 'c/1', '', 0, 0)
    """
    line, at, what, key, caller, second, third = each
    if "+" not in what:
        return [each]
    parts = what.split("+")
    found: list[Told] = [(line, at, parts[0], key, caller, 0, 0)]
    found.append((line, at + second, parts[1], key, caller, 0, 0))
    if len(parts) == INSTANTS:
        found.append((line, at + third, parts[2], key, caller, 0, 0))
    return found


@lru_cache(maxsize=4_096)  # a few dozen combinations in all
def happened(what: str) -> tuple[tuple[str, str, bool], ...]:
    """What happened at one instant: small letters, what goes with each, and whether it is of the
    contact as a whole.

    >>> happened("r1s"), happened("Nb")
    ((('r', '1', False), ('s', '', False)), (('n', 'b', True),))
    """
    return tuple(_read(what))


def _read(what: str) -> Iterator[tuple[str, str, bool]]:
    left = iter(what)
    for letter in left:
        yield letter.lower(), next(left) if letter in "nNru" else "", letter.isupper()
