"""Opening hours and expected calls of a week, as a plan writes them.

Days are ``mon`` to ``sun``, ranges such as ``mon-fri``, or ``daily``. Hours are ``"08:00-18:00"``,
several in a list, or ``"closed"``; ``"22:00-06:00"`` goes over midnight and belongs to the day on
which it begins.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from streams.domain.plan.calendar import DAY_OF_MINUTES
from streams.domain.plan.fields import Table, shown
from streams.domain.plan.model import DatedHours, Hours, Minutes

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOSED_ALL_DAY: Final = "closed"
AS_USUAL: Final = "as_usual"

MOST_EXPECTED: Final = 1_000_000
"""Calls an hour; above it somebody has written a year's."""

_INTERVAL = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", re.ASCII)
_HOURS = re.compile(r"(\d{2})(?:-(\d{2}))?", re.ASCII)


def hours(table: Table) -> Hours:
    """An ``[[hours]]`` entry."""
    id_ = table.id()
    wrong_before = len(table.reported)
    week: list[tuple[Minutes, ...]] = [()] * 7
    for key, days in _days(table):
        for day in days:
            week[day] = intervals(table, key)
    holidays: tuple[Minutes, ...] | None = ()
    if table.raw("holidays") == AS_USUAL:
        holidays = None
    elif table.has("holidays"):
        holidays = intervals(table, "holidays", f'"{AS_USUAL}", ')
    exceptions = tuple(e for t in table.tables("exceptions") if (e := _exception(t)))
    _note_overlaps(table, exceptions)
    opens = any(week) or holidays or any(e.intervals for e in exceptions)
    if not opens and len(table.reported) == wrong_before:
        table.report(None, 'never opens: write its days, such as mon-fri = "08:00-18:00"')
    return Hours(id_, tuple(week), holidays, exceptions)


def expected(table: Table, key: str) -> tuple[tuple[float, ...], ...] | None:
    """Calls per hour, by weekday and hour of the day: one number, or a table of days, each with one
    number or a table of hours such as ``"08-12" = 40``; 0 where nothing is said."""
    value = table.raw(key)
    if value is None:
        return None
    if not isinstance(value, dict):
        rate = float(table.number(key, Decimal(0), 0, MOST_EXPECTED, ": write calls per hour"))
        return ((rate,) * 24,) * 7
    week: list[tuple[float, ...]] = [(0.0,) * 24] * 7
    by_day = table.table(key)
    assert by_day is not None
    for name, days in _days(by_day):
        for day in days:
            week[day] = _of_day(by_day, name)
    by_day.close()
    return tuple(week)


def intervals(table: Table, key: str, besides: str = "") -> tuple[Minutes, ...]:
    """The hours of one day, in the order of time."""
    value: Any = table.raw(key)
    if value is None or value == _CLOSED_ALL_DAY:
        return ()
    found: list[Minutes] = []
    for text in value if isinstance(value, list) else [value]:
        match = _INTERVAL.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            like = f'"08:00-18:00", ["08:00-12:00", "13:00-18:00"], {besides}or "{_CLOSED_ALL_DAY}"'
            table.report(key, f"{shown(text)} is no opening time: write {like}")
            continue
        hour, minute, end_hour, end_minute = (int(part) for part in match.groups())
        start, end = hour * 60 + minute, end_hour * 60 + end_minute
        if max(minute, end_minute) > 59 or start >= DAY_OF_MINUTES or end > DAY_OF_MINUTES:
            table.report(key, f'"{text}" is no time of day: from 00:00 on, and until 24:00 at most')
        elif start == end:
            table.report(key, f'"{text}" has no length: write "00:00-24:00" for all day')
        else:
            found.append((start, end if end > start else end + DAY_OF_MINUTES))
    found.sort()
    for earlier, later in pairwise(found):
        (_, closes), (opens, _) = earlier, later
        if opens < closes:
            table.report(key, f"{_text(earlier)} and {_text(later)} overlap: write them as one")
    return tuple(found)


def _text(interval: Minutes) -> str:
    start, end = interval
    return f'"{start // 60:02}:{start % 60:02}-{end // 60 % 24:02}:{end % 60:02}"'


def _days(table: Table) -> Iterator[tuple[str, list[int]]]:
    """The table's keys that name days, and which; each day at most once."""
    by: dict[int, str] = {}
    for word in (*DAYS, "daily"):
        table.has(word)  # known, so that an unknown key finds its nearest
    for key in table.words():
        first, _, last = key.partition("-")
        if key == "daily":
            days = list(range(7))
        elif first in DAYS and (not last or last in DAYS):
            start = DAYS.index(first)
            length = (DAYS.index(last or first) - start) % 7 + 1
            days = [(start + i) % 7 for i in range(length)]
        else:
            continue
        table.has(key)
        for day in days:
            if day in by:
                table.report(key, f'{DAYS[day]} is also in "{by[day]}": say it once')
            by.setdefault(day, key)
        yield key, days


def _of_day(table: Table, key: str) -> tuple[float, ...]:
    by_hour = table.table(key) if isinstance(table.raw(key), dict) else None
    if by_hour is None:
        return (float(table.number(key, Decimal(0), 0, MOST_EXPECTED)),) * 24
    day = [0.0] * 24
    seen: set[int] = set()
    for name in by_hour.words():
        by_hour.has(name)
        match = _HOURS.fullmatch(name)
        first = int(match[1]) if match else 24
        last = int(match[2]) if match and match[2] else first + 1
        if not first < last <= 24:
            by_hour.report(name, 'is no hour: write "08" for 08:00-09:00, "08-12" for four of them')
            continue
        if seen & set(range(first, last)):
            by_hour.report(name, "has an hour that another key has too: say it once")
        seen |= set(range(first, last))
        rate = float(by_hour.number(name, Decimal(0), 0, MOST_EXPECTED))
        day[first:last] = [rate] * (last - first)
    return tuple(day)


def _exception(table: Table) -> DatedHours | None:
    since, until = table.day("from"), table.day("until")
    table.text("reason")
    if table.has("date"):
        if table.has("from") or table.has("until"):
            table.report("date", "is one day: write `date`, or `from` and `until`")
        since = table.day("date")
        until = since + timedelta(days=1) if since and since < date.max else None
    elif not (table.has("from") and table.has("until")):
        table.report(
            None, "has no day: write `date`, or `from` and `until` (the day after the last)"
        )
    table.require("open")
    open_ = intervals(table, "open")
    table.close()
    if since is None or until is None:
        return None
    if since >= until:
        table.report("until", f"{until} is not after {since}: it is the day after the last")
        return None
    return DatedHours(since, until, open_)


def _note_overlaps(table: Table, exceptions: tuple[DatedHours, ...]) -> None:
    by_day = sorted(exceptions, key=lambda e: (e.since, e.until))
    for earlier, later in pairwise(by_day):
        if later.since < earlier.until:
            table.report("exceptions", f"{later.since} has two exceptions: leave one out")
