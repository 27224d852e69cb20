"""The walk through a contact's events: looked up, or walked.

A walk knows a contact's events by their numbers and never looks at an instant but to say which of
two events came first. So contacts of one *shape* (the same kinds of events in the same order, ties
and shared lines alike) have one walk, which is made once and remembered; nine hundred and
ninety-nine contacts in a thousand only look theirs up. Two rules ask how much time lies between two
events, and one asks for an order of the source's own: a walk that they had a part in is not
remembered.
"""

from operator import lt
from typing import Any, Final

from streams.domain.contact import Piece
from streams.domain.rows import KIND_BITS, LEFT_BY_TRANSFER, ROW_WIDTH, USUAL_FIELD, told
from streams.domain.table import Table
from streams.domain.walked import NO_ROW, Step, Walk, row_of_target

SHAPES_KEPT: Final = 20_000
"""Walks that are remembered: a city's year has under a hundred shapes, a dirty one some thousands.
A memory that has grown to this is emptied: hostile input can't make it grow for ever."""

_remembered: dict[Any, Walk] = {}


def walk(contact: Piece) -> Walk:
    """The walk through a contact's events."""
    rows = contact.rows
    codes = tuple(rows[1::ROW_WIDTH])
    # With one line at most, and all at instants of their own, the codes are the whole shape. Codes
    # that hold a transfer are never remembered alone: where it leads is part of the shape.
    key: Any = codes
    alone = False
    if contact.in_order:
        lines = set(rows[3::ROW_WIDTH])
        lines.discard("")
        if len(lines) <= 1:
            known = _remembered.get(codes)
            if known is not None:
                return known
            alone = not any(code & KIND_BITS == LEFT_BY_TRANSFER for code in codes)
    if not alone:
        ats = contact.ats
        key = codes, tuple(map(lt, ats, ats[1:])), _lines(rows, codes)
        known = _remembered.get(key)
        if known is not None:
            return known
    table = Table(rows)
    found = table.walk()
    if not table.events.measured:
        if len(_remembered) >= SHAPES_KEPT:
            _remembered.clear()
        _remembered[key] = found
    return found


def walk_of_codes(codes: tuple[int, ...]) -> Walk | None:
    """The walk through every contact of one line whose events are of these codes, each at an
    instant of its own; None where that is not known, or there is no such walk."""
    return _remembered.get(codes)


def steps(contact: Piece) -> list[Step]:
    """The walk through a contact's events, step by step."""
    table = Table(contact.rows)
    table.walk()
    return table.steps


def line_named_by(rows: list[Any], row: int) -> str:
    """The line that a row number of a walk stands for."""
    if row >= 0:
        named: str = rows[ROW_WIDTH * row + 3]
        return named
    target: str = told(rows[ROW_WIDTH * row_of_target(row) + 4], USUAL_FIELD)
    return target


def _lines(rows: list[Any], codes: tuple[int, ...]) -> tuple[int, ...]:
    """Which events share a line, with no line's name in it: each line by when it first comes."""
    seen: dict[str, int] = {}
    names = [seen.setdefault(word, len(seen)) for word in rows[3::ROW_WIDTH]]
    for index, code in enumerate(codes):
        if code & KIND_BITS == LEFT_BY_TRANSFER:
            target = told(rows[ROW_WIDTH * index + 4], USUAL_FIELD)
            names.append(NO_ROW if target is None else seen.setdefault(target, len(seen)))
    return tuple(names)
