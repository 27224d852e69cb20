"""What detectors watch, as the plan has it: scopes, their hours, and what a page of theirs costs.

Lines, every vendor that answers several, and the city. A vendor's people receive what pages of its
lines and of the vendor; the city's, what pages of the lines that it answers itself and of the city
as a whole. The budget of false pages is the receiver's, so the more scopes share it, the rarer each
must page: with three tests of each scope (no entry, no answers, silence), ``n`` = 3 x scopes /
budget times rarer than one a quarter.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from streams.domain.detector import Conditions, Detector, Hours, Subject
from streams.domain.detector.entry import Gate
from streams.domain.detector.usual import LocalHours, Usual
from streams.domain.plan import Plan, Terms
from streams.domain.plan.model import CITY_VENDOR
from streams.domain.tally import CITY, LINE, VENDOR

TESTS: Final = 3
"""E, F and S share a receiver's budget."""


def subject(plan: Plan, scope: str, at: int) -> Subject:
    """What a scope is, and who answers it at an instant."""
    if scope.startswith(LINE):
        line = scope.removeprefix(LINE)
        return Subject(scope, line, terms_of(plan, line, at).vendor)
    return Subject(scope, None, scope.removeprefix(VENDOR) if scope != CITY else CITY_VENDOR)


def terms_of(plan: Plan, line: str, at: int) -> Terms:
    """The terms of a line at an instant, or those nearest to it."""
    return plan.terms(line, at) or plan.nearest_terms(line, at)


def detector(plan: Plan, scope: str, at: int, local: LocalHours) -> Detector:
    """The detector of a scope, as it is before it knows anything."""
    usual = Usual(local, _expected(plan, scope), _changes(plan, scope), _relearns(plan, scope))
    return Detector(subject(plan, scope, at), usual, _hours(plan, scope), _conditions(plan, scope))


def is_scope(plan: Plan, vendor: str, at: int) -> bool:
    """Whether a vendor is a scope of its own: it answers several lines. Of lines that a plan only
    learns from the calls nothing is known before they come, so they make no vendor a scope: a
    replay knows all of them from the start."""
    return len(plan.answered_by(vendor, at)) > 1


def _scope_lines(plan: Plan, scope: str, at: int) -> Sequence[str]:
    if scope.startswith(LINE):
        return [scope.removeprefix(LINE)]
    if scope.startswith(VENDOR):
        return plan.answered_by(scope.removeprefix(VENDOR), at)
    return plan.first_lines_at(at)


def _hours(plan: Plan, scope: str) -> Hours:
    def is_open(at: int) -> bool:
        if scope == CITY:
            return plan.first_line_open(at)
        found = (plan.terms(line, at) for line in _scope_lines(plan, scope, at))
        return any(terms is not None and terms.open for terms in found)

    def turns(at: int) -> int | None:
        instants = [
            instant
            for line in _scope_lines(plan, scope, at)
            if (instant := _turns(plan, line, at)) is not None
        ]
        return min(instants, default=None)

    return Hours(is_open, turns, plan.midnight)


def _turns(plan: Plan, line: str, at: int) -> int | None:
    """When a line opens or closes next; None for one that is always open, or never any more."""
    return plan.closes_at(line, at) or plan.opens_at(line, at)


def _conditions(plan: Plan, scope: str) -> Callable[[int], Conditions]:
    city = plan.entries.city
    line = scope.removeprefix(LINE) if scope.startswith(LINE) else None

    def conditions(at: int) -> Conditions:
        lines = [line] if line is not None else _scope_lines(plan, scope, at)
        contracts = [terms_of(plan, each, at).contract for each in lines] or [plan.entrance]
        # Of several the most lenient: none of its callers is missed by it.
        contract = min(contracts, key=lambda each: (each.reach_target, each.id))
        budget = city.false_pages or min(each.false_pages for each in contracts)
        vendor = subject(plan, scope, at).vendor
        return Conditions(
            threshold=contract.threshold,
            reach_target=contract.reach_target,
            n=TESTS * _scopes(plan, vendor, at) / budget,
            forgotten_after=city.forgotten_after,
            gate=Gate(
                people=0 if line is None else city.page_people,
                has_hours=all(_turns(plan, each, at) is not None for each in lines),
            ),
        )

    return conditions


def _scopes(plan: Plan, vendor: str, at: int) -> int:
    """How many share the budget of whoever receives a vendor's pages."""
    lines = len(plan.answered_by(vendor, at))
    return max(1, lines + (lines > 1) + (vendor == CITY_VENDOR))


def _expected(plan: Plan, scope: str) -> Callable[[int], float | None]:
    @lru_cache(maxsize=512)  # mostly full hours of the next days, asked again at every silence
    def expected(at: int) -> float | None:
        total: float | None = None
        for line in _scope_lines(plan, scope, at):
            found = plan.expected_per_hour(line, at)
            if found is None:
                return None  # of one line it is not known, and so not of all
            total = (total or 0) + found
        return total

    return expected


def _changes(plan: Plan, scope: str) -> Iterator[int]:
    """When the plan has changed of what a scope's callers meet."""
    line = scope.removeprefix(LINE) if scope.startswith(LINE) else None
    for version in plan.entries.lines:
        if line in (None, version.entry.id) and version.since is not None:
            yield version.since


def _relearns(plan: Plan, scope: str) -> Iterator[int]:
    """When an operator has said that what a scope's callers meet now is usual."""
    line = scope.removeprefix(LINE) if scope.startswith(LINE) else None
    return (each.at for each in plan.entries.relearns if line in (None, each.line))
