"""Who answered which line under which contract, and by which rule each measure judges it.

A hand-over to another vendor and a contract's next version part a period. What stays the same under
a new version is not parted: two versions with an equal rule for a measure judge it as one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from streams.domain.books import INTERVAL
from streams.domain.figures.reachability import REACHABILITY
from streams.domain.figures.service_level import SERVICE_LEVEL
from streams.domain.plan import Plan
from streams.domain.plan.model import Contract, Measure
from streams.domain.plan.validity import Version
from streams.domain.tally import LINE, Tally

Intervals = Mapping[tuple[str, int], Tally]
"""Quarter-hours of the books by scope and start: what every statement is a function of."""

Cells = list[tuple[int, Tally]]
"""A line's quarter-hours in the order of time."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A vendor's line under one version of a contract, from ``since`` to before ``until``."""

    line: str
    contract: Contract
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything about a contract that decides one of its measures. Equal rules are one."""

    contract: str
    measure: Measure
    inclusive: bool
    short_limit: int
    short_counts: bool
    overflow_counts: bool
    clock: str
    reach_limit: int
    callbacks_not_reached: bool
    lost_after: int
    currency: str


def assignments(
    plan: Plan, vendor: str, cells: Mapping[str, Cells], since: int, until: int
) -> list[Assignment]:
    """The vendor's lines between two instants, by line and time.

    A quarter-hour belongs to who answered the line at its beginning. A line that the plan does not
    know then counts only where visits were booked on it all the same.
    """
    found: list[Assignment] = []
    for line in sorted({*plan.lines, *cells}):
        edges = sorted({since, *_edges(plan, line, since, until)})
        for start, end in zip(edges, [*edges[1:], until], strict=True):
            terms = plan.terms(line, start)
            if terms is None:
                if not within(cells.get(line, []), start, end):
                    continue
                terms = plan.nearest_terms(line, start)
            if terms.vendor != vendor:
                continue
            last = found[-1] if found else None
            if last and (last.line, last.contract, last.until) == (line, terms.contract, start):
                found[-1] = Assignment(line, last.contract, last.since, end)
                continue
            found.append(Assignment(line, terms.contract, start, end))
    return found


def _edges(plan: Plan, line: str, since: int, until: int) -> Iterable[int]:
    """The instants at which the line's vendor or contract may change."""
    versions = [v for v in plan.entries.lines if v.entry.id == line]
    for version in (*versions, *plan.entries.contracts):
        for edge in (version.since, version.until):
            if edge is not None and since < edge < until:
                yield edge


def versions(
    plan: Plan, assigned: Iterable[Assignment]
) -> list[tuple[Version[Contract], tuple[str, ...]]]:
    """Each version of each contract that lines were under, with these lines, by id and time.

    The plan distinguishes versions by their dates; its digest shows that nothing else was changed
    in them. A contract that the plan does not have, the default one, has no dates.
    """
    found: dict[tuple[str, int], tuple[Version[Contract], set[str]]] = {}
    for assignment in assigned:
        id_ = assignment.contract.id
        known = [
            version
            for version in plan.entries.contracts
            if version.entry.id == id_
            and (version.since is None or version.since < assignment.until)
            and (version.until is None or version.until > assignment.since)
        ]
        for version in known or [Version(assignment.contract)]:
            _, lines = found.setdefault((id_, version.since or 0), (version, set()))
            lines.add(assignment.line)
    return [(version, tuple(sorted(lines))) for _, (version, lines) in sorted(found.items())]


def of_lines(intervals: Intervals, since: int, until: int) -> dict[str, Cells]:
    """The quarter-hours of every line between two instants; the empty ones are left out."""
    cells: dict[str, Cells] = {}
    for (scope, start), tally in intervals.items():
        if scope.startswith(LINE) and since <= start < until and tally.packed:
            cells.setdefault(scope.removeprefix(LINE), []).append((start, tally))
    for each in cells.values():
        each.sort(key=_start)
    return cells


def within(cells: Cells, since: int, until: int) -> Cells:
    """The quarter-hours that begin between two instants."""
    first = bisect_left(cells, since, key=_start)
    return cells[first : bisect_left(cells, until, key=_start)]


def _start(cell: tuple[int, Tally]) -> int:
    start, _ = cell
    return start


def measures(contract: Contract) -> tuple[Measure, ...]:
    """The contract's measures; without any, its two targets, with no money on them."""
    if contract.measures:
        return contract.measures

    def target(id_: str, figure: str, value: float) -> Measure:
        exact = Decimal(str(value))
        return Measure(id_, figure, exact, contract.formula, contract.threshold, contract.period)

    return (
        target("service-level", SERVICE_LEVEL.name, contract.target),
        target("reachability", REACHABILITY.name, contract.reach_target),
    )


def rule(contract: Contract, measure: Measure) -> Rule:
    """How the contract decides the measure."""
    return Rule(
        contract.id,
        measure,
        contract.inclusive,
        contract.short_limit,
        contract.short_counts,
        contract.overflow_counts,
        contract.clock,
        contract.reach_limit,
        contract.callbacks_not_reached,
        contract.lost_after,
        contract.currency,
    )


def unaligned(instant: int) -> bool:
    """Whether an instant lies inside a quarter-hour instead of between two."""
    return bool(instant % INTERVAL)
