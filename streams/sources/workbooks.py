"""Call records in a workbook (``.xlsx``): the rows of a sheet as lines of text.

Cells hold numbers and days, not text. Each becomes what ``time_grammar`` reads: a day with a time
is ``2026-11-20 10:00:00``, a time ``10:00:00``, a length ``26:03:04``. So a row of a sheet is the
line of the same number, and nothing else knows of workbooks. Needs the extra ``xlsx``.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from streams.sources.mapping import Mapping
from streams.sources.rows import NO_QUOTES

SUFFIXES: Final = (".xlsx", ".xlsm")

_BETWEEN: Final = "\x1f"  # the unit separator, which no keyboard has
_LINE_ENDS: Final = str.maketrans(
    dict.fromkeys("\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029", " ")
)

_MOST_UNPACKED: Final = 2**30
"""Bytes of a workbook when unpacked: a million rows of twenty columns, all that a sheet can hold,
have some 800 MB; a packed file of a few kilobytes may claim any number."""


def as_lines(mapping: Mapping) -> Mapping:
    """The mapping for the lines of a workbook's sheet."""
    return replace(mapping, delimiter=_BETWEEN, quotes=NO_QUOTES)


def lines(file: Path, sheet: str | None = None) -> Iterator[str]:
    """The rows of a sheet as lines, in which a unit separator parts the cells.

    Args:
        sheet: its name; by default the first.

    Raises:
        OSError: the file can't be read, has no such sheet, or the extra is not installed.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        raise OSError(
            f"{file}: to read workbooks, install the extra: pip install 'reachline[xlsx]'"
        ) from None
    _refuse_bomb(file)
    try:
        workbook = calamine.CalamineWorkbook.from_path(file)
        names = workbook.sheet_names
        if sheet is not None and sheet not in names:
            raise OSError(f"{file}: no sheet {sheet!r}; it has {', '.join(map(repr, names))}")
        rows = workbook.get_sheet_by_name(sheet or names[0]).iter_rows()
    except (calamine.CalamineError, IndexError) as error:
        raise OSError(f"{file}: can't be read: {error}") from error
    for row in rows:
        line = _BETWEEN.join(map(_text, row))
        yield (line if line.strip(_BETWEEN) else "") + "\n"


def _refuse_bomb(file: Path) -> None:
    try:
        with zipfile.ZipFile(file) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        raise OSError(f"{file}: can't be read: no workbook (.xlsx)") from None
    if size > _MOST_UNPACKED:
        raise OSError(f"{file}: can't be read: it unpacks to {size} bytes, a bomb it seems")


def _text(cell: Any) -> str:
    """A cell as the text that the grammar of times reads."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        # A day is a float there: the last digits of its fraction are noise.
        rounded = cell + timedelta(microseconds=500)
        return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000).isoformat(" ")
    if isinstance(cell, timedelta):
        milliseconds = round(cell / timedelta(milliseconds=1))
        seconds, rest = divmod(milliseconds, 1000)
        fraction = f".{rest:03}" if rest else ""
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).translate(_LINE_ENDS)
