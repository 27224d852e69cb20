"""A restatement: what was, what is, and why; as an object, and as a page."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import Struct, field

from streams.domain.counts import COUNTS
from streams.domain.statement import restatement
from streams.sinks.statement import counted, rendering
from streams.sinks.statement.objects import Amounts, Span, Statement, Vendor, Volumes
from streams.sinks.statement.plain import Issued
from streams.sinks.statement.result_objects import Charge, Number
from streams.sinks.statement.writing import Writing


class LateEvent(Struct, frozen=True, kw_only=True):
    """An event that came late or corrects another.

    Attributes:
        event: its kind.
        event_id, call_id: its own.
        at: when it happened.
        arrived: when it came; null where the source does not know.
        revision: 0 of an event that corrects none.
    """

    event: str
    event_id: str
    call_id: str
    at: str
    arrived: str | None
    revision: int


class Side(Struct, frozen=True, kw_only=True):
    """One of both statements.

    Attributes:
        number: what it is called.
        issued: its date of issue; null where release 0.1 did not keep it.
        complete: whether enough was heard of every result.
        open_hours, heard_hours: in which at least one line was open; heard of these.
        books_digest, plan_digest: SHA-256 of what it rests on.
        amounts: what is due.
        total: visits of all lines.
    """

    number: str
    issued: str | None
    complete: bool
    open_hours: Number | None
    heard_hours: Number | None
    books_digest: str
    plan_digest: str
    amounts: list[Amounts]
    total: Volumes


class Outcome(Struct, frozen=True, kw_only=True):
    """A result as one of both statements has it.

    Attributes:
        part, whole, value: after exclusions.
        complete: whether enough of its open hours were heard.
        met, malus, bonus: null where it is not complete.
    """

    part: Number
    whole: Number
    value: Number | None
    complete: bool
    met: bool | None
    malus: Charge | None
    bonus: Charge | None


class Change(Struct, frozen=True, kw_only=True):
    """A result that differs.

    Attributes:
        contract, measure, figure, scope, target, threshold: by what it is judged.
        line: null of a pool.
        period: by its name.
        from, until: the part of the period in which the rule was valid.
        before, after: null in the statement that has no such result.
    """

    contract: str
    measure: str
    figure: str
    scope: str
    target: Number
    threshold: Number | None
    line: str | None
    period: str
    since: str = field(name="from")
    until: str
    before: Outcome | None
    after: Outcome | None


class Cell(Struct, frozen=True, kw_only=True):
    """A quarter-hour of a line that differs.

    Attributes:
        line, start: which.
        counts: by the books' names, before and after.
    """

    line: str
    start: str
    counts: dict[str, tuple[int, int]]


class Restatement(Struct, frozen=True, kw_only=True):
    """What changed between a kept statement and the one that replaces it, and why.

    Attributes:
        number: of the file of the statement after it.
        vendor, period: whose they are, and of when.
        reason: the cause, in words.
        events: that came late or correct others, as far as they are known.
        plan_changed: whether both have another plan.
        before, after: both statements.
        results: that differ.
        quarter_hours: that differ, of lines.
    """

    number: int
    vendor: Vendor
    period: Span
    reason: str
    events: list[LateEvent]
    plan_changed: bool
    before: Side
    after: Side
    results: list[Change]
    quarter_hours: list[Cell]


def restate(
    before: Issued, after: Issued, file: int, reason: str, events: Iterable[LateEvent]
) -> Restatement:
    """The restatement of a statement.

    Args:
        before: as it was kept.
        after: with all that is known now.
        file: under which the archive keeps the one after it.
        reason: the cause in the words of the person who restates.
        events: that came late or corrected others, as far as they are known.
    """
    found = restatement.restatement(
        msgspec.to_builtins(before.object),
        msgspec.to_builtins(after.object),
        before.books,
        after.books,
        file,
        reason,
        [msgspec.to_builtins(each) for each in events],
    )
    return msgspec.convert(found, Restatement)


def page(of: Restatement, after: Statement, language: str) -> str:
    """The page of a restatement. Names of lines, and which contract it is by, are those of the
    statement ``after``, whose number and date it has."""
    w = Writing(language, of.period.time_zone)
    return rendering.page(
        "restatement.html",
        after,
        w,
        change=of,
        sums=_sums(of),
        cells=[(cell, _counts(cell, after, w)) for cell in of.quarter_hours],
    )


class Sum(NamedTuple):
    """What is due in one unit, by both statements; None where one of them has no such amount."""

    unit: str
    currency: str
    before: Amounts | None
    after: Amounts | None


def _sums(of: Restatement) -> list[Sum]:
    before, after = (
        {(each.unit, each.currency): each for each in side.amounts}
        for side in (of.before, of.after)
    )
    return [
        Sum(unit, currency, before.get((unit, currency)), after.get((unit, currency)))
        for unit, currency in dict.fromkeys([*before, *after])
    ]


class Changed(NamedTuple):
    """What a quarter-hour's books count otherwise."""

    name: str
    before: str
    after: str


def _counts(cell: Cell, after: Statement, w: Writing) -> list[Changed]:
    """In the order of the books."""
    known = {name: n for n, name in enumerate(COUNTS)}
    thresholds = _thresholds(after, cell)
    found = []
    for name in sorted(cell.counts, key=lambda name: known.get(name, len(known))):
        old, new = (counted.amount(name, each, w) for each in cell.counts[name])
        found.append(Changed(counted.name(name, thresholds, w), old, new))
    return found


def _thresholds(after: Statement, cell: Cell) -> list[Number]:
    """The seconds within which the contract of a line wants an answer, at a quarter-hour."""
    for each in after.contracts:
        begins = each.valid_from is None or each.valid_from <= cell.start
        ends = each.valid_until is not None and each.valid_until <= cell.start
        if cell.line in each.lines and begins and not ends:
            return each.thresholds
    return []
