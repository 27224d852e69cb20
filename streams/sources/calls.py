"""Call-detail records in CSV or TSV, as contact events.

One row is one call, or one leg of one; the mapping file (``mapping``) says what its columns mean.
Rows are read one by one, so that a file of any size can be imported; one that still grows is read
by ``followed_calls``. A row that can't be read is reported with its file and line number, and costs
no other row.

Call records are written when a call ends, trunk by trunk: their events are far from the order in
which they happened. With ``order = "at"`` the events of a file are put in that order first, so
that none of them is late for a live worker.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from streams.domain.events import Event
from streams.domain.privacy import shown
from streams.sources import workbooks
from streams.sources.call_counts import Counts, Outcome, Report, counted
from streams.sources.call_events import Record, Records
from streams.sources.call_files import LONGEST_RECORD, in_order, read
from streams.sources.call_lines import Lines
from streams.sources.clock import wall
from streams.sources.legs import joined
from streams.sources.mapping import Mapping
from streams.sources.pseudonyms import KeyMissingError, Pseudonyms
from streams.sources.rows import ACROSS_LINES, IN_LINE, Row
from streams.sources.tables import Table, read_table

_CALLS_REMEMBERED: Final = 1_000_000
"""Calls among which a repeated id is noticed: a year of a large city, at about 100 MB."""

_LEFT_OPEN: Final = {
    IN_LINE: "; a quote is left open: where fields hold line breaks, write file.quotes = "
    '"across_lines"',
    ACROSS_LINES: "; a quote is left open, and none of the next lines closes it",
}


def run(
    files: Iterable[Path],
    mapping: Mapping,
    write: Callable[[Event], object],
    report: Report,
    pseudonyms: Pseudonyms | None = None,
    counts: Counts | None = None,
    wall: Callable[[], int] = wall,
    lines: Lines | None = None,
) -> Counts:
    """Imports files one after the other.

    Args:
        files: CSV files, ``.gz`` too, or workbooks.
        mapping: what their columns mean.
        write: called with each event.
        report: called with each row that can't be read, and the first of each queue that feeds no
            line.
        pseudonyms: needed if the mapping names callers or agents.
        counts: to count in, so that they are known when the import is interrupted.
        wall: the wall clock; a later time has not happened yet.
        lines: which queue feeds which line; as the mapping says, where there is no plan.

    Raises:
        KeyMissingError: the mapping names persons and there is no key; nothing is read then.
        MappingError: a file lacks columns that the mapping names.
        OSError: a file can't be opened.
    """
    counts = Counts() if counts is None else counts
    for file in files:
        for event in told(file, mapping, report, pseudonyms, counts, wall, lines):
            write(event)
            counts.events += 1
    return counts


def told(
    file: Path,
    mapping: Mapping,
    report: Report,
    pseudonyms: Pseudonyms | None = None,
    counts: Counts | None = None,
    wall: Callable[[], int] = wall,
    lines: Lines | None = None,
) -> Iterator[Event]:
    """The events of a file, in the mapping's order; everything as in ``run``."""
    require_key(mapping, pseudonyms)
    text, its = opened(file, mapping)
    found = events(text, its, report, str(file), pseudonyms, counts, wall, lines)
    return in_order(found) if mapping.sorted else found


def opened(file: Path, mapping: Mapping) -> tuple[Iterable[str], Mapping]:
    """The lines of a file or of a workbook's sheet, and the mapping for them.

    Raises:
        OSError: as ``run``; some of them as soon as a line is asked for.
    """
    if file.suffix.lower() in workbooks.SUFFIXES:
        return workbooks.lines(file, mapping.sheet), workbooks.as_lines(mapping)
    return read(file, mapping.encoding), mapping


def events(
    lines: Iterable[str],
    mapping: Mapping,
    report: Report,
    name: str = "-",
    pseudonyms: Pseudonyms | None = None,
    counts: Counts | None = None,
    wall: Callable[[], int] = wall,
    known: Lines | None = None,
) -> Iterator[Event]:
    """The events of a file's lines, row by row in the order of the rows. Only the hangups of calls
    that may have several rows come last, when it is known which row was a call's last.

    Args:
        name: of the file, in reports.
        counts, wall: as in ``run``.
        known: ``lines`` of ``run``.

    Raises:
        KeyMissingError, MappingError: as ``run``.
    """
    require_key(mapping, pseudonyms)
    counts = Counts() if counts is None else counts
    table = read_table(lines, mapping, name)
    counts.above += table.above
    made = outcomes(table, mapping, pseudonyms, wall, known)
    found = (record for one in made if (record := counted(one, counts, report, name)))
    if mapping.legs:
        return joined(found)
    return (event for record in found for event in record.events)


def outcomes(
    table: Table,
    mapping: Mapping,
    pseudonyms: Pseudonyms | None,
    wall: Callable[[], int],
    lines: Lines | None = None,
) -> Iterator[Outcome]:
    """What becomes of each row of a table."""
    used = tuple(dict.fromkeys(mapping.used()))
    records = Records(mapping, pseudonyms, lines)
    calls: dict[int, int] = {}
    for row in table.rows:
        values = None
        try:
            values = _values(row, table.columns, used, mapping.quotes)
            record = records.of(values, wall())
            if record.events:
                _refuse_repeated(record, calls, row.line_number)
        except ValueError as error:
            yield Outcome(row, values, None, str(error))
        else:
            yield Outcome(row, values, record, None)


def require_key(mapping: Mapping, pseudonyms: Pseudonyms | None) -> None:
    """Raises KeyMissingError where a mapping names persons and there is no key."""
    if mapping.keyed and pseudonyms is None:
        raise KeyMissingError(
            "the mapping names callers or agents, who are never stored as they are: "
            "set REACHLINE_PSEUDONYM_KEY, or give a key file"
        )


def _values(
    row: Row, columns: tuple[str, ...], used: tuple[str, ...], quotes: str
) -> dict[str, str]:
    """The row's fields by their columns.

    Raises:
        ValueError: there are more or fewer of them, or what the mapping uses can't be read.
    """
    if not row.fields:
        raise ValueError(f"a line of more than {LONGEST_RECORD} characters: no call record")
    # What stands behind the last column is nothing, if it is empty.
    if len(row.fields) < len(columns) or any(row.fields[len(columns) :]):
        raise ValueError(
            f"{len(row.fields)} fields, {len(columns)} expected"
            + (_LEFT_OPEN[quotes] if row.left_open else "")
        )
    values = dict(zip(columns, row.fields, strict=False))
    try:
        "".join(map(values.__getitem__, used)).encode()
    except UnicodeEncodeError:
        raise ValueError("bytes that are not of the file's encoding") from None
    return values


def _refuse_repeated(record: Record, calls: dict[int, int], line_number: int) -> None:
    """Refuses a call whose id a row before had: two calls with one id would be counted as one.

    Args:
        calls: hashes of the ids so far, with their line numbers.
    """
    known = calls.setdefault(hash((record.stem, record.revision)), line_number)
    if known != line_number:
        raise ValueError(
            f"call {shown(record.call_id)} again, first seen in line {known}; where a call has "
            "several rows, `leg`, `attempt` or `revision` of the mapping distinguishes them"
        )
    if len(calls) > _CALLS_REMEMBERED:
        del calls[next(iter(calls))]
