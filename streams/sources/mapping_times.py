"""The table ``[time]`` of a mapping file: how the columns of time are written."""

import re
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.sources import formats
from streams.sources.checking import Check
from streams.sources.plausible import LONGEST_CALL
from streams.sources.time_grammar import EPOCHS

_TIME: Final = ("zone", "format", "date", "date_format", "next_day", "never", "longest_call")
_FORMATS: Final = ("iso", *EPOCHS)
_UTC_OFFSET: Final = re.compile(r"([+-])(\d{2}):(\d{2})", re.ASCII)
_SPAN: Final = re.compile(r"(\d+)(s|m|h)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Times:
    """How the columns of time are written."""

    zone: tzinfo
    format: str
    date: str | None = None
    date_format: str = "%Y-%m-%d"
    next_day: int | None = None
    never: frozenset[str] = frozenset()
    longest_call: int = LONGEST_CALL


def read_times(value: Any, check: Check) -> Times:
    """Reads the table; mistakes go to ``check``."""
    table = check.table(value, "time", _TIME)
    for key in ("zone", "format"):
        if key not in table:
            check.wrong(f"time.{key}", "missing")
    next_day = _span(table, "next_day", check)
    date = check.string(table["date"], "time.date") if "date" in table else None
    for key in ("date_format", "next_day"):
        if key in table and date is None:
            check.wrong(f"time.{key}", "needs time.date: only clock times know no day")
    format_ = check.string(table.get("format", "iso"), "time.format")
    date_format = check.string(table.get("date_format", "%Y-%m-%d"), "time.date_format")
    _check_formats(format_, None if date is None else date_format, check)
    return Times(
        zone=_zone(table.get("zone", "UTC"), check),
        format=format_,
        date=date,
        date_format=date_format,
        next_day=next_day,
        never=frozenset(check.strings(table.get("never", ""), "time.never")),
        longest_call=_span(table, "longest_call", check) or LONGEST_CALL,
    )


def _check_formats(format_: str, date_format: str | None, check: Check) -> None:
    """Checks that a time, with the column of the day if there is one, has all its parts."""
    if format_ not in _FORMATS:
        if "%" not in format_:
            check.wrong("time.format", f"neither {', '.join(_FORMATS)} nor strptime's signs")
            return
        needed = formats.CLOCK_PARTS if date_format else formats.DATE_PARTS + formats.CLOCK_PARTS
        wrong = formats.mistake(format_, needed)
        if wrong is not None:
            check.wrong("time.format", wrong)
            return
    if date_format is None:
        return
    if format_ in _FORMATS or formats.parts_of(format_) & set(formats.DATE_PARTS):
        check.wrong("time.date", f"a time in the format {format_} has its day in it")
    wrong = formats.mistake(date_format, formats.DATE_PARTS)
    if wrong is None and formats.OFFSET.search(date_format):
        wrong = "%z would be passed over: an offset belongs to the clock time, in time.format"
    if wrong is not None:
        check.wrong("time.date_format", wrong)


def _span(table: dict[str, Any], key: str, check: Check) -> int | None:
    """The length of time under the key, in us; None where there is none."""
    if key not in table:
        return None
    span = _SPAN.fullmatch(str(table[key]))
    if span is None or not int(span[1]):
        check.wrong(f"time.{key}", "must be a span such as 12h or 90m")
        return None
    unit = {"s": instants.SECOND, "m": instants.MINUTE, "h": instants.HOUR}[span[2]]
    return int(span[1]) * unit


def _zone(value: Any, check: Check) -> tzinfo:
    offset = _UTC_OFFSET.fullmatch(str(value))
    try:
        if offset is None:
            return ZoneInfo(value)
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    except (OSError, ValueError, TypeError, LookupError):
        check.wrong("time.zone", f"{value!r} is neither a zone (Europe/Brussels) nor ±hh:mm")
        return UTC
