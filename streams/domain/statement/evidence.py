"""The books that a statement rests on, as a text that anybody can compute again.

One line per quarter-hour in which anything is booked, of the vendor and of its lines::

    line:waste|2026-10-05T07:15:00Z|answered=3 line_offered=4 ... longest=12500000

with every count above 0 by its name, in alphabetical order, and the longest wait in microseconds.
The statement names the SHA-256 of this text, so ``sha256sum`` of the file beside it is the proof.
"""

import hashlib
from collections.abc import Collection, Iterable
from typing import Final

from streams.domain import instants
from streams.domain.counts import COUNTS
from streams.domain.figures import measured
from streams.domain.statement.assignments import Assignment, Intervals
from streams.domain.tally import LINE, VENDOR, Tally

_OF_CALLERS: Final = frozenset({"repeat_callers", "callbacks_kept"})
"""Counts that need all calls of one caller. They are left out, but for a contract that has a
measure of them."""


def text(
    intervals: Intervals, vendor: str, assigned: Iterable[Assignment], since: int, until: int
) -> str:
    """The books of a vendor and of its lines, between two instants."""
    assigned = list(assigned)
    left_out = () if any(map(_of_callers, assigned)) else _OF_CALLERS
    spans: dict[str, list[tuple[int, int]]] = {VENDOR + vendor: [(since, until)]}
    for assignment in assigned:
        spans.setdefault(LINE + assignment.line, []).append((assignment.since, assignment.until))
    lines = []
    for scope, start in sorted(intervals):
        tally = intervals[scope, start]
        here = any(a <= start < b for a, b in spans.get(scope, ()))
        if here and (line := _line(tally, left_out)):
            lines.append(f"{scope}|{instants.text(start)}|{line}\n")
    return "".join(lines)


def _of_callers(assignment: Assignment) -> bool:
    return any(measured(each.figure).of_callers for each in assignment.contract.measures)


def counts(tally: Tally, left_out: Collection[str] = _OF_CALLERS) -> dict[str, int]:
    """What is above 0 of a tally, by name, in alphabetical order."""
    named = {
        name: number
        for name, number in zip(COUNTS, tally.counts, strict=True)
        if number and name not in left_out
    }
    if tally.longest >= 0:
        named["longest"] = tally.longest
    return dict(sorted(named.items()))


def _line(tally: Tally, left_out: Collection[str]) -> str:
    return " ".join(f"{name}={number}" for name, number in counts(tally, left_out).items())


def digest(of: str) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(of.encode()).hexdigest()


def parse(of: str) -> dict[tuple[str, str], dict[str, int]]:
    """The counts of a text, by scope and start.

    >>> parse("line:w|2026-10-05T07:15:00Z|answered=3 line_offered=4\\n")
    {('line:w', '2026-10-05T07:15:00Z'): {'answered': 3, 'line_offered': 4}}
    """
    found = {}
    for line in of.splitlines():
        rest, _, counts = line.rpartition("|")
        scope, _, start = rest.rpartition("|")
        pairs = (each.partition("=") for each in counts.split())
        found[scope, start] = {name: int(number) for name, _, number in pairs}
    return found
