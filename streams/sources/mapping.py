"""The mapping file: how the rows of somebody's call records become contact events.

A phone system that can export anything can export its calls as CSV, each in its own way. The
mapping says, in a page of TOML and without a program, what its columns mean::

    [file]                              # all optional
    delimiter = "\\t"                   # "," unless given
    encoding = "latin-1"                # UTF-8 unless given
    columns = ["id", "when"]            # only for a file without a header line
    order = "at"                        # sort the events of a file in time; "file": as they come
    quotes = "in_line"                  # a quoted field ends in its line, and other quotes are as
                                        # they are written; "across_lines": it may hold line breaks
                                        # (at most 20 lines a row); "none": quotes mean nothing

    [time]
    zone = "Europe/Brussels"            # or an offset: "+02:00"
    format = "%H:%M:%S"                 # of the columns of time: strptime's signs, or "iso",
                                        # "epoch" (seconds), "epoch_ms". It must say the whole
                                        # time; %z is an offset, %Z (a zone's name) is not read
    date = "date"                       # the column of the day, when the others are clock times
    date_format = "%y%m%d"
    next_day = "12h"                    # a clock time this much before the start: the day after
    never = ["0:00:00"]                 # what stands in a column of time for "did not happen"
    longest_call = "24h"                # a row whose times lie further apart is no call

    [call]                              # texts, in which {column} stands for the column's value
    id = "{trunk}-{date}-{number}"      # must name one call; rows that repeat it are reported
    line = "{type}"                     # also: leg, entry, channel, language, option, menu, and
    caller = "{ani}"                    # caller, agent: replaced by a keyed pseudonym
    anonymous = ["", "private"]         # callers who are nobody

    [lines]                             # optional: the plan's line id for each value of `line`
    PS = "waste"

    [[row]]                             # the first whose `when` holds makes the row's events
    when = { outcome = "AGENT" }        # a value or a list of them; "*" is anything but empty
    start = "entry"                     # the events, each with its column of time:
    choice = "exit"                     # start, choice, entered, answered, left, hangup
    entered = ["queued", "exit"]        # the first of these columns that has a time
    answered = { at = "queued", plus = "wait" }             # and seconds, or h:mm:ss, on top
    hangup = { at = "end", not_before = "answered" }        # absent or earlier means then
    # left = { at = "exit", reason = "voicemail" }          # left must say why; hangup may, and
    # hangup = { at = "exit", reason = "closed", by = "system" }                  # by whom

    [[row]]
    when = { outcome = "TEST" }
    leave_out = true

A `choice`, `entered` or `left` without a time did not happen; a row without the start, answer or
hangup that its rule names is reported. With `leg`, several rows may belong to one call: each is a
stay at its line, and `leg` tells them apart.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from streams.domain import instants
from streams.domain.events import HangupReason, LeftReason
from streams.sources import formats
from streams.sources.checking import Check
from streams.sources.plausible import LONGEST_CALL
from streams.sources.rows import IN_LINE, QUOTES

EVENTS: Final = ("start", "choice", "entered", "answered", "left", "hangup")
"""The events that a rule may make, in the order in which a call has them."""

ANYTHING: Final = "*"

_TEXTS = ("id", "leg", "line", "caller", "agent", "entry", "channel", "language", "option", "menu")
_FORMATS = ("iso", "epoch", "epoch_ms")
_REASONS = {"left": get_args(LeftReason), "hangup": get_args(HangupReason)}
_BY = ("caller", "agent", "system")
_PLACE = re.compile(r"\{([^{}]*)\}")
_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})", re.ASCII)
_SPAN = re.compile(r"(\d+)(s|m|h)", re.ASCII)


class MappingError(Exception):
    """What is wrong with a mapping: all of it, one mistake a line."""

    def __init__(self, name: str, mistakes: list[str]) -> None:
        super().__init__("\n".join(f"{name}: {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Text:
    """A text in which ``{column}`` stands for the column's value."""

    parts: tuple[str, ...]
    """Literal, column, literal, column ... literal."""

    @property
    def columns(self) -> tuple[str, ...]:
        return self.parts[1::2]


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event happened, and why."""

    columns: tuple[str, ...]
    plus: tuple[str, ...] = ()
    not_before: str | None = None
    reason: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What to make of a row in which every column of ``when`` has one of its values."""

    when: tuple[tuple[str, frozenset[str]], ...]
    moments: tuple[tuple[str, Moment], ...]
    """Empty: rows of this kind are left out."""


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


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping file."""

    times: Times
    texts: dict[str, Text]
    rules: tuple[Rule, ...]
    lines: dict[str, str] | None = None
    anonymous: frozenset[str] = frozenset()
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    columns: tuple[str, ...] | None = None
    sorted: bool = False
    quotes: str = IN_LINE

    @classmethod
    def load(cls, path: Path) -> "Mapping":
        """Reads a mapping file.

        Raises:
            MappingError: with every mistake in it, or with why it can't be read.
        """
        try:
            return cls.parse(path.read_text("utf-8-sig"), str(path))
        except OSError as error:
            raise MappingError(str(path), [error.strerror or str(error)]) from error
        except UnicodeDecodeError as error:
            raise MappingError(str(path), [f"is not UTF-8 text at byte {error.start}"]) from error

    @classmethod
    def parse(cls, text: str, name: str = "mapping") -> "Mapping":
        """Reads a mapping; ``name`` stands in its mistakes. Raises MappingError."""
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise MappingError(name, [f"not TOML: {error}"]) from error
        except RecursionError as error:
            raise MappingError(name, ["is nested too deeply"]) from error
        check = Check()
        mapping = _mapping(content, check)
        if check.mistakes:
            raise MappingError(name, check.mistakes)
        return mapping

    @property
    def header(self) -> bool:
        """Whether a file's first line names its columns."""
        return self.columns is None

    @property
    def keyed(self) -> bool:
        """Whether events carry persons, so that a key is needed."""
        return "caller" in self.texts or "agent" in self.texts

    def used(self) -> Iterator[str]:
        """Every column that the mapping names, some of them more than once."""
        for text in self.texts.values():
            yield from text.columns
        if self.times.date is not None:
            yield self.times.date
        for rule in self.rules:
            yield from (column for column, _ in rule.when)
            for _, moment in rule.moments:
                yield from moment.columns
                yield from moment.plus


