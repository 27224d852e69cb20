"""The books that a statement rests on, as a text that anybody can compute again.

One line per quarter-hour in which anything is booked, of the vendor and of its lines::

    line:waste|2026-10-05T07:15:00Z|answered=3 line_offered=4 ... longest=12500000

with every count above 0 by its name, in alphabetical order, and the longest wait in microseconds.
Every count of the first release, and of later ones those that the contract's measures rest on; in
the vendor's own books also what became of the contacts whose first visit was at a line of its own.
The statement names the SHA-256 of this text, so ``sha256sum`` of the file beside it is the proof.
"""

import hashlib
from collections.abc import Collection, Iterable
from typing import Final

from streams.domain import instants
from streams.domain.counts import COUNTS, LATER, SHOWN
from streams.domain.figures.whole import OUTCOME_COUNTS
from streams.domain.plan.model import Contract
from streams.domain.statement.assignments import Assignment, Intervals, measures
from streams.domain.statement.counting import counts_of
from streams.domain.tally import LINE, VENDOR, Tally

_OF_CALLERS: Final = ("repeat_callers", "callbacks_kept", "callbacks_broken", "callback_attempts")
_ASKED_FOR: Final = (frozenset(LATER) - frozenset(SHOWN)).union(_OF_CALLERS)
"""Counts that stand in the books of a statement where a measure of it rests on them, and nowhere
else: those that came after the first release, so that what was frozen before stays the same; and
those that need all calls of one caller, which the first release did not keep."""

_WHOLE: Final = frozenset(("whole_contacts", *OUTCOME_COUNTS.values()))


def text(
    intervals: Intervals, vendor: str, assigned: Iterable[Assignment], since: int, until: int
) -> str:
    """The books of a vendor and of its lines, between two instants."""
    assigned = list(assigned)
    without = left_out(assignment.contract for assignment in assigned)
    of_scope = {VENDOR + vendor: without - _WHOLE}
    spans: dict[str, list[tuple[int, int]]] = {VENDOR + vendor: [(since, until)]}
    for assignment in assigned:
        spans.setdefault(LINE + assignment.line, []).append((assignment.since, assignment.until))
    lines = []
    for scope, start in sorted(intervals):
        tally = intervals[scope, start]
        here = any(a <= start < b for a, b in spans.get(scope, ()))
        if here and (line := _line(tally, of_scope.get(scope, without))):
            lines.append(f"{scope}|{instants.text(start)}|{line}\n")
    return "".join(lines)


def left_out(contracts: Iterable[Contract]) -> frozenset[str]:
    """The counts that do not stand in the books of what was judged by these contracts."""
    figures = {each.figure for contract in contracts for each in measures(contract)}
    return _ASKED_FOR.difference(*map(counts_of, figures))


def counts(tally: Tally, without: Collection[str] = _ASKED_FOR) -> dict[str, int]:
    """What is above 0 of a tally, by name, in alphabetical order."""
    named = {
        name: number
        for name, number in zip(COUNTS, tally.counts, strict=True)
        if number and name not in without
    }
    if tally.longest >= 0:
        named["longest"] = tally.longest
    return dict(sorted(named.items()))


def _line(tally: Tally, without: Collection[str]) -> str:
    return " ".join(f"{name}={number}" for name, number in counts(tally, without).items())


def without_outcomes(of: str) -> str:
    """The same books as they were before what became of contacts was in them."""
    found = []
    for line in of.splitlines():
        at, _, counted = line.rpartition("|")
        kept = [each for each in counted.split() if each.partition("=")[0] not in _WHOLE]
        if kept:
            found.append(f"{at}|{' '.join(kept)}\n")
    return "".join(found)


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
