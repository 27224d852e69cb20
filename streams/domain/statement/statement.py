"""A vendor's statement: a function of the plan and of the books' quarter-hours, of nothing else.

The same quarter-hours give the same statement to the byte, whether they were kept while the calls
came in, or recomputed from the raw topics or from files. When it was made does not stand in it, as
long as nothing in it is provisional.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count, Number
from streams.domain.figures.service_level import OVERFLOW_SHARE, SHORT_SHARE
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.statement import counting
from streams.domain.statement.assignments import (
    Assignment,
    Cells,
    Intervals,
    Rule,
    assignments,
    measures,
    of_lines,
    rule,
    unaligned,
    within,
)
from streams.domain.statement.exclusions import EVENT, Excluding
from streams.domain.statement.forecast import Outlook, Remaining, outlook
from streams.domain.statement.heard import Heard
from streams.domain.statement.hearing import Hearing
from streams.domain.statement.judging import Result, excluded_by, groups, judge
from streams.domain.statement.periods import Period, overlapping
from streams.domain.tally import LINE, VENDOR, Tally

WORST: Final = 12
"""Quarter-hours shown as the worst: as many as are read."""


_LEFT_OUT: Final = {"overflow_left_out": OVERFLOW_SHARE, "short_left_out": SHORT_SHARE}
"""What a contract's switches leave out, with its share: printed wherever it is left out."""