def _mapping(content: dict[str, Any], check: Check) -> Mapping:
    check.table(content, "mapping", ("file", "time", "call", "lines", "row"))
    file = check.table(
        content.get("file", {}), "file", ("delimiter", "encoding", "columns", "order", "quotes")
    )
    delimiter = check.string(file.get("delimiter", ","), "file.delimiter")
    if len(delimiter) > 1:
        check.wrong("file.delimiter", f"must be one character, not {delimiter!r}")
    if delimiter in ('"', "\r", "\n"):
        check.wrong("file.delimiter", "can be neither a quote nor a line end")
    encoding = check.string(file.get("encoding", "utf-8"), "file.encoding")
    try:
        "".encode(encoding)
    except LookupError:
        check.wrong("file.encoding", f"no encoding is called {encoding!r}")
    columns = check.strings(file["columns"], "file.columns") if "columns" in file else None
    texts, lines, anonymous = _call(content, check)
    mapping = Mapping(
        times=_times(check.table(content.get("time", {}), "time", tuple(_TIME)), check),
        texts=texts,
        rules=_rules(content.get("row"), check),
        lines=lines,
        anonymous=anonymous,
        delimiter=delimiter,
        # A byte order mark is no part of the first column's name.
        encoding="utf-8-sig" if encoding.lower().replace("_", "-") == "utf-8" else encoding,
        columns=columns,
        sorted=check.one_of(file.get("order", "file"), "file.order", ("file", "at")) == "at",
        quotes=check.one_of(file.get("quotes"), "file.quotes", QUOTES) or IN_LINE,
    )
    if columns is not None:
        for column in sorted(set(mapping.used()) - set(columns)):
            check.wrong("file.columns", f"has no {column!r}, which the mapping names")
    if "line" not in texts and any(
        name not in ("start", "hangup") for rule in mapping.rules for name, _ in rule.moments
    ):
        check.wrong("call.line", "missing: choices and queues happen at a line")
    return mapping


_TIME: Final = ("zone", "format", "date", "date_format", "next_day", "never", "longest_call")


