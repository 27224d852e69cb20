"""The boards as JSON, for the live page and the demo's table."""

from collections.abc import Iterable
from typing import Any

from streams.domain import figures, windows
from streams.domain.board import Board
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE
from streams.sinks.prometheus import STATUS, status

_WORDS = {code: word for word, code in STATUS.items()}


def live_figures(plan: Plan, boards: Iterable[Board]) -> dict[str, Any]:
    """Per line and for the city what a wallboard shows first, from the last half hour and today.

    Ratios that are not defined are None: no data is no number.
    """
    lines = []
    city: dict[str, Any] | None = None
    oldest: int | None = None
    for board in boards:
        as_of = board.as_of
        if as_of is None:
            continue
        oldest = as_of if oldest is None else min(oldest, as_of)
        for name, scope in board.scopes.items():
            if name == CITY:
                city = {
                    window: figures.figures(scope.windows.tally(window), of_city=True)
                    for window in windows.NAMES
                }
            elif name.startswith(LINE):
                lines.append(_line(plan, board, name, as_of))
    return {
        "city": plan.city,
        "as_of": None if oldest is None else oldest / SECOND,
        "figures": city,
        "lines": sorted(lines, key=lambda each: (each["tier"], each["line"])),
    }


def _line(plan: Plan, board: Board, name: str, as_of: int) -> dict[str, Any]:
    line = name.removeprefix(LINE)
    scope = board.scopes[name]
    terms = plan.terms(line, as_of) or plan.nearest_terms(line, as_of)
    half_hour, today = scope.windows.tally("30m"), scope.windows.tally(windows.TODAY)
    return {
        "line": line,
        "names": dict(terms.names) or {"en": line},
        "tier": terms.tier,
        "vendor": terms.vendor,
        "status": _WORDS[status(half_hour, plan, line, as_of)],
        "service_level": figures.service_level(half_hour, terms.contract.formula),
        "service_level_of": half_hour["service_offered"],
        "service_level_target": terms.contract.target,
        "reachability": figures.reachability(half_hour),
        "reachability_of": half_hour["reach_judged"],
        "reachability_target": terms.contract.reach_target,
        "waiting": scope.waiting,
        "oldest_wait": scope.oldest_wait(as_of),
        "contacts_today": today["contacts"],
        "answered_today": today["answered"],
        "abandonment_today": figures.abandonment(today),
        "service_level_today": figures.service_level(today, terms.contract.formula),
        "reachability_today": figures.reachability(today),
    }
