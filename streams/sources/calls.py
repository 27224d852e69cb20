"""Call-detail records in CSV or TSV, as contact events.

One row is one call, or one leg of one; the mapping file (``mapping``) says what its columns mean.
Rows are read one by one, so that a file of any size, or one that still grows, can be imported. A
row that can't be read is reported with its file and line, and costs no other row.

Call records are written when a call ends, trunk by trunk: their events are far from the order in
which they happened. With ``order = "at"`` the events of a file are put in that order first, so
that a worker that is live finds none of them late.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from streams.domain.events import CallStart, Event, Hangup, MenuChoice, Queue
from streams.domain.privacy import MOST_DIGITS, shown
from streams.sources.call_files import in_order, read
from streams.sources.clock import Clock, span, wall
from streams.sources.mapping import ANYTHING, Mapping, MappingError, Moment, Rule, Text
from streams.sources.plausible import check
from streams.sources.pseudonyms import KeyMissingError, Pseudonyms
from streams.sources.rows import ACROSS_LINES, IN_LINE, Row, rows

LONGEST_ID: Final = 119
"""Characters of a call's id and leg: events have 128 for theirs, and add up to ``-answered``."""

CALLS_REMEMBERED: Final = 1_000_000
"""Calls among which a repeated id is noticed: a year of a large city, at about 100 MB."""

_REQUIRED: Final = ("start", "answered", "hangup")

_LEFT_OPEN: Final = {
    IN_LINE: "; a quote is left open: where fields hold line breaks, write file.quotes = "
    '"across_lines"',
    ACROSS_LINES: "; a quote is left open, and none of the next lines closes it",
}