def _times(table: dict[str, Any], check: Check) -> Times:
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
    """Whether times, together with a column of the day where there is one, are read whole."""
    if format_ not in _FORMATS:
        if "%" not in format_:
            check.wrong("time.format", f"neither {', '.join(_FORMATS)} nor strptime's signs")
            return
        needed = formats.CLOCK if date_format else formats.DAY_PARTS + formats.CLOCK
        wrong = formats.mistake(format_, needed)
        if wrong is not None:
            check.wrong("time.format", wrong)
            return
    if date_format is None:
        return
    if format_ in _FORMATS or formats.said(format_) & set(formats.DAY_PARTS):
        check.wrong("time.date", f"a time in the format {format_} has its day in it")
    wrong = formats.mistake(date_format, formats.DAY_PARTS)
    if wrong is None and formats.OFFSET_DIRECTIVE.search(date_format):
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
    offset = _OFFSET.fullmatch(str(value))
    try:
        if offset is None:
            return ZoneInfo(value)
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    except (OSError, ValueError, TypeError, LookupError):
        check.wrong("time.zone", f"{value!r} is neither a zone (Europe/Brussels) nor ±hh:mm")
        return UTC


def _call(
    content: dict[str, Any], check: Check
) -> tuple[dict[str, Text], dict[str, str] | None, frozenset[str]]:
    call = check.table(content.get("call", {}), "call", (*_TEXTS, "anonymous"))
    texts = {
        key: Text(tuple(_PLACE.split(check.string(call[key], f"call.{key}"))))
        for key in _TEXTS
        if key in call
    }
    if "id" not in texts:
        check.wrong("call.id", "missing")
    elif not texts["id"].columns and texts["id"].parts != ("",):
        check.wrong("call.id", "names no {column}, so that every row would be the same call")
    lines = None
    if "lines" in content:
        lines = content["lines"]
        if not isinstance(lines, dict) or not all(isinstance(v, str) and v for v in lines.values()):
            check.wrong("lines", "must give a line id for each value")
    anonymous = check.strings(call.get("anonymous", ""), "call.anonymous")
    return texts, lines, frozenset(one.casefold() for one in ("", *anonymous))


def _rules(rows: Any, check: Check) -> tuple[Rule, ...]:
    if not isinstance(rows, list) or not rows:
        check.wrong("row", "no [[row]]: nothing says which events a row makes")
        return ()
    return tuple(_rule(row, f"row {number}", check) for number, row in enumerate(rows, 1))


def _rule(value: Any, where: str, check: Check) -> Rule:
    row = check.table(value, where, ("when", "leave_out", *EVENTS))
    when = row.get("when", {})
    if not isinstance(when, dict):
        check.wrong(f"{where}.when", "must be a table of columns and their values")
        when = {}
    moments: list[tuple[str, Moment]] = []
    for name in EVENTS:
        if name in row:
            earlier = tuple(known for known, _ in moments)
            moments.append((name, _moment(row[name], name, f"{where}.{name}", earlier, check)))
    if row.get("leave_out", False) not in (True, False):
        check.wrong(f"{where}.leave_out", "must be true or false")
    if bool(moments) == (row.get("leave_out") is True):
        check.wrong(where, f"must name events ({', '.join(EVENTS)}) or leave_out = true")
    return Rule(
        when=tuple(
            (column, frozenset(check.strings(values, f"{where}.when.{column}")))
            for column, values in when.items()
        ),
        moments=tuple(moments),
    )


def _moment(value: Any, name: str, where: str, earlier: tuple[str, ...], check: Check) -> Moment:
    if not isinstance(value, dict):
        value = {"at": value}
    reasons = _REASONS.get(name, ())
    keys = ("at", "plus", "not_before", *(["reason"] if reasons else []))
    table = check.table(value, where, (*keys, "by") if name == "hangup" else keys)
    if name == "left" and "reason" not in table:
        check.wrong(f"{where}.reason", f"missing: one of {', '.join(reasons)}")
    columns = check.strings(table.get("at"), f"{where}.at") if "at" in table else ()
    if "at" not in table:
        check.wrong(f"{where}.at", "missing: the column of its time")
    return Moment(
        columns=columns,
        plus=check.strings(table["plus"], f"{where}.plus") if "plus" in table else (),
        not_before=check.one_of(table.get("not_before"), f"{where}.not_before", earlier),
        reason=check.one_of(table.get("reason"), f"{where}.reason", reasons) if reasons else None,
        by=check.one_of(table.get("by"), f"{where}.by", _BY) if name == "hangup" else None,
    )
