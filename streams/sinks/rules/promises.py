"""What the plan promises and expects, as series that outlive the workers.

A target that a worker exports ends with the worker, and with it every rule that compares with
it. These are constants that Prometheus makes itself, bounded in time where an entry of the plan is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from streams.domain import instants
from streams.domain.plan import Contract, Plan
from streams.domain.plan.model import CITY_VENDOR, Line, LineException, Maintenance
from streams.domain.plan.validity import valid
from streams.sinks.rules.rule import Record, quoted
from streams.sinks.rules.schedule import (
    HOUR_OF_DAY,
    WEEKDAY,
    both,
    hours_open,
    runs,
    when,
)
from streams.texts import languages

SERVICE_LEVEL_TARGET: Final = "contact_plan_service_level_target:ratio"
REACHABILITY_TARGET: Final = "contact_plan_reachability_target:ratio"
LINE_INFO: Final = "contact_plan_line:info"
VENDOR_INFO: Final = "contact_plan_vendor:info"
LINE_OPEN: Final = "contact_plan_line:open"
EXPECTED: Final = "contact_plan_expected_calls:per_hour"
MAINTENANCE: Final = "contact_plan_maintenance:active"


@dataclass(frozen=True, slots=True)
class Piece:
    """A line while nothing about it changes: from ``since`` to before ``until``."""

    since: int | None
    until: int | None
    line: Line
    contract: Contract


def pieces(plan: Plan, after: int) -> list[Piece]:
    """The lines of the plan, each in the pieces that end after the instant."""
    found = []
    for id_ in plan.lines:
        versions = [v for v in plan.entries.lines if v.entry.id == id_]
        contracts = {v.entry.contract for v in versions}
        edges = {
            edge
            for v in (*versions, *(c for c in plan.entries.contracts if c.entry.id in contracts))
            for edge in (v.since, v.until)
            if edge is not None
        }
        bounds = [None, *sorted(edges), None]
        for since, until in pairwise(bounds):
            at = since if since is not None else until - 1 if until is not None else after
            line = valid(versions, at)
            contract = plan.contract(line.contract, at) if line is not None else None
            if line is None or contract is None or (until is not None and until <= after):
                continue
            found.append(Piece(since, until, line, contract))
    return found


def targets(found: Iterable[Piece]) -> list[Record]:
    """What the contracts promise: the share answered in time, the share that is reached."""
    found = list(found)
    return [
        *_constants(SERVICE_LEVEL_TARGET, ((p, p.contract.target) for p in found)),
        *_constants(REACHABILITY_TARGET, ((p, p.contract.reach_target) for p in found)),
    ]


def people(plan: Plan, found: Iterable[Piece]) -> list[Record]:
    """Names of lines and of those who answer for them: what messages look up."""
    records = []
    for piece in found:
        names = piece.line.names
        first = next(iter(names.values()), piece.line.id)
        labels = {
            "line": piece.line.id,
            "vendor": piece.line.vendor,
            **{f"name_{language}": names.get(language, first) for language in languages()},
            "option": piece.line.option or "",
        }
        records.append((labels, both("vector(1)", when(piece.since, piece.until))))
    rules = list(_together(LINE_INFO, records))
    ids = sorted({v.entry.id for v in plan.entries.vendors} | {CITY_VENDOR})
    for id_ in ids:
        vendor = plan.vendor(id_)
        if vendor is not None:
            labels = {"vendor": id_, "name": vendor.name, "owner": vendor.owner}
            rules.append(Record(VENDOR_INFO, "vector(1)", labels))
    return rules


def open_lines(
    found: Iterable[Piece], exceptions: Iterable[LineException] = (), after: int = 0
) -> list[Record]:
    """For each line 1 while it is open, nothing while it is closed.

    Args:
        found: the lines.
        exceptions: when one is open, or closed, whatever its hours say.
        after: those that end before it are left out.
    """
    excepted = [each for each in exceptions if each.until > after]
    return list(
        _together(
            LINE_OPEN,
            (
                (_labels(p), both(_line_open(p.line, excepted), _on(when(p.since, p.until))))
                for p in found
            ),
        )
    )


def _line_open(line: Line, exceptions: Iterable[LineException]) -> str:
    expr = hours_open(line.hours)
    for each in exceptions:
        if each.line == line.id:
            span = when(each.since, each.until)
            if each.open:
                expr = f"(({expr}) or (vector(1) and on () {span}))"
            else:
                expr = f"({expr} unless on () {span})"
    return expr


def expected(found: Iterable[Piece]) -> list[Record]:
    """Calls that a line expects per hour, at this hour of this weekday, while it is open."""
    rules = []
    for piece in found:
        if piece.line.expected is not None:
            week = _week(piece.line.expected)
            rules.append((_labels(piece), both(week, _on(when(piece.since, piece.until)))))
    return [
        Record(
            rule.name,
            f"(\n{rule.expr}\n) and on () {LINE_OPEN}{{line={quoted(rule.labels['line'])}}}",
            rule.labels,
        )
        for rule in _together(EXPECTED, rules)
    ]


def maintenance(windows: Iterable[Maintenance], after: int) -> list[Record]:
    """For each line 1 while maintenance of it is announced."""
    parts = []
    for window in windows:
        if window.until <= after:
            continue
        lines = [f"{{line={quoted(line)}}}" for line in window.lines] or [""]
        which = " or ".join(LINE_INFO + line for line in lines)
        reason = " ".join(window.reason.split())
        span = f"{instants.text(window.since)} to {instants.text(window.until)}"
        parts.append(
            f"  ({which}) and on () {when(window.since, window.until)}  # {span}: {reason}"
        )
    if not parts:
        return []
    return [Record(MAINTENANCE, "max by (line, vendor) (\n" + "\n  or\n".join(parts) + "\n)")]


def _labels(piece: Piece) -> dict[str, str]:
    return {"line": piece.line.id, "vendor": piece.line.vendor}


def _on(condition: str) -> str:
    return condition and f"on () {condition}"


def _constants(name: str, values: Iterable[tuple[Piece, float]]) -> Iterator[Record]:
    return _together(
        name,
        (
            (_labels(piece), both(f"vector({value!r})", when(piece.since, piece.until)))
            for piece, value in values
        ),
    )


def _together(name: str, rules: Iterable[tuple[dict[str, str], str]]) -> Iterator[Record]:
    """One rule per set of labels: what holds at different times becomes alternatives."""
    by_labels: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for labels, expr in rules:
        exprs = by_labels.setdefault(tuple(labels.items()), [])
        if expr not in exprs:
            exprs.append(expr)
    for key, exprs in by_labels.items():
        expr = exprs[0] if len(exprs) == 1 else "\nor\n".join(f"({e})" for e in exprs)
        yield Record(name, expr, dict(key))


def _week(week: tuple[tuple[float, ...], ...]) -> str:
    by_day: dict[tuple[float, ...], list[int]] = {}
    for weekday, day in enumerate(week):
        by_day.setdefault(day, []).append(weekday)
    parts = []
    for day, weekdays in by_day.items():
        days = " + ".join(_between(first, last) for first, last in runs(weekdays))
        if any(day):
            parts.append(f"  ({days}) * {_day(day)}")
    return "\n  +\n".join(parts) or "  vector(0)"


def _day(day: tuple[float, ...]) -> str:
    if len(set(day)) == 1:
        return f"{day[0]:.10g}"
    hours = [
        f"{rate:.10g} * ({HOUR_OF_DAY} == bool {hour})" for hour, rate in enumerate(day) if rate
    ]
    return "(\n      " + "\n    + ".join(hours) + "\n  )"


def _between(first: int, last: int) -> str:
    """1 on the weekdays from one to another, else 0."""
    if first == 0:
        return f"({WEEKDAY} <= bool {last})"
    return f"({WEEKDAY} >= bool {first}) * ({WEEKDAY} <= bool {last})"
