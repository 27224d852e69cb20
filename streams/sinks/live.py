"""The boards as JSON, for the live page and the demo's table.

Everything that a wallboard shows first: figures of the last half hour, of today, and of this
moment. Every line that the plan has now is named, with figures or without: a line that nobody
speaks of must not look like a line that is fine. Ratios that are not defined are None: no data is
no number.
"""

from collections.abc import Iterable
from typing import Any, Final

from streams.domain import windows
from streams.domain.board import Board
from streams.domain.detector import Alert
from streams.domain.figures import on_the_wall
from streams.domain.figures.figure import Figure, Scope, Wall
from streams.domain.instants import SECOND
from streams.domain.plan import Plan
from streams.domain.tally import CITY, LINE, Tally
from streams.sinks.alert_texts import summaries
from streams.sinks.day import of_day
from streams.sinks.prometheus import STATUS, status
from streams.texts import DEFAULT

Live = dict[str, Any]

WINDOW: Final = "30m"
"""Long enough to hold some calls of a quiet line, short enough to be news."""

_STATUSES: Final = {code: name for name, code in STATUS.items()}
_LAST: Final = 2**52
"""An instant after every other: the plan's lines as they are in the end."""


def live_figures(plan: Plan, boards: Iterable[Board], now: int = _LAST) -> Live:
    """What a wallboard shows first, of the lines on these boards; others without figures.

    Args:
        now: which lines the plan has.
    """
    lines = {terms.line: _named(plan, terms.line, now) for terms in plan.lines_at(now)}
    whole: Live | None = None
    alerts: list[Alert] = []
    for board in boards:
        alerts += board.alarms.open()
        as_of = board.as_of
        if as_of is None:
            continue
        for name in board.shown():
            if name == CITY:
                whole = _whole(board, as_of)
            elif name.startswith(LINE):
                line = name.removeprefix(LINE)
                lines[line] = _named(plan, line, as_of) | _figures(plan, board, line, as_of)
    return {
        "city": plan.city,
        "languages": list(plan.entries.city.languages),
        "time_zone": plan.zone.key,
        "as_of": _oldest(lines.values(), whole),
        "whole": whole,
        "lines": sorted(lines.values(), key=_place),
        "alerts": [_alert(alert, plan) for alert in alerts],
    }


def merged(mine: Live, others: Iterable[Live]) -> Live:
    """The same from several workers, each with the figures of the lines that it owns.

    While a line changes hands two of them may have it: the newer figures are taken.
    """
    lines = {line["line"]: line for line in mine["lines"]}
    whole = mine["whole"]
    alerts = {alert["id"]: alert for alert in mine["alerts"]}
    for other in others:
        for line in other["lines"]:
            lines[line["line"]] = _newer(lines.get(line["line"]), line)
        whole = _newer(whole, other["whole"])
        alerts |= {alert["id"]: alert for alert in other["alerts"]}
    return mine | {
        "as_of": _oldest(lines.values(), whole),
        "whole": whole,
        "lines": sorted(lines.values(), key=_place),
        "alerts": sorted(alerts.values(), key=lambda alert: alert["since"]),
    }


def _place(line: Live) -> tuple[int, int, str, str]:
    """In the order of the menu: callers and operators know it by heart."""
    option = line["option"] or "~"
    return line["tier"], len(option), option, line["line"]


def _newer(one: Live | None, other: Live | None) -> Any:
    def of(each: Live | None) -> float:
        return -1.0 if each is None or each["as_of"] is None else each["as_of"]

    return other if of(other) > of(one) else one


def _oldest(lines: Iterable[Live], whole: Live | None) -> float | None:
    shown = [line["as_of"] for line in lines if line["as_of"] is not None]
    if whole is not None:
        shown.append(whole["as_of"])
    return min(shown, default=None)


def _named(plan: Plan, line: str, at: int) -> Live:
    """A line without figures."""
    terms = plan.nearest_terms(line, at)
    contract = terms.contract
    return {
        "line": line,
        "names": dict(terms.names) or {DEFAULT: line},
        "tier": terms.tier,
        "option": terms.option,
        "vendor": terms.vendor,
        "status": _STATUSES[STATUS["no_data"]],
        "as_of": None,
        "threshold": contract.threshold / SECOND,
        "service_level_target": contract.target,
        "reachability_target": contract.reach_target,
        **dict.fromkeys(of_a_line()),
    }


def of_a_line() -> list[str]:
    """The names of what is told of a line that somebody has figures of, in their order."""
    names = [name for figure, wall in on_the_wall("line") for name in _recent(figure, wall)]
    names += ["waiting", "oldest_wait", "contacts_today", "answered_today"]
    return names + [f"{figure.name}_today" for figure, _ in on_the_wall("line")]


def _recent(figure: Figure, wall: Wall) -> list[str]:
    """What is told of the last half hour: the figure, what it is of, what is left out of it."""
    if not wall.of:
        return []
    left_out = [f"{figure.name}_left_out"] if wall.left_out is not None else []
    return [figure.name, f"{figure.name}_of", *left_out]


def _figures(plan: Plan, board: Board, line: str, as_of: int) -> Live:
    scope = board.scopes[LINE + line]
    formula = plan.nearest_terms(line, as_of).contract.formula
    recent, today = scope.windows.tally(WINDOW), scope.windows.tally(windows.TODAY)
    return {
        "as_of": as_of / SECOND,
        "status": _STATUSES[status(recent, plan, line, as_of)],
        **_of_recent("line", recent, formula),
        "waiting": scope.waiting,
        "oldest_wait": scope.oldest_wait(as_of),
        "contacts_today": today["contacts"],
        "answered_today": today["answered"],
        **_of_today("line", today, formula),
    }


def _whole(board: Board, as_of: int) -> Live:
    scope = board.scopes[CITY]
    recent, today = scope.windows.tally(WINDOW), scope.windows.tally(windows.TODAY)
    return {
        "as_of": as_of / SECOND,
        **_of_recent("city", recent),
        "waiting": scope.waiting,
        "oldest_wait": scope.oldest_wait(as_of),
        "contacts_today": today["contacts"],
        **_of_today("city", today),
        "day": of_day(scope),
    }


def _of_recent(scope: Scope, recent: Tally, formula: str = "") -> Live:
    shown: Live = {}
    for figure, wall in on_the_wall(scope):
        if wall.of:
            shown[figure.name] = _value(figure, recent, formula)
            shown[f"{figure.name}_of"] = recent[wall.of]
            if wall.left_out is not None:
                shown[f"{figure.name}_left_out"] = wall.left_out(recent)
    return shown


def _of_today(scope: Scope, today: Tally, formula: str = "") -> Live:
    return {
        f"{figure.name}_today": _value(figure, today, formula) for figure, _ in on_the_wall(scope)
    }


def _value(figure: Figure, tally: Tally, formula: str) -> float | None:
    """Its value; of several that the figure has, the one that the contract names."""
    values = [each.value for each in figure.variants if each.key == formula] or [figure.value]
    return values[0](tally)


def _alert(alert: Alert, plan: Plan) -> Live:
    return {
        "id": alert.id,
        "line": alert.line,
        "kind": alert.kind,
        "since": alert.since / SECOND,
        "summary": summaries(alert, plan),
    }
