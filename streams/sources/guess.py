"""A first mapping for an unknown export, from its header and its first rows.

It is a text for an administrator to correct: what is uncertain says so beside it, and how many of
the rows it reads stands above it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from streams.sources import call_files, guess_text, workbooks
from streams.sources.calls import outcomes
from streams.sources.clock import wall
from streams.sources.guess_columns import CLOCK_TIME, INSTANT, Column, by_place, column, roles
from streams.sources.guess_text import LONG_DIGITS
from streams.sources.mapping import Mapping as CallMapping
from streams.sources.mapping import MappingError
from streams.sources.pseudonyms import Pseudonyms
from streams.sources.rows import ACROSS_LINES, IN_LINE, Row, rows
from streams.sources.tables import read_table

_LOOKED_AT: Final = 500
"""Rows from which is guessed: an hour of a city, in which each kind of call has come."""

_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r'\ufeff?"?sep=(.)"?', re.IGNORECASE)


def guess(file: Path, zone: str) -> str:
    """The text of a mapping for a file.

    Args:
        zone: in which its times are written, as far as is known.

    Raises:
        OSError: the file can't be read.
        ValueError: nothing in it looks like rows of calls. Says why.
    """
    encoding = None
    if file.suffix.lower() in workbooks.SUFFIXES:
        lines = list(islice(workbooks.lines(file), _LOOKED_AT))
        delimiter: str | None = workbooks.as_lines(_ANY).delimiter
        shown = None
    else:
        encoding = _encoding(file)
        lines = list(islice(call_files.read(file, encoding or "utf-8-sig"), _LOOKED_AT))
        delimiter = shown = _delimiter(lines)
    if delimiter is None:
        raise ValueError("no separator parts its lines into the same number of fields")
    quotes = _quotes(lines, delimiter)
    body, header = _body(lines, delimiter, quotes)
    if not body:
        raise ValueError("it has no rows below its header")
    names = _names(header, body)
    columns = [column(name, [row.fields[n] for row in body]) for n, name in enumerate(names)]
    named = [one for one in columns if one.name and names.count(one.name) == 1]
    # A name with braces can't stand in a text of a mapping.
    usable = [one for one in named if not set("{}") & set(one.name)]
    found = _with_start(roles(usable) if header is not None else by_place(usable), named)
    text = "\n".join(
        [
            *guess_text.of_file(shown, encoding, quotes, names if header is None else None),
            *guess_text.of_time(found, zone),
            *guess_text.of_call(found),
            *guess_text.of_rules(found),
        ]
    )
    return _tried(text, lines, file) + text + "\n"


def _with_start(found: Mapping[str, Column], columns: Sequence[Column]) -> dict[str, Column]:
    """The roles with a start, which is the first time in the row if no name says so."""
    instants = [one for one in columns if one.kind == INSTANT]
    times = instants or [one for one in columns if one.kind == CLOCK_TIME]
    if not times:
        raise ValueError("no column has times in a spelling that is known")
    start = found.get("start", found.get("entered", times[0]))
    if instants and start.kind == CLOCK_TIME and "day" not in found:
        start = instants[0]  # that clock was of a length
    if start.kind == CLOCK_TIME and "day" not in found:
        raise ValueError("its times are of clocks, and no column has the day")
    return {**found, "start": start}


def _encoding(file: Path) -> str | None:
    """The encoding that a mapping must name; None: it is UTF-8, or a byte order mark says it."""
    for encoding in ("utf-8-sig", "cp1252"):
        lines = islice(call_files.read(file, encoding), _LOOKED_AT)
        if not any(re.search("[\ud800-\udfff]", line) for line in lines):
            return None if encoding == "utf-8-sig" else encoding
    return "latin-1"


def _delimiter(lines: Sequence[str]) -> str | None:
    """What parts the lines best: most lines have the same number of fields, and many of them."""
    said = _SEPARATOR_LINE.fullmatch(lines[0].rstrip("\r\n")) if lines else None
    if said is not None:
        return said[1]
    best, delimiter = (0, 0), None
    for one in _DELIMITERS:
        widths = Counter(len(row.fields) for row in rows(lines, one))
        width, number = max(
            ((w, n) for w, n in widths.items() if w > 1), key=lambda wn: wn[1], default=(0, 0)
        )
        if (number, width) > best:
            best, delimiter = (number, width), one
    return delimiter


def _quotes(lines: Sequence[str], delimiter: str) -> str:
    """Whether quoted fields hold line breaks: then fewer rows have another width than the most."""

    def odd(quotes: str) -> int:
        widths = Counter(len(row.fields) for row in rows(lines, delimiter, quotes))
        return widths.total() - max(widths.values(), default=0)

    width = max((len(row.fields) for row in rows(lines, delimiter)), default=0)
    across = list(rows(lines, delimiter, ACROSS_LINES, width))
    joined = any(row.swallowed for row in across)
    return ACROSS_LINES if joined and odd(ACROSS_LINES) <= odd(IN_LINE) else IN_LINE


def _body(lines: Sequence[str], delimiter: str, quotes: str) -> tuple[list[Row], Row | None]:
    """The rows of the commonest width, of several the widest, and the header above them if there is
    one."""
    widest = max((len(row.fields) for row in rows(lines, delimiter)), default=0)
    all_rows = list(rows(lines, delimiter, quotes, widest if quotes == ACROSS_LINES else None))
    widths = Counter(len(row.fields) for row in all_rows if len(row.fields) > 1)
    width = max(widths, key=lambda width: (widths[width], width), default=0)
    body = [row for row in all_rows if len(row.fields) == width]
    if body and all(_is_name(field) for field in body[0].fields) and any(body[0].fields):
        return body[1:], body[0]
    return body, None


def _is_name(field: str) -> bool:
    field = field.strip()
    return not field or (not field[0].isdigit() and not LONG_DIGITS.search(field))


def _names(header: Row | None, body: Sequence[Row]) -> list[str]:
    if header is None:
        return [f"column{number}" for number in range(1, len(body[0].fields) + 1)]
    return [field.strip(" \t\ufeff\u00a0") for field in header.fields]


def _tried(text: str, lines: Iterable[str], file: Path) -> str:
    """What the mapping makes of the rows that it was guessed from, as lines of comment."""
    head = "# A guess from the first rows. Look at each CHECK, then at what this says:\n"
    head += f"#   reachline import calls {guess_text.quoted(file.name)} --mapping THIS\n"
    mapping = CallMapping.parse(text)
    if file.suffix.lower() in workbooks.SUFFIXES:
        mapping = workbooks.as_lines(mapping)
    try:
        table = read_table(lines, mapping, str(file))
    except MappingError as error:
        raise ValueError(f"its header is not among its first lines: {error}") from None
    said: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    for outcome in outcomes(table, mapping, Pseudonyms(bytes(range(32))), wall):
        said["read" if outcome.reason is None else "refused"] += 1
        if outcome.reason is not None:
            kind = re.sub("[0-9#]+", "#", outcome.reason)
            reasons.setdefault(kind, f"line {outcome.row.line_number}: {outcome.reason}")
    head += f"# Of {said.total()} rows it reads {said['read']} and refuses {said['refused']}.\n"
    for reason in islice(reasons.values(), 5):  # which names columns as they are
        head += f"#   {''.join(one if one.isprintable() else '?' for one in reason)}\n"
    return head + "\n"


_ANY: Final = CallMapping.parse(
    'time = { zone = "UTC", format = "iso" }\ncall = { id = "{i}" }\nrow = [{ start = "s" }]'
)
