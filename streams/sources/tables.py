"""Where the rows of a file begin, and what their columns are called.

Above its header an export may have lines for people: a title, a period, an empty line, and first of
all the line ``sep=;`` that spreadsheets write and hide.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, count, islice
from typing import Final, NamedTuple

from streams.domain.privacy import MOST_DIGITS
from streams.sources.mapping import Mapping, MappingError
from streams.sources.rows import Row, rows

_MOST_ABOVE: Final = 20
"""Lines above a header: titles, filters and totals of the reports that were seen have six."""

_DELIMITERS: Final = ("\t", ";", "|", ",")

_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)


class Table(NamedTuple):
    """A file's rows.

    Attributes:
        above: how many lines stand above the header, or above the first row if there is none.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row]
    above: int


def read_table(lines: Iterable[str], mapping: Mapping, name: str) -> Table:
    """Finds the header of a file.

    Raises:
        MappingError: no line is one with the mapping's columns, or names one of them twice.
    """
    head = _Head(lines)
    delimiter, above = mapping.delimiter, 0
    separator = _SEPARATOR_LINE.fullmatch(next(head.again(0), ""))
    if separator is not None:
        delimiter, above = delimiter or separator[1], 1
    delimiter = delimiter or ","
    above = max(above, mapping.skip or 0)

    columns, begin = mapping.columns, above
    width = len(columns or ())
    if columns is None:
        header = _header(head, above, mapping, delimiter)
        columns = tuple(_name(field) for field in header.fields) if header else ()
        _require(mapping, columns, name)
        assert header is not None, "the mapping names a column"
        width = len(columns)
        while not columns[-1]:  # a separator at the end of the line, which the rows may lack
            columns = columns[:-1]
        above = header.line_number - 1
        begin = header.line_number + header.swallowed
    found = rows(head.last(begin), delimiter, mapping.quotes, width, begin + 1)
    return Table(columns, found, above)


def _header(head: "_Head", begin: int, mapping: Mapping, delimiter: str) -> Row | None:
    """The first line that names all columns of the mapping; else the first of all, for it to be
    said what it lacks."""
    used = set(mapping.used())
    first = None
    for _ in range(_MOST_ABOVE + 1):
        row = next(rows(head.again(begin), delimiter, mapping.quotes, first=begin + 1), None)
        first = first or row
        if row is None or mapping.skip is not None:
            break
        if used <= {_name(field) for field in row.fields}:
            return row
        begin = row.line_number
    return first


def _name(field: str) -> str:
    return field.strip(" \t\ufeff\u00a0")


def _require(mapping: Mapping, columns: tuple[str, ...], name: str) -> None:
    used = sorted(set(mapping.used()))
    mistakes = [
        f"the header has {column!r} twice; file.columns can give each column a name, "
        "and file.skip pass over the header"
        for column in used
        if columns.count(column) > 1
    ]
    missing = [column for column in used if column not in columns]
    if missing:
        has = f"it has {', '.join(map(_printable, columns[:40])) or 'no line'}"
        if any("\0" in column for column in columns):
            has = "it seems to be UTF-16: file.encoding says so"
        elif len(columns) == 1 and (others := [d for d in _DELIMITERS if d in columns[0]]):
            has += f"; its fields seem to be parted by {others[0]!r}: file.delimiter says so"
        elif not all(map(_is_name, columns)):
            has = "its first line is a row, it seems: file.columns names the columns of such a file"
        mistakes += [f"no column {column!r}; {has}" for column in missing]
    if mistakes:
        raise MappingError(name, mistakes)


def _printable(column: str) -> str:
    return repr(column)[1:-1]


def _is_name(column: str) -> bool:
    """Whether a field of the first line may be the name of a column. Every call has a time, so that
    its digits give away a row that stands there instead; such a row is not repeated."""
    return sum(map(str.isnumeric, column)) <= MOST_DIGITS and "@" not in column


class _Head:
    """The first lines of a file, which are read again and again until the header is found."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._source = iter(lines)
        self._read: list[str] = []

    def again(self, begin: int) -> Iterator[str]:
        """The lines from there on; each that is read for the first time is remembered."""
        for index in count(begin):
            while len(self._read) <= index:
                line = next(self._source, None)
                if line is None:
                    return
                self._read.append(line)
            yield self._read[index]

    def last(self, begin: int) -> Iterator[str]:
        """The lines from there on, for the last time: none is remembered."""
        return islice(chain(self._read, self._source), begin, None)
