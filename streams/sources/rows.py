"""Rows of CSV or TSV, line by line: a quote in one row costs no other row.

A field is quoted if it begins with a quote and another stands right before the next separator or
the end of the line; a separator between the two is part of the field, and a doubled quote is one
quote. Any other quote is an ordinary character. So a quote that is never closed is part of a name,
while ``csv.reader`` would read everything up to the next quote of the file as one field.

If a mapping says that quoted fields may hold line breaks, a row whose quote is left open goes on in
the next lines. Even then no quote swallows a line that is a row by itself, and a line that has all
its fields goes on only if the last of them is the open one.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final, NamedTuple

from streams.sources.call_files import LONGEST_RECORD

IN_LINE: Final = "in_line"
ACROSS_LINES: Final = "across_lines"
NO_QUOTES: Final = "none"

QUOTES: Final = (IN_LINE, ACROSS_LINES, NO_QUOTES)
"""What quotes mean: a field within its line, a field that may hold line breaks, nothing."""

MOST_LINES: Final = 20
"""Lines of one row. A remark or an address has fewer. A quote that is never closed is noticed after
so many lines; while a file is followed, a call waits that long for its events."""


class _Line(NamedTuple):
    number: int
    text: str


class _Fields(NamedTuple):
    fields: list[str]
    left_open: bool
    """A quote in the line is left open."""


class Row(NamedTuple):
    """The fields of a row.

    Attributes:
        line_number: of its first line in the file, from 1.
        fields: none of a line that is too long to be a row.
        swallowed: how many further lines belong to it.
        left_open: a field begins with a quote that is never closed.
    """

    line_number: int
    fields: list[str]
    swallowed: int
    left_open: bool


def rows(
    lines: Iterable[str],
    delimiter: str,
    quotes: str = IN_LINE,
    width: int | None = None,
    first: int = 1,
) -> Iterator[Row]:
    """The rows of a file's lines; an empty line is no row.

    Args:
        quotes: one of ``QUOTES``.
        width: how many fields a row has; by default as many as the first, which names the columns.
        first: the number of the first line.
    """
    split = _Splitter(delimiter, quotes)
    source = map(_Line, count(first), lines)
    ahead: deque[_Line] = deque()
    while (line := ahead.popleft() if ahead else next(source, None)) is not None:
        number, text = line
        if not (bare := text.rstrip("\r\n")):
            continue
        if len(bare) >= LONGEST_RECORD:
            yield Row(number, [], 0, False)
            continue
        fields, left_open = split(bare)
        swallowed = 0
        if left_open and quotes == ACROSS_LINES and not _stray(fields, width):
            joined = _joined(text, ahead, source, split, width)
            if joined is not None:
                fields, swallowed = joined
                left_open = False
                for _ in range(swallowed):
                    ahead.popleft()
        width = width or len(fields)
        yield Row(number, fields, swallowed, left_open)


def _stray(fields: list[str], width: int | None) -> bool:
    """Whether the open quote begins no field that could go on in the next line."""
    return len(fields) == width and not fields[-1].startswith('"')


def _joined(
    text: str,
    ahead: deque[_Line],
    source: Iterator[_Line],
    split: "_Splitter",
    width: int | None,
) -> tuple[list[str], int] | None:
    """The fields of a row together with the lines in which its open quote goes on, and how many
    lines these are; None if they make no row. Lines that were read wait in ``ahead``."""
    for more in range(1, MOST_LINES):
        if len(ahead) < more:
            line = next(source, None)
            if line is None:
                return None
            ahead.append(line)
        following = ahead[more - 1].text
        if len(following) >= LONGEST_RECORD:
            return None
        if width is not None and len(split(following.rstrip("\r\n")).fields) == width:
            return None
        text += following
        fields, left_open = split(text.rstrip("\r\n"))
        if not left_open:
            return (fields, more) if width in (None, len(fields)) else None
    return None


class _Splitter:
    """Splits a line into its fields."""

    __slots__ = ("_delimiter", "_plain", "_quoted")

    def __init__(self, delimiter: str, quotes: str) -> None:
        self._delimiter = delimiter
        self._plain = quotes == NO_QUOTES
        # Blanks after the closing quote: some systems pad their columns with them.
        blanks = "" if delimiter == " " else " *+"
        self._quoted = re.compile(rf'"((?:[^"]|"")*+)"{blanks}')

    def __call__(self, text: str) -> _Fields:
        if self._plain or '"' not in text:
            return _Fields(text.split(self._delimiter), False)
        fields: list[str] = []
        left_open = False
        begin, length = 0, len(text)
        while True:
            quoted = self._quoted.match(text, begin) if text.startswith('"', begin) else None
            if quoted and text[quoted.end() : quoted.end() + 1] in ("", self._delimiter):
                fields.append(quoted[1].replace('""', '"'))
                end = quoted.end()
            else:
                left_open |= quoted is None and text.startswith('"', begin)
                end = text.find(self._delimiter, begin)
                end = length if end < 0 else end
                fields.append(text[begin:end])
            if end == length:
                return _Fields(fields, left_open)
            begin = end + 1