class BadRow(NamedTuple):
    """A row that gave no events, and why."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(slots=True)
class Counts:
    """What came of an import so far. Each row gave a call (with ``leg``: a part of one), is of a
    kind that the mapping leaves out, or was refused and reported.

    Attributes:
        swallowed: lines that belong to a row which began in an earlier one.
        events: events written.
    """

    rows: int = 0
    calls: int = 0
    left_out: int = 0
    refused: int = 0
    swallowed: int = 0
    events: int = 0


Report = Callable[[BadRow], object]


def run(
    files: Iterable[Path],
    mapping: Mapping,
    write: Callable[[Event], object],
    report: Report,
    pseudonyms: Pseudonyms | None = None,
    follow: Callable[[Path], Iterable[str]] | None = None,
    counts: Counts | None = None,
    wall: Callable[[], int] = wall,
) -> Counts:
    """Imports files one after the other.

    Args:
        files: CSV files, ``.gz`` too.
        mapping: what their columns mean.
        write: takes each event.
        report: takes each row that can't be read.
        pseudonyms: needed where the mapping names callers or agents.
        follow: gives a file's lines while it grows (``files.follow``); their events are written
            as they come, whatever the mapping's order.
        counts: to be gone on with, and known when the import is broken off.
        wall: the wall clock; what lies after it has not happened.

    Raises:
        KeyMissingError: persons without a key; before anything is read.
        MappingError: a file lacks columns that the mapping names.
        OSError: a file can't be opened.
    """
    _require_key(mapping, pseudonyms)
    counts = Counts() if counts is None else counts
    for file in files:
        lines = follow(file) if follow else read(file, mapping.encoding)
        found = events(lines, mapping, report, str(file), pseudonyms, counts, wall)
        for event in in_order(found) if mapping.sorted and not follow else found:
            write(event)
            counts.events += 1
    return counts


def events(
    lines: Iterable[str],
    mapping: Mapping,
    report: Report,
    name: str = "-",
    pseudonyms: Pseudonyms | None = None,
    counts: Counts | None = None,
    wall: Callable[[], int] = wall,
) -> Iterator[Event]:
    """The events of a file's lines, row by row in the order of the rows.

    Args:
        name: of the file, for what is reported.
        counts: where rows are counted.
        wall: as in ``run``.

    Raises:
        KeyMissingError, MappingError: as ``run``.
    """
    _require_key(mapping, pseudonyms)
    counts = Counts() if counts is None else counts
    columns = mapping.columns
    width = None if columns is None else len(columns)
    found_rows = rows(lines, mapping.delimiter, mapping.quotes, width)
    if columns is None:
        header = next(found_rows, None)
        columns = tuple(header.fields) if header else ()
    _require_columns(mapping, columns, name)
    calls: dict[int, int] = {}
    clock = Clock(mapping.times)
    for row in found_rows:
        counts.rows += 1
        counts.swallowed += row.swallowed
        try:
            fields = _fields(row, columns, mapping.quotes)
            found = _Row(fields, mapping, clock, pseudonyms).events(wall())
            if found:
                _once(found[0], calls, row.line)
        except ValueError as error:
            counts.refused += 1
            report(BadRow(name, row.line, str(error)))
            continue
        if found:
            counts.calls += 1
        else:
            counts.left_out += 1
        yield from found


def _require_key(mapping: Mapping, pseudonyms: Pseudonyms | None) -> None:
    if mapping.keyed and pseudonyms is None:
        raise KeyMissingError(
            "the mapping names callers or agents, who are never stored as they are: "
            "set REACHLINE_PSEUDONYM_KEY, or give a key file"
        )


def _require_columns(mapping: Mapping, columns: tuple[str, ...], name: str) -> None:
    missing = sorted(set(mapping.used()) - set(columns))
    if missing:
        has = f"it has {', '.join(map(_printable, columns[:40])) or 'no line'}"
        if not all(map(_is_name, columns)):
            has = "its first line is a row, it seems: file.columns names the columns of such a file"
        raise MappingError(name, [f"no column {column!r}; {has}" for column in missing])


def _printable(column: str) -> str:
    return repr(column)[1:-1]


def _is_name(column: str) -> bool:
    """Whether a first line's field may be the name of a column. Every call has a time, so that a
    row among names is known by its digits, and is not repeated."""
    return sum(map(str.isnumeric, column)) <= MOST_DIGITS and "@" not in column


def _fields(row: Row, columns: tuple[str, ...], quotes: str) -> dict[str, str]:
    if len(row.fields) != len(columns):
        raise ValueError(
            f"{len(row.fields)} fields, {len(columns)} expected"
            + (_LEFT_OPEN[quotes] if row.left_open else "")
        )
    try:
        "".join(row.fields).encode()
    except UnicodeEncodeError:
        raise ValueError("bytes that are not of the file's encoding") from None
    return dict(zip(columns, row.fields, strict=True))


def _once(first: Event, calls: dict[int, int], line: int) -> None:
    """Two calls with one id would be counted as one: better one row too few, and reported."""
    known = calls.setdefault(hash(first.event_id.rpartition("-")[0]), line)
    if known != line:
        raise ValueError(f"call {shown(first.call_id)} again, first seen in line {known}")
    if len(calls) > CALLS_REMEMBERED:
        del calls[next(iter(calls))]


class _Row:
    """One row, with what is needed to make events of it."""

    __slots__ = ("_clock", "_mapping", "_persons", "_values")

    def __init__(
        self,
        values: dict[str, str],
        mapping: Mapping,
        clock: Clock,
        persons: Pseudonyms | None,
    ) -> None:
        self._values = values
        self._mapping = mapping
        self._clock = clock
        self._persons = persons

    def events(self, now: int) -> list[Event]:
        rule = self._rule()
        if not rule.moments:
            return []
        call_id = self._text("id")
        leg = self._text("leg")
        if call_id is None:
            raise ValueError("the call's id is empty")
        stem = f"{call_id}-{leg}" if leg else call_id
        if len(stem) > LONGEST_ID:
            raise ValueError(f"the call's id has {len(stem)} characters, at most {LONGEST_ID}")
        at: dict[str, int] = {}
        for name, moment in rule.moments:
            instant = self._instant(moment, at)
            if instant is None:
                if name in _REQUIRED:
                    raise ValueError(f"{name}: no time in {', '.join(moment.columns)}")
                continue
            at[name] = instant
        if not at:
            raise ValueError("no time in any of its columns")
        check(at, now, self._mapping.times.longest_call)
        return [
            self._event(name, moment, f"{stem}-{name}", call_id, self._clock.text(at[name]))
            for name, moment in rule.moments
            if name in at
        ]

    def _rule(self) -> Rule:
        for rule in self._mapping.rules:
            if all(
                value in accepted or (ANYTHING in accepted and value not in self._clock.never)
                for column, accepted in rule.when
                for value in (self._values[column].strip(),)
            ):
                return rule
        asked = dict.fromkeys(column for rule in self._mapping.rules for column, _ in rule.when)
        seen = ", ".join(f"{column} = {shown(self._values[column])}" for column in asked)
        raise ValueError(f"no [[row]] of the mapping is for {seen}")

    def _event(self, name: str, moment: Moment, event_id: str, call_id: str, at: str) -> Event:
        if name == "start":
            return CallStart(
                event_id, call_id, at,
                caller=self._person("caller"),
                entry=self._text("entry"),
                channel=self._text("channel"),
                language=self._text("language"),
            )  # fmt: skip
        if name == "choice":
            option, menu = self._text("option"), self._text("menu")
            return MenuChoice(event_id, call_id, at, self._line(), option=option, menu=menu)
        if name == "hangup":
            return Hangup(event_id, call_id, at, reason=moment.reason, by=moment.by)  # type: ignore[arg-type]
        agent = self._person("agent") if name == "answered" else None
        return Queue(
            event_id, call_id, at, self._line(), name, reason=moment.reason, agent=agent  # type: ignore[arg-type]
        )  # fmt: skip

    def _text(self, key: str) -> str | None:
        """A text of the mapping with the row's values in it; None where nothing is said."""
        text: Text | None = self._mapping.texts.get(key)
        if text is None:
            return None
        values = self._values
        parts = (values[p].strip() if place % 2 else p for place, p in enumerate(text.parts))
        return "".join(parts) or None

    def _line(self) -> str:
        line = self._text("line")
        if line is None:
            raise ValueError("the line is empty")
        if self._mapping.lines is None:
            return line
        if line not in self._mapping.lines:
            raise ValueError(f"line {shown(line)} is not under [lines]")
        return self._mapping.lines[line]

    def _person(self, key: str) -> str | None:
        person = self._text(key)
        if person is None or person.casefold() in self._mapping.anonymous:
            return None
        assert self._persons is not None, "asked for before the first row"
        return self._persons.of(person)

    def _instant(self, moment: Moment, at: dict[str, int]) -> int | None:
        day = self._values[self._mapping.times.date] if self._mapping.times.date else ""
        # Clock times are told from those of the day before by the first time of the call.
        begun = next(iter(at.values()), None)
        latest = max(at.values(), default=None)
        found = (self._clock.instant(self._values[c], day, begun, latest) for c in moment.columns)
        instant = next((one for one in found if one is not None), None)
        if instant is not None:
            instant += sum(span(self._values[column]) for column in moment.plus)
        if moment.not_before in at:
            return max(at[moment.not_before], instant or at[moment.not_before])
        return instant
