"""One measure of one line, or of a pool of lines, in one of its periods: result, verdict, money."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from streams.domain.books import INTERVAL
from streams.domain.figures.measure import Count, Number
from streams.domain.ledger import GRACE
from streams.domain.plan import Plan
from streams.domain.plan.model import Exclusion, Measure
from streams.domain.statement import counting, money
from streams.domain.statement.assignments import Assignment, Cells, Rule, measures, rule, within
from streams.domain.statement.counting import NOTHING
from streams.domain.statement.exclusions import CAUSE, VOLUME, Applied, Excluding, applying
from streams.domain.statement.heard import Hours
from streams.domain.statement.hearing import Hearing
from streams.domain.statement.periods import Period, overlapping
from streams.domain.tally import LINE


@dataclass(frozen=True, slots=True)
class Effect:
    """What an exclusion left out.

    Attributes:
        quarter_hours: how many it touched in which anything was counted.
        left_out: what would be counted besides, if it alone did not exist.
        value: the figure, if it alone did not exist.
    """

    exclusion: Exclusion
    quarter_hours: int
    left_out: Count
    value: Fraction | None


@dataclass(frozen=True, slots=True)
class Result:
    """A measure judged.

    Attributes:
        rule: by which it was judged.
        line: the line, None for a pool.
        lines: every line of it.
        period: the measure's own period.
        since, until: the first and the last instant of it with the rule in force, and ``share`` the
            part of the period's time.
        due: whether the period ends within the statement's.
        final: whether it is due and nothing of it can change any more.
        count: what it comes to after exclusions; ``before``, without any.
        open_count: the part of ``count`` that is not final.
        days: the count of each day.
        by_line: the count of each line of a pool, which may hide a line that nobody answers.
        value: the figure; None where nothing was under the line.
        met: whether the target was met by what was heard.
        distance: points missed, below 0 exceeded.
        charge: the malus, or the bonus, by what was heard; ``earned`` says which.
        hours: of all its lines together. Where not ``enough`` of them was heard, neither verdict
            nor charge stand.
    """

    rule: Rule
    line: str | None
    lines: tuple[str, ...]
    period: Period
    since: int
    until: int
    share: Fraction
    due: bool
    final: bool
    count: Count
    before: Count
    open_count: Count
    days: Mapping[date, Count]
    by_line: Mapping[str, Count]
    value: Fraction | None
    met: bool | None
    distance: Fraction | None
    charge: money.Charge | None
    earned: bool
    effects: tuple[Effect, ...]
    hours: Hours

    @property
    def measure(self) -> Measure:
        """The measure."""
        return self.rule.measure


@dataclass(frozen=True, slots=True)
class Group:
    """What is judged as one: equal rule, one line or a pool, one of the measure's periods."""

    rule: Rule
    line: str | None
    period: Period
    parts: tuple[Assignment, ...]


def groups(plan: Plan, assigned: Iterable[Assignment], whole: Period) -> list[Group]:
    """Everything that is to be judged in a period, in the order of contract, measure and time.

    ``assigned`` must reach back to the beginning of the longest measure's period.
    """
    parts: dict[tuple[Rule, str | None, Period], list[Assignment]] = {}
    for assignment in assigned:
        for measure in measures(assignment.contract):
            if measure.lines and assignment.line not in measure.lines:
                continue
            line = assignment.line if measure.scope == "per_line" else None
            by = rule(assignment.contract, measure)
            for each in overlapping(measure.period, whole):
                since = max(assignment.since, each.begin(plan.zone))
                until = min(assignment.until, each.end(plan.zone))
                if since < until:
                    part = Assignment(assignment.line, assignment.contract, since, until)
                    parts.setdefault((by, line, each), []).append(part)
    found = [Group(*key, tuple(of_key)) for key, of_key in parts.items()]
    ids = {each: n for n, each in enumerate(dict.fromkeys(g.rule.measure.id for g in found))}
    found.sort(
        key=lambda g: (
            g.rule.contract,
            ids[g.rule.measure.id],
            g.line or "",
            g.period.first,
            min(part.since for part in g.parts),
        )
    )
    return found