class Remark(NamedTuple):
    """Something that a reader must know: a word for it, and what it is about."""

    word: str
    about: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Worst:
    """A quarter-hour with many misses.

    Attributes:
        line, start: which.
        rule: the measure by which it is among the worst: its contract's first that has misses.
        count: before exclusions.
        misses: of that count.
        left_out: exclusions that touch it, with what remains of it.
    """

    line: str
    start: int
    rule: Rule
    count: Count
    misses: Number
    left_out: tuple[tuple[str, Number], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a vendor did in a period.

    Attributes:
        vendor, period: whose, and of when.
        begin, end: the period's instants.
        lines: who answered which in it; ``assigned``, the same from when books were needed.
        results: every measure, line and measure's period.
        outlooks: of the results whose period is running, by their index in ``results``.
        totals: per line what is booked in the period; ``days`` the same per day, of all lines.
        own: what is booked of the vendor itself: its contacts, and what became of those whose first
            visit was at a line of its own.
        unattributed: visits that the books of the vendor have and those of its lines do not, or the
            other way round.
        worst: the worst quarter-hours.
        heard: how much of the hours in which the lines were open was heard.
        as_of: as of when; None if nothing is provisional.
        provisional: quarter-hours that may still change, and the visits in them.
        remarks: what a reader must know besides.
    """

    vendor: str
    period: Period
    begin: int
    end: int
    lines: tuple[Assignment, ...]
    assigned: tuple[Assignment, ...]
    results: tuple[Result, ...]
    outlooks: Mapping[int, Outlook]
    totals: Mapping[str, Tally]
    days: Mapping[date, Tally]
    own: Tally
    unattributed: int
    worst: tuple[Worst, ...]
    heard: Heard
    as_of: int | None
    provisional: tuple[int, int]
    remarks: tuple[Remark, ...]

    @property
    def complete(self) -> bool:
        """Whether enough was heard for all that is due to be judged."""
        return self.heard.total.enough and all(
            result.hours.enough for result in self.results if result.due
        )


def reach(plan: Plan, period: Period) -> tuple[int, int]:
    """From when until when books are needed for a statement: a quarter is judged with its last
    month, so they may begin before the period."""
    first = period.first
    for version in plan.entries.contracts:
        for measure in measures(version.entry):
            first = min(first, next(overlapping(measure.period, period)).first)
    return Period(period.kind, first, period.after).begin(plan.zone), period.end(plan.zone)


def statement(
    plan: Plan,
    vendor: str,
    period: Period,
    intervals: Intervals,
    as_of: int,
    provisional: Collection[tuple[str, int]] = (),
) -> Statement:
    """The statement of a vendor for a period.

    Args:
        plan: what was agreed.
        vendor: its id.
        period: of the calendar.
        intervals: quarter-hours of the books, at least those from ``reach``. Of all scopes, for
            what is heard of the city distinguishes a quiet line from a silent feed.
        as_of: the instant up to which they are known.
        provisional: those of them that may still change.
    """
    since, until = reach(plan, period)
    begin = period.begin(plan.zone)
    cells = of_lines(intervals, since, until)
    assigned = assignments(plan, vendor, cells, since, until)
    here = [
        Assignment(h.line, h.contract, max(h.since, begin), h.until)
        for h in assigned
        if h.until > begin
    ]
    excluding = Excluding(plan, cells)
    hearing = Hearing(plan, assigned, intervals, cells, excluding, since, min(until, as_of))
    results = [
        judge(group, plan, period, cells, excluding, hearing, provisional, as_of)
        for group in groups(plan, assigned, period)
    ]
    remaining = Remaining(plan)
    outlooks = {
        index: found
        for index, result in enumerate(results)
        if (found := outlook(result, remaining, as_of)) is not None
    }
    totals: dict[str, Tally] = {assignment.line: Tally() for assignment in here}
    days: dict[date, Tally] = {day: Tally() for day in period.days()}
    open_cells = open_visits = 0
    for assignment in here:
        for start, tally in within(
            cells.get(assignment.line, []), assignment.since, assignment.until
        ):
            totals[assignment.line].plus(tally)
            days[excluding.day(start)].plus(tally)
            if (LINE + assignment.line, start) in provisional:
                open_cells += 1
                open_visits += tally["line_offered"]
    own = _of_vendor(intervals, vendor, begin, until)
    unattributed = own["line_offered"] - sum(total["line_offered"] for total in totals.values())
    running = as_of < until + GRACE or not all(result.final for result in results if result.due)
    return Statement(
        vendor=vendor,
        period=period,
        begin=begin,
        end=until,
        lines=tuple(here),
        assigned=tuple(assigned),
        results=tuple(results),
        outlooks=outlooks,
        totals=totals,
        days=days,
        own=own,
        unattributed=unattributed,
        worst=tuple(_worst(here, cells, excluding)),
        heard=hearing.whole(here),
        as_of=as_of if running else None,
        provisional=(open_cells, open_visits),
        remarks=tuple(_remarks(here, begin, until, unattributed, totals)),
    )


def _of_vendor(intervals: Intervals, vendor: str, since: int, until: int) -> Tally:
    """The vendor's own books of a period."""
    own = Tally()
    for (scope, start), tally in intervals.items():
        if scope == VENDOR + vendor and since <= start < until:
            own.plus(tally)
    return own


def _worst(here: list[Assignment], cells: Mapping[str, Cells], excluding: Excluding) -> list[Worst]:
    found = []
    for assignment in here:
        by = next(
            (
                rule(assignment.contract, measure)
                for measure in measures(assignment.contract)
                if not counting.in_seconds(measure.figure)
                and (not measure.lines or assignment.line in measure.lines)
            ),
            None,
        )
        if by is None:
            continue
        for start, tally in within(
            cells.get(assignment.line, []), assignment.since, assignment.until
        ):
            count = counting.count(tally, assignment.contract, by.measure, ())
            misses = counting.misses(count, by.measure.figure)
            if misses:
                found.append((misses, start, assignment, by, count))

    def worst_first(each: tuple[Number, int, Assignment, Rule, Count]) -> tuple[Number, int, str]:
        misses, start, assignment, _, _ = each
        return -misses, start, assignment.line

    found.sort(key=worst_first)
    return [
        Worst(h.line, start, by, count, misses, tuple(excluded_by(excluding, h, by, start)))
        for misses, start, h, by, count in found[:WORST]
    ]


def _remarks(
    here: list[Assignment],
    begin: int,
    until: int,
    unattributed: int,
    totals: Mapping[str, Tally],
) -> list[Remark]:
    remarks = []
    for line, total in totals.items():
        for left_out, figure in _LEFT_OUT.items():
            share = figure.value(total)
            if share:
                remarks.append(Remark(left_out, (line, total[left_out], str(share))))
    for assignment in here:
        for edge in (assignment.since, assignment.until):
            if begin < edge < until and unaligned(edge):
                remarks.append(Remark("inside_quarter_hour", (assignment.line, edge)))
        for exclusion in assignment.contract.exclusions:
            since, ends = exclusion.since or 0, exclusion.until or 0
            inside = exclusion.kind == EVENT and (unaligned(since) or unaligned(ends))
            if inside and since < assignment.until and (not ends or ends > assignment.since):
                first, last = since - since % INTERVAL, ends + -ends % INTERVAL
                remarks.append(Remark("event_widened", (exclusion.id, first, last)))
    if unattributed:
        remarks.append(Remark("unattributed", (unattributed,)))
    return sorted(set(remarks), key=str)
