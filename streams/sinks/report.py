"""Books as a person or a program reads them: a table, JSON or CSV.

It is longer than a module should be, because all that a replay shows is made of one object.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from streams.domain import instants
from streams.domain.books import Books
from streams.domain.detector import Alert
from streams.domain.disposition import FORM
from streams.domain.figures import by_rank, figures
from streams.domain.figures.figure import Better, Scope, Unit
from streams.domain.plan import Contract, Plan
from streams.domain.rounding import percent, whole_seconds
from streams.domain.tally import CHANNEL, CITY, ENTRANCE, LANGUAGE, LINE, VENDOR, Tally
from streams.sinks.alerts import alert_object
from streams.sinks.terminal import columns, left, readable, right
from streams.texts import DEFAULT

FORMATS: Final = ("table", "json", "csv")


def as_object(books: Books, rejected: dict[str, int]) -> dict[str, Any]:
    """The books as one object: figures per line, per vendor and of the city. Lines that nobody
    called are among them if the plan had them then."""
    shown: dict[str, Any] = {
        "lines": _scoped(books.totals, LINE, books.lines),
        "vendors": _scoped(books.totals, VENDOR, []),
        "city": figures(books.totals[CITY], "city"),
        **_wide(books.totals, books),
        "menus": books.menus.shown() if books.menus is not None else {},
        "departments": books.departments.by_line() if books.departments is not None else {},
        "second_line": books.departments.by_tier() if books.departments is not None else {},
        "rejected": dict(sorted(rejected.items())),
        "counted": books.irregular.counts,
    }
    if books.width is not None:
        shown["intervals"] = [
            {
                "start": instants.text(start),
                "lines": _scoped(tallies, LINE, []),
                "vendors": _scoped(tallies, VENDOR, []),
                "city": figures(tallies.get(CITY, Tally()), "city"),
                **_wide(tallies),
            }
            for start, tallies in _by_start(books)
        ]
    return shown


def _wide(tallies: dict[str, Tally], books: Books | None = None) -> dict[str, Any]:
    """The figures of entrances and languages of the plan, and of what came by other channels than
    the telephone."""
    entrances = _scoped(tallies, ENTRANCE, books.entrances if books else [])
    for entrance, contract in books.targets.items() if books else ():
        entrances[entrance]["agreed"] = _agreed(entrances[entrance], contract)
    return {
        "entrances": entrances,
        "languages": _scoped(tallies, LANGUAGE, books.languages if books else []),
        "channels": _scoped(tallies, CHANNEL, []),
    }


def _agreed(found: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """What was agreed of all that came in by an entrance, and whether it was met: by the contract's
    formula, of the visits as their lines' own thresholds judged them. Nothing is said of a figure
    that there is not."""
    level, reach = found.get("service_level", {}).get(contract.formula), found.get("reachability")
    shown: dict[str, Any] = {
        "contract": contract.id,
        "formula": contract.formula,
        "service_level_target": contract.target,
        "reachability_target": contract.reach_target,
    }
    if level is not None:
        shown |= {"service_level": level, "service_level_met": level >= contract.target}
    if reach is not None:
        shown["reachability_met"] = reach >= contract.reach_target
    return shown


_SCOPES: Final[dict[str, Scope]] = {LINE: "line", VENDOR: "vendor"}
"""How what is under a prefix is shown; all else is as the city."""


def _scoped(tallies: dict[str, Tally], prefix: str, always: list[str]) -> dict[str, Any]:
    ids = {
        scope.removeprefix(prefix)
        for scope, tally in tallies.items()
        if scope.startswith(prefix) and not tally.empty()
    }
    scope = _SCOPES.get(prefix, "city")
    return {
        each: figures(tallies.get(prefix + each) or Tally(), scope)
        for each in sorted(ids | {*always})
    }


def _by_start(books: Books) -> Iterator[tuple[int, dict[str, Tally]]]:
    starts: dict[int, dict[str, Tally]] = {}
    for (scope, start), tally in books.intervals.items():
        starts.setdefault(start, {})[scope] = tally
    yield from sorted(starts.items())


def as_json(books: Books, rejected: dict[str, int], alerts: list[Alert] | None = None) -> str:
    """``as_object`` as indented JSON, with the alerts where they were asked for."""
    shown = as_object(books, rejected)
    if alerts is not None:
        shown["alerts"] = [alert_object(alert) for alert in alerts]
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()


def irregularities(books: Books) -> str:
    """What was odd about the contacts, in one line; empty where nothing was."""
    found = [
        f"{name.replace('_', ' ')} {count}"
        for name, count in books.irregular.counts.items()
        if count
    ]
    return "counted besides: " + ", ".join(found) if found else ""


def alerts_table(alerts: list[Alert], plan: Plan) -> str:
    """Each alert with when it opened and was resolved, in the plan's time, and what it saw."""
    if not alerts:
        return "no alert"
    rows = []
    for alert in alerts:
        ended = "still open"
        if alert.resolved_at is not None:
            ended = "resolved " + _local(alert.resolved_at, plan)
        kind = alert.kind.replace("_", " ")
        of = ", ".join(alert.lines) or alert.subject.scope
        what = f"{of}: {kind} ({alert.severity}), {ended}"
        rows.append(f"{_local(alert.opened_at, plan)}  {what}")
        rows.append(f"    {alert.evidence}")
    return "\n".join(rows)


