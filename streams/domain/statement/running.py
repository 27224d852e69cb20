"""The running periods of vendors, for their dashboard: so far, what is left, where it will end.

Each measure in the period of its own that holds ``now``; the same judgement as the statement's, so
that the last figure on the dashboard is the one on the paper.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from streams.domain import instants
from streams.domain.plan import Plan
from streams.domain.statement.assignments import Intervals, measures
from streams.domain.statement.forecast import Outlook
from streams.domain.statement.judging import Result
from streams.domain.statement.periods import period
from streams.domain.statement.statement import Worst, statement


@dataclass(frozen=True, slots=True)
class Running:
    """A measure in its running period.

    Attributes:
        vendor: whose.
        result: what it comes to so far.
        outlook: how it may end.
        now: up to when that is known.
        end: the first instant after the period.
        worst: the worst quarter-hours of all the vendor's lines in the period.
    """

    vendor: str
    result: Result
    outlook: Outlook | None
    now: int
    end: int
    worst: tuple[Worst, ...]


def kinds(plan: Plan) -> set[str]:
    """The kinds of period by which the plan's vendors are paid."""
    return {
        measure.period for version in plan.entries.contracts for measure in measures(version.entry)
    }


def since(plan: Plan, now: int) -> int:
    """From when quarter-hours are needed: the beginning of the longest running period."""
    day = instants.to_datetime(now).astimezone(plan.zone).date()
    begins = [period(kind, day).begin(plan.zone) for kind in kinds(plan)]
    return min(begins, default=now)


def running(
    plan: Plan,
    vendors: Iterable[str],
    now: int,
    intervals: Intervals,
    provisional: Collection[tuple[str, int]] = (),
) -> Iterator[Running]:
    """The running periods of these vendors' measures.

    Args:
        plan: what was agreed.
        vendors: whose.
        now: the instant up to which the quarter-hours are known.
        intervals: at least those of the vendors' lines from ``since`` on.
        provisional: those of them that may still change.
    """
    day = instants.to_datetime(now).astimezone(plan.zone).date()
    for vendor in vendors:
        for kind in sorted(kinds(plan)):
            found = statement(plan, vendor, period(kind, day), intervals, now, provisional)
            for index, result in enumerate(found.results):
                if result.period.kind == kind and result.since <= now < result.until:
                    outlook = found.outlooks.get(index)
                    yield Running(vendor, result, outlook, now, found.end, found.worst)
