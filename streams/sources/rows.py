"""Rows of CSV or TSV, line by line: a quote in one costs no other.

A field is quoted when it begins with a quote and another stands right before the next separator or
the end of the line; a separator between the two is part of the field, and a doubled quote is one
quote. Any other quote is a sign as it is written. So a quote that nobody closed is part of a name,
while for ``csv.reader`` all that follows is one field, up to the next quote of the file.

Where a mapping says that quoted fields hold line breaks, a row whose quote is left open goes on in
the next lines. Even then no quote swallows a line that is a row by itself, and a line that has all
its fields goes on only if the last of them is the open one.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

IN_LINE: Final = "in_line"
ACROSS_LINES: Final = "across_lines"
UNQUOTED: Final = "none"

QUOTES: Final = (IN_LINE, ACROSS_LINES, UNQUOTED)
"""What quotes mean: a field within its line, a field that may hold line breaks, nothing."""

MOST_LINES: Final = 20
"""Lines of one row. A remark or an address has fewer; and a quote that nobody closed is found out
after so many, for which a call may wait while its file is followed."""

_Line = tuple[int, str]
"""A line with its number."""


class Row(NamedTuple):
    """The fields of a row.

    Attributes:
        line: number of its first line in the file, from 1.
        swallowed: how many further lines it takes.
        left_open: a field begins with a quote that nothing closes.
    """

    line: int
    fields: list[str]
    swallowed: int
    left_open: bool


def rows(
    lines: Iterable[str], delimiter: str, quotes: str = IN_LINE, width: int | None = None
) -> Iterator[Row]:
    """The rows of a file's lines; empty lines are none.

    Args:
        quotes: one of ``QUOTES``.
        width: how many fields a row has; by default as many as the first, which names the columns.
    """
    split = _Splitter(delimiter, quotes)
    source = enumerate(lines, 1)
    ahead: deque[_Line] = deque()
    while (line := ahead.popleft() if ahead else next(source, None)) is not None:
        number, text = line
        if not (bare := text.rstrip("\r\n")):
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
    """Whether the open quote of these fields begins none that could go on in the next line."""
    return len(fields) == width and not fields[-1].startswith('"')


def _joined(
    text: str,
    ahead: deque[_Line],
    source: Iterator[_Line],
    split: "_Splitter",
    width: int | None,
) -> tuple[list[str], int] | None:
    """The fields of a row together with the lines that its open quote goes on in, and how many
    these are; None where no row comes of it. Lines that are looked at wait in ``ahead``."""
    for taken in range(1, MOST_LINES):
        if len(ahead) < taken:
            line = next(source, None)
            if line is None:
                return None
            ahead.append(line)
        following = ahead[taken - 1][1]
        if width is not None and len(split(following.rstrip("\r\n"))[0]) == width:
            return None
        text += following
        fields, left_open = split(text.rstrip("\r\n"))
        if not left_open:
            return (fields, taken) if width in (None, len(fields)) else None
    return None


class _Splitter:
    """Takes a line apart."""

    __slots__ = ("_delimiter", "_plain", "_quoted")

    def __init__(self, delimiter: str, quotes: str) -> None:
        self._delimiter = delimiter
        self._plain = quotes == UNQUOTED
        # Blanks behind the closing quote: some systems fill their columns up with them.
        blanks = "" if delimiter == " " else " *+"
        self._quoted = re.compile(rf'"((?:[^"]|"")*+)"{blanks}')

    def __call__(self, text: str) -> tuple[list[str], bool]:
        """The fields of the line, and whether a quote in it is left open."""
        if self._plain or '"' not in text:
            return text.split(self._delimiter), False
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
                return fields, left_open
            begin = end + 1