def _local(instant: int, plan: Plan) -> str:
    moment = instants.to_datetime(instant).astimezone(plan.zone)
    return moment.strftime("%a %d %b %Y %H:%M:%S")


def as_csv(books: Books) -> str:
    """One row per scope, or per scope and interval where the books have intervals."""
    shown = as_object(books, {})
    rows: list[dict[str, Any]] = []
    for part in shown.get("intervals", [shown]):
        for kind in ("lines", "vendors"):
            for each, of_scope in part[kind].items():
                rows.append(_row(part, kind.removesuffix("s"), each, of_scope))
        rows.append(_row(part, "city", "", part["city"]))
    columns: dict[str, None] = {}
    for row in rows:
        columns |= dict.fromkeys(row)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _row(part: dict[str, Any], kind: str, each: str, of_scope: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"start": part["start"]} if "start" in part else {}
    row |= {"scope": kind, "id": each}
    for name, value in of_scope.items():
        if isinstance(value, dict):
            row |= {f"{name}_{key}": inner for key, inner in value.items()}
        else:
            row[name] = value
    return row


class _Column(NamedTuple):
    """A heading, the figure under it, its unit if it is no count, and in which direction it is
    better."""

    heading: str
    name: str
    unit: Unit | None = None
    better: Better = "neither"


_COLUMNS: Final[tuple[_Column, ...]] = (
    _Column("contacts", "contacts"),
    _Column("offered", "line_offered"),
    _Column("answered", "answered"),
    _Column("abandoned", "abandoned"),
    _Column("forms", FORM),
    _Column("open", "open"),
    # A line and the city may have a figure by different declarations, under one heading.
    *dict.fromkeys(
        _Column(figure.column, figure.name, figure.unit, figure.better)
        for figure in by_rank()
        if figure.column
    ),
)


_LEFT_OUT: Final = ("longest", "ASA", "abandonment", "open", "offered", "abandoned")
"""Headings that a narrow terminal does without, the first before the others."""

_SHORTEST_NAME: Final = 20
"""Columns of a name below which figures go before it."""

_LATEST: Final = 2**52
"""An instant after all calls: a line is called what its newest entry calls it."""