def judge(
    group: Group,
    plan: Plan,
    whole: Period,
    cells: Mapping[str, Cells],
    excluding: Excluding,
    hearing: Hearing,
    provisional: Collection[tuple[str, int]],
    as_of: int,
) -> Result:
    """Judges a group by its rule, from the quarter-hours of its lines."""
    by, period = group.rule, group.period
    measure = by.measure
    figure = measure.figure
    total = before = open_count = NOTHING
    days: dict[date, Count] = {}
    by_line: dict[str, Count] = {part.line: NOTHING for part in group.parts}
    effects: dict[str, _Effect] = {}
    hours = Hours()
    for part in group.parts:
        exclusions = tuple(applying(part, by))
        hours = hours.plus(hearing.of(part, figure, exclusions))
        applied = Applied.of(exclusions)
        but = {
            each.id: Applied.of(other for other in exclusions if other is not each)
            for each in exclusions
        }
        for exclusion in exclusions:
            effects.setdefault(exclusion.id, _Effect(exclusion))
        for start, tally in within(cells.get(part.line, []), part.since, part.until):
            counted = excluding.count(tally, start, part, measure, applied)
            before = before.plus(counting.count(tally, part.contract, measure, ()))
            total = total.plus(counted)
            if (LINE + part.line, start) in provisional:
                open_count = open_count.plus(counted)
            day = excluding.day(start)
            days[day] = days.get(day, NOTHING).plus(counted)
            by_line[part.line] = by_line[part.line].plus(counted)
            for exclusion in exclusions:
                if excluding.concerns(exclusion, tally, start, part):
                    alone = excluding.count(tally, start, part, measure, but[exclusion.id])
                    effects[exclusion.id].add(alone.minus(counted))
    begin, end = period.begin(plan.zone), period.end(plan.zone)
    share = Fraction(_length(group.parts), end - begin)
    due = period.after <= whole.after
    final = due and as_of >= end + GRACE and not _any_open(group.parts, provisional)
    value = counting.value(total, figure)
    met: bool | None = None
    missed: Fraction | None = None
    charge: money.Charge | None = None
    if value is not None:
        missed = counting.distance(value, measure.target, figure)
        met = missed <= 0
        adjustment = measure.bonus if met else measure.malus
        if adjustment is not None:
            charge = money.charge(adjustment, abs(missed), share, by.currency)
    return Result(
        rule=by,
        line=group.line,
        lines=tuple(sorted({part.line for part in group.parts})),
        period=period,
        since=min(part.since for part in group.parts),
        until=max(part.until for part in group.parts),
        share=share,
        due=due,
        final=final,
        count=total,
        before=before,
        open_count=open_count,
        days=days,
        by_line=by_line,
        value=value,
        met=met,
        distance=missed,
        charge=charge,
        earned=bool(met),
        effects=tuple(each.of(total, figure) for each in effects.values()),
        hours=hours,
    )


class _Effect:
    """What an exclusion left out, summed up."""

    def __init__(self, exclusion: Exclusion) -> None:
        self._exclusion = exclusion
        self._quarter_hours = 0
        self._left_out = NOTHING

    def add(self, left_out: Count) -> None:
        """Adds what it left out of a quarter-hour."""
        if left_out != NOTHING:
            self._quarter_hours += 1
            self._left_out = self._left_out.plus(left_out)

    def of(self, total: Count, figure: str) -> Effect:
        """Its effect on a result."""
        value = counting.value(total.plus(self._left_out), figure)
        return Effect(self._exclusion, self._quarter_hours, self._left_out, value)


def excluded_by(
    excluding: Excluding, assignment: Assignment, by: Rule, start: int
) -> list[tuple[str, Number]]:
    """The exclusions that leave out something of a quarter-hour: id, and what remains of it."""
    found: list[tuple[str, Number]] = []
    for exclusion in applying(assignment, by):
        if exclusion.kind == VOLUME:
            share = excluding.share(exclusion, start, assignment)
            if share < 1:
                found.append((exclusion.id, share))
        elif exclusion.kind != CAUSE and excluding.touches(exclusion, start):
            found.append((exclusion.id, 0))
    return found


def _length(parts: Iterable[Assignment]) -> int:
    """The time that parts cover together, what several cover counted once."""
    covered, reached = 0, -(2**62)
    for since, until in sorted((part.since, part.until) for part in parts):
        covered += max(0, until - max(since, reached))
        reached = max(reached, until)
    return covered


def _any_open(parts: Iterable[Assignment], provisional: Collection[tuple[str, int]]) -> bool:
    if not provisional:
        return False
    return any(
        (LINE + part.line, start) in provisional
        for part in parts
        for start in range(part.since - part.since % INTERVAL, part.until, INTERVAL)
    )