def as_table(books: Books, plan: Plan, language: str = DEFAULT, width: int | None = None) -> str:
    """The figures that people ask for first, a row per line and one for the city.

    A line's service level is by its own contract's formula, as everywhere else. Forms have a column
    where there are any.

    Args:
        width: columns that there are: figures that are asked for last are left out, and names cut
            off, until it fits. None: as wide as it is.
    """
    shown = as_object(books, {})
    any_form = shown["city"][FORM]
    chosen = [each for each in _COLUMNS if each.name != FORM or any_form]
    rows = [["", *(each.heading for each in chosen)]]
    for line, of_line in shown["lines"].items():
        terms = plan.nearest_terms(line, _LATEST)
        name = readable(terms.names.get(language, line))
        rows.append([name, *_cells(chosen, of_line, terms.contract.formula)])
    of_city = _cells(chosen, shown["city"], plan.entrance.formula)
    rows.append([readable(plan.city), *of_city])
    widths = [max(columns(row[column]) for row in rows) for column in range(len(rows[0]))]
    kept = list(range(len(widths)))
    if width is not None:
        least = min(widths[0], _SHORTEST_NAME)
        for heading in [each for each in _LEFT_OUT if each in rows[0]]:
            if least + sum(widths[column] + 2 for column in kept[1:]) <= width:
                break
            kept.remove(rows[0].index(heading))
        room = width - sum(widths[column] + 2 for column in kept[1:])
        widths[0] = min(widths[0], max(least, room))
    lines = [
        "  ".join(
            right(row[column], widths[column]) if column else left(row[column], widths[column])
            for column in kept
        )
        for row in rows
    ]
    rule = "-" * columns(lines[0])
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def entrances_table(books: Books, plan: Plan, language: str = DEFAULT) -> str:
    """Each entrance that has a contract of its own, beside its targets; empty where none has."""
    if not books.targets:
        return ""
    shown = _wide(books.totals, books)["entrances"]
    rows = [["", "contacts", "in time", "target", "reached", "target"]]
    for entrance in books.targets:
        of, agreed = shown[entrance], shown[entrance]["agreed"]
        entry = plan.entrance_at(entrance, _LATEST)
        names = {} if entry is None else entry.names
        figures_beside = (
            (agreed.get("service_level"), agreed["service_level_target"]),
            (of.get("reachability"), agreed["reachability_target"]),
        )
        cells = [
            "-" if value is None else f"{percent(value, 'higher')}%"
            for pair in figures_beside
            for value in pair
        ]
        rows.append([readable(names.get(language, entrance)), str(of["whole_contacts"]), *cells])
    return _lined_up(rows)


_OF_DEPARTMENTS: Final = (
    ("passed on", "passed_on"),
    ("urgent", "urgent"),
    ("answered", "answered"),
    ("bounced", "bounced_back"),
    ("in time", "availability"),
    ("minutes", "minutes"),
    ("forms", "forms"),
    ("open", "forms_open"),
    ("kept", "forms_kept"),
    ("overdue", "forms_overdue"),
)


def departments_table(books: Books, plan: Plan, language: str = DEFAULT) -> str:
    """What departments carry, a row for each, and below it one per vendor that passed calls on to
    it; empty where nobody was passed on to one."""
    by_line = {} if books.departments is None else books.departments.by_line()
    if not by_line:
        return ""
    rows = [["", *(heading for heading, _ in _OF_DEPARTMENTS)]]
    for line, carried in by_line.items():
        name = readable(plan.nearest_terms(line, _LATEST).names.get(language, line))
        rows.append([name, *_carried(carried)])
        for vendor, part in carried["vendors"].items():
            rows.append([f"  {readable(vendor)}", *_carried(part)])
    return _lined_up(rows)


def _lined_up(rows: list[list[str]]) -> str:
    """Rows as a table, the first as its heading."""
    widths = [max(columns(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(
            (right if column else left)(row[column], widths[column]) for column in range(len(row))
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * columns(lines[0]), *lines[1:]])


def _carried(carried: dict[str, Any]) -> list[str]:
    cells = []
    for _, name in _OF_DEPARTMENTS:
        value = carried.get(name)
        if name == "availability":
            cells.append("-" if value is None else f"{percent(value, 'higher')}%")
        else:
            cells.append(f"{value:.0f}")
    return cells


def _cells(chosen: list[_Column], of_scope: dict[str, Any], formula: str) -> list[str]:
    cells = []
    for column in chosen:
        value = of_scope.get(column.name)
        if isinstance(value, dict):
            value = value.get(formula)
        cells.append("-" if value is None else _cell(value, column))
    return cells


def _cell(value: float, column: _Column) -> str:
    if column.unit == "ratio":
        return f"{percent(value, column.better)}%"
    return f"{whole_seconds(value, column.better)} s" if column.unit else str(value)
